"""Where in a YAML text does each key stand, so that one can change while all else stays byte for byte?"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent, indent

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode

from quarterdeck.definitions.source import parse_source

BETWEEN = re.compile(r"#|\s*$|\.\.\.|---")
"""A line that belongs to no key: a comment at the margin, nothing, or an end of the document."""


OTHER_LINE_ENDS = frozenset("\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")
"""What YAML or Python takes for the end of a line beside the one that files here have."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """The lines of one key, 0-based; what is written before its value, as its value, and behind it."""

    first: int
    end: int
    opening: str
    fragment: str
    comment: str


def read_blocks(text: str) -> Mapping[str, Block] | None:
    """The block of each key at the margin; None where the text is not written as keys one below the other."""
    if OTHER_LINE_ENDS.intersection(text):
        return None
    try:
        node = YAML(typ="safe", pure=True).compose(text)
    except (YAMLError, RecursionError, ValueError):
        return None
    if node is None:
        return {}
    if not isinstance(node, MappingNode) or node.flow_style:
        return None
    lines = text.splitlines()
    starts = [key.start_mark.line for key, _ in node.value]
    blocks: dict[str, Block] = {}
    for (key, value), end in zip(node.value, [*starts[1:], len(lines)], strict=True):
        block = _block(lines, key, value, end)
        if block is None or key.value in blocks:
            return None
        blocks[key.value] = block
    return blocks


def replace_blocks(text: str, fragments: Mapping[str, str], order: Sequence[str]) -> str:
    """The text with each fragment as its key's value; an empty fragment removes the key.

    A key that is new comes behind the last one that stands before it in `order`. What a fragment breaks is
    for the linter to say: nothing is read anew in between.
    """
    blocks = read_blocks(text)
    if blocks is None:
        raise ValueError("the text is not written as keys one below the other")
    lines = text.splitlines()
    edits: list[tuple[int, bool, int, int, list[str]]] = []
    for index, key in enumerate(sorted(fragments, key=lambda each: _rank(each, order))):
        block, fragment = blocks.get(key), fragments[key]
        is_given = bool(fragment.strip())
        if block is not None:
            written = _written(block.opening, fragment, block.comment) if is_given else []
            edits.append((block.first, True, index, block.end, written))
        elif is_given:
            place = _place_of(key, blocks, order, len(lines))
            edits.append((place, False, index, place, _written(f"{_written_key(key)}:", fragment, "")))
    # From the end, so that line numbers above stay; what comes before a block is put there after it.
    for first, _, _, end, written in sorted(edits, reverse=True):
        lines[first:end] = written
    return "".join(f"{line}\n" for line in lines)


def replace_block(text: str, key: str, fragment: str, order: Sequence[str]) -> str:
    """The text with that fragment as the key's value."""
    return replace_blocks(text, {key: fragment}, order)


def written_text(key: str, value: str) -> str:
    """A YAML fragment that reads as exactly that text: plain where it can be, else literal or quoted."""
    literal = _literal(value) if "\n" in value else value
    plain = not OTHER_LINE_ENDS.intersection(value)
    for fragment in (literal, json.dumps(value, ensure_ascii=False)) if plain else ():
        if reads_as(key, fragment, value):
            return fragment
    escaped = (each if " " <= each <= "~" and each not in '"\\' else f"\\U{ord(each):08x}" for each in value)
    return f'"{"".join(escaped)}"'


def reads_as(key: str, fragment: str, value: object) -> bool:
    """Whether a fragment, written behind a key, is read as that value and nothing else."""
    source = parse_source(
        Path(), "".join(f"{line}\n" for line in _written(f"{_written_key(key)}:", fragment, ""))
    )
    content = source.content
    if source.findings or not isinstance(content, dict) or set(content) != {key}:
        return False
    return type(content[key]) is type(value) and content[key] == value


def _block(lines: Sequence[str], key: Node, value: Node, end: int) -> Block | None:
    first = key.start_mark.line
    line = lines[first]
    colon = line.find(":", key.end_mark.column)
    if key.start_mark.column or key.end_mark.line != first or line[key.end_mark.column : colon].strip():
        return None
    while end > first + 1 and BETWEEN.match(lines[end - 1]):
        end -= 1
    behind = line[colon + 1 :].strip()
    rest = dedent("\n".join(lines[first + 1 : end]))
    fragment = "\n".join(part for part in (behind, rest) if part)
    comment = ""
    if isinstance(value, ScalarNode) and end == first + 1:
        written = line[value.end_mark.column :].strip() if value.end_mark.line == first else ""
        comment = behind if behind.startswith("#") else written if written.startswith("#") else ""
    return Block(first=first, end=end, opening=line[: colon + 1], fragment=fragment, comment=comment)


def _written(opening: str, fragment: str, comment: str) -> list[str]:
    behind = f"  {comment}" if comment else ""
    value = fragment.strip("\n")
    if "\n" not in value and not _needs_lines(value):
        return [f"{opening} {value.strip()}{behind}"]
    first, _, rest = value.partition("\n")
    if re.fullmatch(r"[|>][0-9+-]*", first):
        # Trailing lines of a literal count, so nothing is stripped from it.
        _, _, rest = fragment.partition("\n")
        return [f"{opening} {first}{behind}", *indent(rest, "  ").split("\n")]
    return [f"{opening}{behind}", *indent(dedent(value), "  ").split("\n")]


def _needs_lines(fragment: str) -> bool:
    """Whether a fragment of one line cannot stand behind its key: `- a`, or `a: b`."""
    try:
        node = YAML(typ="safe", pure=True).compose(fragment)
    except (YAMLError, RecursionError, ValueError):
        return False
    return isinstance(node, CollectionNode) and not node.flow_style


def _literal(value: str) -> str:
    body = value.rstrip("\n")
    ends = len(value) - len(body)
    chomping = "-" if ends == 0 else "" if ends == 1 else "+"
    width = "2" if value[:1] in (" ", "\n") else ""
    return f"|{width}{chomping}\n{body}" + "\n" * max(0, ends - 1)


def _place_of(key: str, blocks: Mapping[str, Block], order: Sequence[str], last: int) -> int:
    before = order[: order.index(key)] if key in order else list(blocks)
    standing = [blocks[each].end for each in before if each in blocks]
    if standing:
        return max(standing)
    return min((block.first for block in blocks.values()), default=last)


def _rank(key: str, order: Sequence[str]) -> int:
    return order.index(key) if key in order else len(order)


def _written_key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_ -]*", key) else json.dumps(key, ensure_ascii=False)
