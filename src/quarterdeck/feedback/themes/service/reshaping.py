"""How does a taxonomy's text become another: a tag renamed, merged, split, or added, and all else as it was?

Earlier names stay with the tag as `was`, so that what people decided by them follows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any, Final, Literal

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from quarterdeck.definitions.folder import Definition, read_definition
from quarterdeck.errors import QuarterdeckError, did_you_mean
from quarterdeck.feedback.themes.definitions import Taxonomy
from quarterdeck.feedback.themes.service.book import TAXONOMY

Verb = Literal["rename", "merge", "split", "add"]
WIDEST = 4096  # a line that somebody wrote is not folded


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A tag that begins: its name and what belongs under it."""

    name: str
    description: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reshaping:
    """One change to a taxonomy.

    `tag` is renamed to `name`, merged into `name`, or split into `parts`; or one part is added under `name`,
    if any, with `examples`.
    """

    verb: Verb
    tag: str = ""
    name: str = ""
    parts: tuple[Part, ...] = ()
    examples: tuple[str, ...] = ()


def reshaped(text: str, change: Reshaping) -> str:
    """The text after the change; what would make it no taxonomy is raised."""
    yaml = _round_trip(text)
    written = yaml.load(text) if text.strip() else CommentedMap()
    tags = written.setdefault("tags", CommentedSeq()) if isinstance(written, CommentedMap) else None
    if not isinstance(tags, CommentedSeq) or not all(isinstance(tag, CommentedMap) for tag in tags):
        raise QuarterdeckError("The taxonomy is not written as a list of tags.", "Mend it as text first.")
    RESHAPES[change.verb](tags, change)
    stream = StringIO()
    yaml.dump(written, stream)
    made = stream.getvalue()
    taxonomy_of(made)
    return made


def part_of_line(line: str) -> Part:
    """A part as people write it.

    >>> part_of_line("Card: the card was declined")
    Part(name='Card', description='the card was declined')
    """
    name, _, description = line.partition(":")
    return Part(name=name.strip(), description=description.strip())


def verb_of(name: str) -> Verb:
    """The verb of a name."""
    for verb in RESHAPES:
        if verb == name:
            return verb
    raise QuarterdeckError(f"'{name[:40]}' is nothing to do.", f"Choose: {', '.join(RESHAPES)}.")


def taxonomy_of(text: str) -> Definition[Taxonomy]:
    """The taxonomy that a text says; its first fault is raised."""
    file = Path(TAXONOMY.file)
    definition, _, findings = read_definition(file, TAXONOMY, text)
    if definition is None:
        first = min(findings, key=lambda finding: finding.line)
        raise QuarterdeckError(f"{first.message} (line {first.line})", first.hint)
    for linter in TAXONOMY.linters:
        for _, message, hint in linter(definition.name, definition.model, {}):
            raise QuarterdeckError(message, hint)
    return definition


def _rename(tags: CommentedSeq, change: Reshaping) -> None:
    tag = _find(tags, change.tag)
    new = _named(change.name)
    if new == change.tag:
        raise QuarterdeckError(f"It is called '{new}' already.", "Say another name.")
    tag["name"] = new
    _remember(tag, change.tag)
    _move_parts(tags, change.tag, new)


def _merge(tags: CommentedSeq, change: Reshaping) -> None:
    """What belonged to the one is of the other: its names, words, examples and parts."""
    gone, into = _find(tags, change.tag), _find(tags, change.name)
    if gone is into:
        raise QuarterdeckError("A tag cannot be merged with itself.", "Choose another.")
    if _text(into, "parent") == change.tag:
        # The part takes the place of its whole.
        into.pop("parent")
        if "parent" in gone:
            into["parent"] = gone["parent"]
    said = [_text(each, "description") for each in (into, gone)]
    if any(said):
        into["description"] = " ".join(dict.fromkeys(each for each in said if each))
    examples = [*into.get("examples", ()), *gone.get("examples", ())]
    if examples:
        into["examples"] = list(dict.fromkeys(examples))
    _remember(into, *gone.get("was", ()), change.tag)
    _move_parts(tags, change.tag, change.name)
    tags.remove(gone)


def _split(tags: CommentedSeq, change: Reshaping) -> None:
    """The tag stays as the whole, with what people decided; its parts begin below it."""
    tag = _find(tags, change.tag)
    if not change.parts:
        raise QuarterdeckError("It is split into nothing.", "Name at least one part.")
    for offset, part in enumerate(change.parts, start=1):
        _refuse_taken(tags, part.name)
        tags.insert(tags.index(tag) + offset, _begun(part, parent=change.tag))


def _add(tags: CommentedSeq, change: Reshaping) -> None:
    if len(change.parts) != 1:
        raise QuarterdeckError("One tag is added at a time.", "Say its name and what belongs under it.")
    [part] = change.parts
    _refuse_taken(tags, part.name)
    made = _begun(part, parent=change.name)
    if change.examples:
        made["examples"] = list(change.examples)
    tags.append(made)


RESHAPES: Final[Mapping[Verb, Callable[[CommentedSeq, Reshaping], None]]] = {
    "rename": _rename,
    "merge": _merge,
    "split": _split,
    "add": _add,
}


def _round_trip(text: str) -> YAML:
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = WIDEST
    if "\n  -" in text or not text.strip():
        yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _find(tags: CommentedSeq, name: str) -> CommentedMap:
    found: dict[str, CommentedMap] = {_text(tag, "name"): tag for tag in tags}
    if name not in found:
        hint = did_you_mean(name, found) or f"Tags: {', '.join(found)}."
        raise QuarterdeckError(f"There is no tag '{name}'.", hint)
    return found[name]


def _refuse_taken(tags: CommentedSeq, name: str) -> None:
    if any(_text(tag, "name").casefold() == name.casefold() for tag in tags):
        raise QuarterdeckError(f"There is a tag '{name}' already.", "Say another name.")


def _begun(part: Part, *, parent: str) -> CommentedMap:
    made = CommentedMap(name=_named(part.name))
    for key, value in (("description", part.description), ("parent", parent)):
        if value:
            made[key] = value
    return made


def _named(name: str) -> str:
    plain = " ".join(name.replace("\0", "").split())
    if not plain:
        raise QuarterdeckError("The tag has no name.", "Say how customers call it.")
    return plain


def _remember(tag: CommentedMap, *names: str) -> None:
    own = _text(tag, "name")
    kept = [name for name in dict.fromkeys([*tag.get("was", ()), *names]) if name != own]
    if kept:
        tag["was"] = kept
    else:
        tag.pop("was", None)


def _move_parts(tags: CommentedSeq, old: str, new: str) -> None:
    for tag in tags:
        if _text(tag, "parent") == old:
            tag["parent"] = new


def _text(tag: Any, key: str) -> str:
    return str(tag.get(key) or "")
