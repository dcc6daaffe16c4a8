"""Which column of a file goes where in a fact table?"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, get_args
from zoneinfo import available_timezones

import orjson
from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from quarterdeck.errors import DefinitionError, FactError, did_you_mean
from quarterdeck.facts.properties import PropertyKind
from quarterdeck.facts.schema import Table
from quarterdeck.facts.times import format_fault
from quarterdeck.facts.written_numbers import DecimalMark

Name = Annotated[str, StringConstraints(min_length=1)]


def _known_format(text: str) -> str:
    if not text.startswith("epoch_") and "%" not in text:
        raise ValueError(
            "write a strptime format such as %d.%m.%Y %H:%M, epoch_seconds or epoch_milliseconds"
        )
    if text.startswith("epoch_") and text not in {"epoch_seconds", "epoch_milliseconds"}:
        raise ValueError("there are epoch_seconds and epoch_milliseconds")
    fault = None if text.startswith("epoch_") else format_fault(text)
    if fault is not None:
        raise ValueError(f"{text!r} is no strptime format: {fault}")
    return text


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(
            f"there is no time zone {name!r}. {did_you_mean(name, available_timezones())}".strip()
        )
    return name


class Constant(BaseModel):
    """The same value in every row."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    value: str


class Options(BaseModel):
    """What a map says beside its columns."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    timezone: Annotated[str, AfterValidator(_known_zone)] | None = None
    """IANA time zone of times without an offset."""
    time_format: Annotated[Name, AfterValidator(_known_format)] | None = None
    """How times are written: a strptime format, `epoch_seconds` or `epoch_milliseconds`."""
    encoding: Name | None = None
    """Character encoding of the file, if it is not UTF-8."""
    delimiter: (
        Annotated[str, StringConstraints(min_length=1, max_length=1, pattern="^[\\x00-\\x7f]$")] | None
    ) = None
    """What stands between the fields of a CSV file, if it is not a comma."""
    decimal: DecimalMark | None = None
    """What stands before the decimals of a number; with a comma, dots and blanks set thousands apart."""
    properties: Literal["all"] | list[Name] | dict[Name, PropertyKind] = []
    """Columns kept as properties: `all`, a list (`object.*` is each key of an object), or kinds by name."""


class Columns(BaseModel):
    """Where each column of the table comes from: a column, the first present of several, a value."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    origins: dict[str, Name | list[Name] | Constant]


@dataclass(frozen=True, kw_only=True, slots=True)
class FactMap:
    """How the rows of a file become rows of a table. `lines` says where in `file` each key stands."""

    table: Table
    origins: Mapping[str, tuple[str, ...] | Constant]
    options: Options = field(default_factory=Options)
    file: Path | None = None
    lines: Mapping[str, int] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """Names the content of the map, whatever its comments and order."""
        content = {
            "table": self.table.name,
            "origins": {
                name: {"value": origin.value} if isinstance(origin, Constant) else origin
                for name, origin in self.origins.items()
            },
            "options": self.options.model_dump(),
        }
        return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()

    @property
    def source_columns(self) -> tuple[str, ...]:
        """Every column of the file that a column of the table comes from."""
        names = (name for origin in self.origins.values() if isinstance(origin, tuple) for name in origin)
        return tuple(dict.fromkeys(names))

    @property
    def property_selectors(self) -> tuple[str, ...]:
        """Which columns become properties; `*` is everything else."""
        return ("*",) if self.options.properties == "all" else tuple(self.options.properties)

    @property
    def property_kinds(self) -> dict[str, PropertyKind]:
        """The kinds that the map itself settles, by the keys of the properties."""
        declared = self.options.properties
        if not isinstance(declared, dict):
            return {}
        return {name.removeprefix("properties."): kind for name, kind in declared.items()}

    def error(self, key: str, message: str, hint: str) -> DefinitionError | FactError:
        """A fault of this map, with its place if it came from a file."""
        if self.file is None:
            return FactError(message, hint)
        return DefinitionError(message, hint, file=self.file, line=self.lines.get(key, 1))


PRESETS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "segment": {
            "event_id": "messageId",
            "person": ["userId", "anonymousId"],
            "account": ["context.groupId", "groupId"],
            "event": ["event", "type"],
            "time": ["timestamp", "originalTimestamp", "sentAt"],
            "release": "context.app.version",
            "source": "context.library.name",
            "timezone": "UTC",
            "properties": ["properties.*"],
        },
        "posthog": {
            "event_id": "uuid",
            "person": "distinct_id",
            "event": "event",
            "time": "timestamp",
            "timezone": "UTC",
            "properties": ["properties.*"],
        },
    }
)


def preset_map(table: Table, name: str) -> FactMap:
    """The map for another tool's usual export."""
    if name not in PRESETS:
        raise FactError(
            f"There is no preset {name!r}.", did_you_mean(name, PRESETS) or f"Presets: {', '.join(PRESETS)}."
        )
    if table.name != "events":
        raise FactError(f"The preset {name} is for the table events, not {table.name}.", "Write a map.")
    return _validated(table, PRESETS[name], None, {})


def plain_map(table: Table, columns: Iterable[str] | None) -> FactMap:
    """Without a map, columns named as in the schema map themselves and all others are properties."""
    names = table.column_names if columns is None else [c for c in columns if c in table.column_names]
    return FactMap(
        table=table,
        origins={name: (name,) for name in names},
        options=Options(properties="all" if table.properties else [], timezone=None),
    )


