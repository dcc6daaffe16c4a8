"""Which definitions does the workspace hold, and what does the file of each say at this moment?"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from quarterdeck.definitions.findings import Finding
from quarterdeck.definitions.folder import (
    MOST_NAME,
    NAME,
    Definition,
    Kind,
    definition_file,
    definition_files,
    joined_version,
    read_definition,
)
from quarterdeck.definitions.lint import check_workspace, lint_definition, read_contents, references_of
from quarterdeck.errors import QuarterdeckError, did_you_mean
from quarterdeck.records.subjects import Subject
from quarterdeck.records.workshop.linted import linted

MOST_CHARACTERS = 100_000
NO_FILE = ""
# An address of its own: the page on which a definition begins.
RESERVED = frozenset({"new"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where one definition stands or will stand."""

    kind: Kind[Any]
    name: str
    file: Path

    @property
    def subject(self) -> Subject:
        return Subject(type=self.kind.name, key=self.name, title=self.name)

    @property
    def path(self) -> str:
        """The address of its page."""
        return f"/definitions/{slug_of(self.kind)}/{self.name}/"

    @property
    def nameable(self) -> bool:
        """Whether its name is one that a page can have; a file may be called anything."""
        return len(self.name) <= MOST_NAME and self.name not in RESERVED and bool(NAME.fullmatch(self.name))

    @property
    def written(self) -> str:
        """How people read its path: from the workspace."""
        return f"{self.kind.folder}/{self.file.name}"


