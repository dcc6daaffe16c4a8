"""What does a YAML file say, and on which line does each key stand?"""

import hashlib
import json
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import Node, ScalarNode, SequenceNode

from quarterdeck.definitions.findings import Finding

Location = tuple[str | int, ...]
Content = str | int | float | bool | date | None | list["Content"] | dict[str, "Content"]

MOST_NODES = 100_000  # aliases of aliases grow without bound; no definition a person writes comes near
KEPT_CHARACTERS = 20_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A file as read once: its content, the line of each key and list entry, and what was wrong with it."""

    file: Path
    content: Content
    lines: Mapping[Location, int]
    findings: tuple[Finding, ...]

    def line_of(self, location: Location) -> int:
        """The 1-based line of a key, or of the nearest thing around it that stands in the file."""
        while location and location not in self.lines:
            location = location[:-1]
        return self.lines.get(location, 1)


def content_version(content: Content, uncounted: Container[str] = ()) -> str:
    """First 12 hex digits of the SHA-256 of the content; comments, quotes and key order do not count.

    Neither do `no_lint` and keys that only say how a definition stands.
    """
    if isinstance(content, dict):
        content = {key: value for key, value in content.items() if key != "no_lint" and key not in uncounted}
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_iso)
    return hashlib.sha256(canonical.encode()).hexdigest()[:12]


def content_json(content: Content) -> str:
    """The content as JSON, where dates are ISO text."""
    return json.dumps(content, default=_iso)


def value_at(content: Content, location: Location) -> Content:
    """What stands at a location, or None where the location does not exist."""
    for part in location:
        if isinstance(content, dict):
            content = content.get(str(part))
        elif isinstance(content, list) and isinstance(part, int) and part < len(content):
            content = content[part]
        else:
            return None
    return content


def read_source(file: Path) -> Source:
    """Read one YAML file; whatever is wrong with it becomes a finding."""
    try:
        raw = file.read_bytes()
    except OSError as error:
        return _broken(file, 1, f"the file cannot be read: {error.strerror or error}")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return _broken(file, line, "the file is not UTF-8 text", "Save it as UTF-8.")
    return parse_source(file, text)


def parse_source(file: Path, text: str) -> Source:
    """Read YAML text as if it stood in `file`; nobody may alter what comes back, since it is kept a while."""
    return _parsed(file, text) if len(text) <= KEPT_CHARACTERS else _parsed.__wrapped__(file, text)


@lru_cache(maxsize=512)  # a page of all definitions reads each file several times, and few change
def _parsed(file: Path, text: str) -> Source:
    try:
        node = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return _broken(file, mark.line + 1 if mark else 1, f"not valid YAML: {_plain_problem(error)}")
    except YAMLError as error:
        return _broken(file, 1, f"not valid YAML: {str(error).splitlines()[0]}")
    except (RecursionError, ValueError) as error:
        return _broken(file, 1, f"not valid YAML: {error}")
    reader = _Reader(file)
    content = reader.read(node, ()) if node is not None else None
    return Source(file=file, content=content, lines=reader.lines, findings=tuple(reader.findings))


def _iso(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a definition")


def _broken(file: Path, line: int, message: str, hint: str = "") -> Source:
    finding = Finding(file=file, line=line, message=message, hint=hint, rule="yaml")
    return Source(file=file, content=None, lines={}, findings=(finding,))


def _plain_problem(error: MarkedYAMLError) -> str:
    problem = str(error.problem or error.context or "something is out of place")
    if "\\t" in problem:
        return "a tab is used for indentation; use spaces"
    return problem.split("\n", 1)[0]


class _Reader:
    """Turns YAML nodes into plain values and remembers the line of each."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.lines: dict[Location, int] = {}
        self.findings: list[Finding] = []
        self._constructor = YAML(typ="safe", pure=True).constructor
        self._above: set[int] = set()
        self._nodes = 0

    def read(self, node: Node, location: Location) -> Content:
        self.lines.setdefault(location, _line(node))
        self._nodes += 1
        if id(node) in self._above or self._nodes > MOST_NODES:
            self._find(node, "yaml", "an alias refers to itself or is repeated without end")
            return None
        if isinstance(node, ScalarNode):
            return self._scalar(node)
        self._above.add(id(node))
        try:
            if isinstance(node, SequenceNode):
                return [self.read(item, (*location, index)) for index, item in enumerate(node.value)]
            return dict(self._pairs(node.value, location))
        finally:
            self._above.discard(id(node))

    def _pairs(self, pairs: list[tuple[Node, Node]], location: Location) -> Iterator[tuple[str, Content]]:
        first_line: dict[str, int] = {}
        for key_node, value_node in pairs:
            if not isinstance(key_node, ScalarNode):
                self._find(key_node, "yaml", "a key must be one word, not a list or a mapping")
                continue
            key = str(key_node.value)
            if key in first_line:
                message = f"the key '{key}' stands here a second time; the first is on line {first_line[key]}"
                self._find(key_node, "duplicate_key", message, "Keep one of them.")
                continue
            first_line[key] = _line(key_node)
            self.lines[(*location, key)] = _line(key_node)
            yield key, self.read(value_node, (*location, key))

    def _scalar(self, node: ScalarNode) -> Content:
        try:
            value = self._constructor.construct_object(node)
        except YAMLError:
            value = NotImplemented  # a tag of some program's own
        except ValueError:
            self._find(node, "yaml", f"'{node.value}' looks like a date or number but is none", "Quote it.")
            return None
        if not isinstance(value, str | int | float | bool | date | None):
            self._find(node, "yaml", f"the tag {node.tag} has no place in a definition", "Remove it.")
            return None
        return value

    def _find(self, node: Node, rule: str, message: str, hint: str = "") -> None:
        self.findings.append(Finding(file=self.file, line=_line(node), message=message, hint=hint, rule=rule))


def _line(node: Node) -> int:
    return int(node.start_mark.line) + 1