def read_map(table: Table, file: Path) -> FactMap:
    """A map from its YAML file."""
    try:
        content = YAML(typ="rt").load(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise FactError(f"The map {file} cannot be read: {error.strerror}.", "Check its name.") from error
    except UnicodeDecodeError as error:
        raise DefinitionError("not valid UTF-8", "Save the map in UTF-8.", file=file) from error
    except MarkedYAMLError as error:
        mark = error.problem_mark
        raise DefinitionError(
            f"not valid YAML: {error.problem}", "", file=file, line=mark.line + 1 if mark else 1
        ) from error
    except (YAMLError, RecursionError) as error:
        raise DefinitionError(
            "not valid YAML: it has a character that YAML does not allow, or lists in lists without end",
            "Write `column: column of the file`, one a line.",
            file=file,
        ) from error
    if not isinstance(content, CommentedMap):
        raise DefinitionError(
            "a map is a list of `column: column of the file`", "For example `person: user_id`.", file=file
        )
    lines = {str(key): content.lc.key(key)[0] + 1 for key in content}
    kinds = content.get("properties")
    if isinstance(kinds, CommentedMap):
        lines |= {f"properties.{key}": kinds.lc.key(key)[0] + 1 for key in kinds}
    return _validated(table, content, file, lines)


def _validated(
    table: Table, content: Mapping[str, Any], file: Path | None, lines: Mapping[str, int]
) -> FactMap:
    def fault(key: str, message: str, hint: str = "") -> DefinitionError | FactError:
        if file is None:
            return FactError(message, hint)
        return DefinitionError(message, hint, file=file, line=lines.get(key, 1))

    known = [*table.column_names, *Options.model_fields]
    for key in map(str, content):
        if key not in known:
            hint = did_you_mean(key, known) or f"Known: {', '.join(known)}."
            raise fault(key, f"{table.name} has no column {key!r}", hint)
    wrong = _wrong_kind(content.get("properties"))
    if wrong is not None:
        raise fault(*wrong)
    try:
        options = Options.model_validate({k: v for k, v in content.items() if k in Options.model_fields})
        columns = Columns.model_validate(
            {"origins": {k: v for k, v in content.items() if k in table.column_names}}
        )
    except ValidationError as error:
        first = error.errors()[0]
        place = [str(part) for part in first["loc"] if part != "origins"]
        raise fault(place[0], f"{place[0]}: {_plain(first['msg'])}") from error
    if options.properties and not table.properties:
        raise fault("properties", f"{table.name} has no properties", "Leave the line out.")
    for column in table.columns:
        if column.required and column.name not in columns.origins:
            raise fault("", f"the map has no `{column.name}`", f"{column.name}: {column.description}")
    return FactMap(
        table=table,
        origins={name: _origin(origin) for name, origin in columns.origins.items()},
        options=options,
        file=file,
        lines=lines,
    )


def _wrong_kind(declared: object) -> tuple[str, str, str] | None:
    """The first property whose declared kind cannot be: its place, what is wrong, what to do."""
    kinds = get_args(PropertyKind)
    for key, kind in declared.items() if isinstance(declared, Mapping) else ():
        if kind not in kinds:
            hint = f"{did_you_mean(str(kind), kinds)} Kinds: {', '.join(kinds)}.".strip()
            return f"properties.{key}", f"properties: {key}: there is no kind {kind!r}", hint
        if "*" in str(key):
            message = f"properties: {key!r} stands for many properties and cannot have a kind"
            return f"properties.{key}", message, "Name each property that has a kind."
    return None


def _plain(message: str) -> str:
    return message.removeprefix("Value error, ")


def _origin(origin: str | Sequence[str] | Constant) -> tuple[str, ...] | Constant:
    if isinstance(origin, Constant):
        return origin
    return (origin,) if isinstance(origin, str) else tuple(origin)


def fitted(fact_map: FactMap, columns: Sequence[str], repeated: Sequence[str], file: Path) -> FactMap:
    """The map against the columns that a file has; FactError where one is missing or stands there twice."""
    origins: dict[str, tuple[str, ...] | Constant] = {}
    for target, origin in fact_map.origins.items():
        if isinstance(origin, Constant):
            origins[target] = origin
            continue
        twice = next((name for name in origin if name in repeated), None)
        if twice is not None:
            raise fact_map.error(target, f"{file} has two columns named {twice!r}", "Rename one of them.")
        present = tuple(name for name in origin if name in columns)
        if not present:
            raise fact_map.error(
                target,
                f"{file} has no column {' or '.join(map(repr, origin))} for `{target}`",
                f"{did_you_mean(origin[0], columns)} Columns: {_listed(columns)}.".strip(),
            )
        origins[target] = present
    for name in fact_map.property_selectors:
        if name in repeated:
            message = f"{file} has two columns named {name!r}"
            raise fact_map.error("properties", message, "Rename one of them.")
        if "*" not in name and name not in columns:
            hint = f"{did_you_mean(name, columns)} Columns: {_listed(columns)}.".strip()
            raise fact_map.error("properties", f"{file} has no column {name!r} for `properties`", hint)
    missing = [c.name for c in fact_map.table.columns if c.required and c.name not in origins]
    if missing:
        raise fact_map.error(
            "",
            f"{file} has no column named {', '.join(missing)}, which {fact_map.table.name} needs.",
            f"Write a map and pass it with --map. Columns: {_listed(columns)}.",
        )
    return FactMap(
        table=fact_map.table,
        origins=origins,
        options=fact_map.options,
        file=fact_map.file,
        lines=fact_map.lines,
    )


def _listed(columns: Sequence[str]) -> str:
    shown = ", ".join(columns[:40])
    return shown if len(columns) <= 40 else f"{shown} and {len(columns) - 40:,} more"