@dataclass(frozen=True, kw_only=True, slots=True)
class OnDisk:
    """What a file says: `digest` is empty where there is no file, `readable` false where it is no text."""

    text: str
    digest: str
    readable: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Used:
    """A definition at the other end of a reference, and the key that holds it."""

    place: Place
    key: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What the linters say of a text: in it, in other files because of it, and elsewhere anyway."""

    here: tuple[Finding, ...]
    caused: tuple[Finding, ...]
    elsewhere: tuple[Finding, ...]

    @property
    def faults(self) -> tuple[Finding, ...]:
        """What keeps the text from becoming a definition."""
        return tuple(finding for finding in (*self.here, *self.caused) if not finding.warning)

    @property
    def doubts(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in (*self.here, *self.caused) if finding.warning)


def _no_names(_: Path) -> Mapping[str, frozenset[str]]:
    return {}


@dataclass(frozen=True, kw_only=True, slots=True)
class Shelf:
    """The definitions of one workspace; `fact_names` says which names the facts hold."""

    path: Path
    kinds: tuple[Kind[Any], ...]
    fact_names: Callable[[Path], Mapping[str, frozenset[str]]] = _no_names

    def kind(self, name: str) -> Kind[Any]:
        """The kind of a name, as addresses write it too: `metric_tree` is `metric tree`."""
        known = {slug_of(kind): kind for kind in self.kinds}
        wanted = name.replace(" ", "_")
        if wanted not in known:
            hint = did_you_mean(wanted, known) or f"Kinds: {', '.join(known)}."
            raise NoSuchDefinition(f"No kind of definition is named '{name}'.", hint)
        return known[wanted]

    def place(self, kind_name: str, name: str) -> Place:
        """Where a definition of that name may stand, whether it does or not."""
        kind = self.kind(kind_name)
        file = None if name in RESERVED else definition_file(self.path, kind, name)
        if file is None:
            if kind.file:
                hint = f"There is one {kind.name}: '{Path(kind.file).stem}'."
            else:
                hint = f"Use small letters, digits and _ , beginning with a letter, at most {MOST_NAME}."
            raise NoSuchDefinition(f"'{name}' is no name for a {kind.name}.", hint)
        return Place(kind=kind, name=name, file=file)

    def places(self, kind: Kind[Any]) -> Iterator[Place]:
        """Every definition of a kind that has a file, by name."""
        for file in definition_files(self.path, kind):
            yield Place(kind=kind, name=file.stem, file=file)

    def on_disk(self, place: Place) -> OnDisk:
        """What the file says now; a link that leads out of the workspace is not followed."""
        file = place.file
        if not file.resolve().is_relative_to(self.path.resolve()):
            raise QuarterdeckError(
                f"{place.written} leads out of the workspace.", "Put the file itself where the link stands."
            )
        try:
            raw = file.read_bytes()
        except FileNotFoundError:
            return OnDisk(text="", digest=NO_FILE)
        except OSError as error:
            raise QuarterdeckError(
                f"{place.written} cannot be read: {error.strerror}.", "Mend the file on the server's disk."
            ) from error
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            return OnDisk(text="", digest=digest_of(raw), readable=False)
        return OnDisk(text=text, digest=digest_of(raw))

    def written(self, file: Path) -> str:
        """How people read a path: from the workspace."""
        return str(file.relative_to(self.path)) if file.is_relative_to(self.path) else str(file)

    def read(self, place: Place, text: str | None = None) -> Definition[Any] | None:
        """The definition as its file says it, or as a text does; None where it is none."""
        if text is None and not place.file.is_file():
            return None
        definition, _, _ = read_definition(place.file, place.kind, text)
        return definition

    def findings(self, place: Place | None = None, text: str = "") -> tuple[Finding, ...]:
        """Everything the linters say, of the workspace as it is or with a text in place of a file."""
        names = self.fact_names(self.path)
        if place is None:
            return linted(self.path, self.kinds, names)
        return tuple(check_workspace(self.path, self.kinds, names, {place.file: text}))

    def own_findings(self, place: Place, text: str) -> tuple[Finding, ...]:
        """What the linters say of one text itself, quickly enough to be asked while it is written."""
        contents, faults = read_contents(
            self.path, self.kinds, self.fact_names(self.path), {place.file: text}
        )
        definition = contents.definitions[place.kind.name].get(place.name)
        own = [each for each in faults if each.file == place.file]
        if definition is not None:
            own += lint_definition(definition, place.kind, contents)
        return tuple(sorted(set(own), key=lambda each: (each.line, each.message)))

    def judge(self, place: Place, text: str) -> Verdict:
        """What a text would mean for the workspace; what is wrong elsewhere anyway is not its fault."""
        before = {(each.file, each.rule, each.message) for each in self.findings()}
        here, caused, elsewhere = [], [], []
        for each in self.findings(place, text):
            if each.file == place.file:
                here.append(each)
            elif (each.file, each.rule, each.message) in before:
                elsewhere.append(each)
            else:
                caused.append(each)
        return Verdict(here=tuple(here), caused=tuple(caused), elsewhere=tuple(elsewhere))

    def named_by(self, place: Place) -> tuple[Used, ...]:
        """Which definitions this one names, as far as they exist: what it means rests on them."""
        definition = self.read(place)
        named = references_of(definition, place.kind) if definition else ()
        found = []
        for key, target, name in named:
            file = definition_file(self.path, self.kind(target), name)
            if file is not None and file.is_file():
                found.append(Used(place=Place(kind=self.kind(target), name=name, file=file), key=key))
        return tuple(found)

    def version_of(
        self, definition: Definition[Any], kind: Kind[Any], instead: Mapping[str, str] | None = None
    ) -> str:
        """The version that people sign: a ratio's is another one as soon as one of its parts is.

        `instead` says which version a part shall have, by name, in place of its file's.
        """
        parts = []
        named = {key: (target, name) for key, target, name in references_of(definition, kind)}
        for target, name in (named[key] for key in kind.rests_on if key in named):
            file = definition_file(self.path, self.kind(target), name)
            made = self.read(Place(kind=self.kind(target), name=name, file=file)) if file else None
            if made is not None:
                parts.append((instead or {}).get(name, made.version))
        return joined_version(definition.version, parts)

    def resting_on(self, place: Place) -> tuple[tuple[Place, Definition[Any]], ...]:
        """The definitions that mean another thing when this one does."""
        places = {
            (each.place.kind.name, each.place.name): each.place
            for each in self.used_by(place)
            if _rests(each)
        }
        read = ((each, self.read(each)) for each in places.values())
        return tuple((each, definition) for each, definition in read if definition is not None)

    def used_by(self, place: Place) -> tuple[Used, ...]:
        """Which definitions name this one."""
        found = []
        for kind in self.kinds:
            if place.kind.name not in kind.references.values():
                continue
            for each in self.places(kind):
                definition = self.read(each)
                named = references_of(definition, kind) if definition else ()
                found += [
                    Used(place=each, key=key)
                    for key, target, name in named
                    if (target, name) == (place.kind.name, place.name)
                ]
        return tuple(found)


class NoSuchDefinition(QuarterdeckError):  # noqa: N818 -- what people say
    """No definition may stand there."""


def _rests(used: Used) -> bool:
    return used.key in used.place.kind.rests_on


def slug_of(kind: Kind[Any]) -> str:
    """How addresses write a kind."""
    return kind.name.replace(" ", "_")


def word_of(definition: Definition[Any] | None, key: str) -> str:
    """What a definition says of itself at `title`, `owner` or `status`; a map may call columns so."""
    field = type(definition.model).model_fields.get(key) if definition else None
    if field is None:
        return ""
    shapes = get_args(field.annotation) or (field.annotation,)
    is_text = get_origin(field.annotation) is Literal or set(shapes) <= {str, type(None)}
    return str(getattr(definition.model, key) or "") if definition and is_text else ""


def digest_of(text: bytes | str) -> str:
    """SHA-256 of what a file says, byte for byte."""
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()


def plain_text(given: str) -> str:
    """A text as it is kept: lines end as in files, and nothing in it that no file or database takes."""
    text = given.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "�")
    text = text.encode("utf-8", "replace").decode()
    if len(text) > MOST_CHARACTERS:
        raise QuarterdeckError(
            f"The text has {len(text):,} characters; at most {MOST_CHARACTERS:,} fit.", "Shorten it."
        )
    return text if text.endswith("\n") or not text else f"{text}\n"
