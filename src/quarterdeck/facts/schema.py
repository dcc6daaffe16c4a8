"""Which fact tables are there, which columns do they have, and which of them say who a person is?

This is the one documented schema: the store creates its Delta tables from it, the importer validates maps
against it, and the reference pages are generated from it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import pyarrow as pa

ColumnType = Literal["text", "time", "date", "number", "integer", "money", "boolean"]

ARROW_TYPES: Mapping[ColumnType, pa.DataType] = MappingProxyType(
    {
        "text": pa.string(),
        "time": pa.timestamp("us", "UTC"),
        "date": pa.date32(),
        "number": pa.float64(),
        "integer": pa.int64(),
        "money": pa.decimal128(18, 2),
        "boolean": pa.bool_(),
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """One column; `personal` marks the id of a person, by which rows are found when the person is erased."""

    name: str
    type: ColumnType
    description: str
    required: bool = False
    personal: bool = False

    @property
    def is_id(self) -> bool:
        """Does it name somebody or something, so that blanks around it mean nothing?"""
        return self.personal or self.name in {"account", "event"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """One fact table.

    `time` orders it and tells its freshness, `key` de-duplicates its rows, and tables with `properties` take
    free key-value pairs beside their columns: typed in the struct `properties`, the rest as JSON text in
    `properties_rest`.
    """

    name: str
    description: str
    columns: tuple[Column, ...]
    time: str | None = None
    key: str | None = None
    properties: bool = False
    importable: bool = True

    def column(self, name: str) -> Column:
        """The column of that name; KeyError if there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def personal_columns(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.personal)

    @property
    def statistics_column(self) -> str:
        """The one column whose extremes Delta may write into its log: never the id of a person."""
        open_columns = (column for column in self.columns if not column.personal)
        times = (column.name for column in self.columns if column.type == "time")
        return self.time or next(times, None) or next(open_columns).name

    @property
    def arrow_schema(self) -> pa.Schema:
        """The columns as Arrow fields; the struct `properties` joins with the first property seen."""
        fields = [
            pa.field(column.name, ARROW_TYPES[column.type], nullable=not column.required)
            for column in self.columns
        ]
        if self.properties:
            fields.append(pa.field("properties_rest", pa.string()))
        return pa.schema(fields)


_EVENTS = Table(
    name="events",
    description="What people did in the product, one row per event.",
    time="time",
    key="event_id",
    properties=True,
    columns=(
        Column(name="event_id", type="text", description="Key given by the source; de-duplicates rows."),
        Column(name="person", type="text", required=True, personal=True, description="Who did it."),
        Column(name="account", type="text", description="On behalf of which account."),
        Column(name="event", type="text", required=True, description="What was done."),
        Column(name="time", type="time", required=True, description="When it was done."),
        Column(name="release", type="text", description="Version of the app that sent it."),
        Column(name="source", type="text", description="Where it came from: web, ios, server, a connector."),
    ),
)

_ALIASES = Table(
    name="aliases",
    description="Two ids that are one person, for example before and after signing in.",
    columns=(
        Column(name="alias", type="text", required=True, personal=True, description="The other id."),
        Column(name="person", type="text", required=True, personal=True, description="The id to use."),
        Column(
            name="valid_from",
            type="time",
            description="From when on it holds. Of several rows for one alias the latest begun counts; "
            "events before the first belong to the first.",
        ),
    ),
)

_PEOPLE = Table(
    name="people",
    description="The people who use the product.",
    time="created_at",
    properties=True,
    columns=(
        Column(name="person", type="text", required=True, personal=True, description="Who."),
        Column(name="account", type="text", description="To which account they belong."),
        Column(name="created_at", type="time", description="When they signed up."),
        Column(name="role", type="text", description="What they are there: admin, member, ..."),
        Column(
            name="valid_from",
            type="time",
            description="From when on this row holds; the first holds before it, too. A row that names no "
            "account leaves the one that was.",
        ),
    ),
)

_GROUPS = Table(
    name="groups",
    description="Groups other than accounts: teams, projects, sites.",
    properties=True,
    columns=(
        Column(name="group_type", type="text", required=True, description="Kind of group."),
        Column(name="group_id", type="text", required=True, description="Which one."),
        Column(name="name", type="text", description="Its name for readers."),
    ),
)

_ACCOUNTS = Table(
    name="accounts",
    description="Customers with plan and revenue; a row for each change, valid from its time on.",
    time="valid_from",
    properties=True,
    columns=(
        Column(name="account", type="text", required=True, description="Which customer."),
        Column(name="valid_from", type="time", required=True, description="From when on this row holds."),
        Column(name="name", type="text", description="Name for readers."),
        Column(name="plan", type="text", description="What they pay for."),
        Column(name="arr", type="money", description="Annual recurring revenue, workspace currency."),
        Column(name="segment", type="text", description="Segment: enterprise, small business, ..."),
        Column(name="renewal", type="date", description="When the contract renews."),
        Column(name="owner", type="text", description="Who looks after them on our side."),
    ),
)

_FEEDBACK = Table(
    name="feedback",
    description="What customers said, one row per message.",
    time="time",
    key="feedback_id",
    properties=True,
    columns=(
        Column(name="feedback_id", type="text", required=True, description="Key given by the source."),
        Column(name="time", type="time", required=True, description="When it was said."),
        Column(name="channel", type="text", description="Where: support, nps, sales, review."),
        Column(name="account", type="text", description="Which customer."),
        Column(name="person", type="text", personal=True, description="Who said it."),
        Column(name="text", type="text", required=True, description="Their words."),
        Column(name="score", type="number", description="The score given with it, if any."),
        Column(name="consent", type="boolean", description="May it be quoted?"),
    ),
)

_WORK_ITEMS = Table(
    name="work_items",
    description="Histories of tickets and epics: one row per change of a field; the history is the table.",
    time="time",
    properties=True,
    columns=(
        Column(name="item", type="text", required=True, description="Key of the work item."),
        Column(name="time", type="time", required=True, description="When the field changed."),
        Column(
            name="field", type="text", required=True, description="What changed: created, status, assignee."
        ),
        Column(name="value", type="text", description="Its new value."),
        Column(name="title", type="text", description="Title of the item at that time."),
        Column(name="level", type="text", description="task, story, epic, initiative."),
        Column(name="parent", type="text", description="Key of the item above."),
        Column(name="project", type="text", description="Project or team."),
    ),
)

_CHANGES = Table(
    name="changes",
    description="What we or the world changed: deploys, flags, campaigns, prices, incidents.",
    time="time",
    key="change_id",
    properties=True,
    columns=(
        Column(name="change_id", type="text", required=True, description="Key given by the source."),
        Column(name="time", type="time", required=True, description="When it took effect."),
        Column(
            name="kind", type="text", required=True, description="deploy, flag, campaign, price, incident."
        ),
        Column(name="name", type="text", required=True, description="Name for readers."),
        Column(name="scope", type="text", description="Whom it touches, for example a platform."),
        Column(name="ends_at", type="time", description="When it ended, if it did."),
    ),
)

_EXPOSURES = Table(
    name="exposures",
    description="Who saw which variant of which experiment.",
    time="time",
    columns=(
        Column(name="person", type="text", required=True, personal=True, description="Who."),
        Column(name="account", type="text", description="Of which account."),
        Column(name="experiment", type="text", required=True, description="Which experiment."),
        Column(name="variant", type="text", required=True, description="Which variant."),
        Column(name="time", type="time", required=True, description="When it was first seen."),
    ),
)

_CALENDAR = Table(
    name="calendar",
    description="Meetings in people's calendars; private by design.",
    time="starts_at",
    columns=(
        Column(name="entry_id", type="text", required=True, description="Key given by the source."),
        Column(name="person", type="text", required=True, personal=True, description="Whose calendar."),
        Column(name="starts_at", type="time", required=True, description="Begin."),
        Column(name="ends_at", type="time", required=True, description="End."),
        Column(name="title", type="text", description="Title of the entry."),
        Column(name="attendees", type="integer", description="How many people attend."),
        Column(name="kind", type="text", description="meeting, focus, travel."),
        Column(name="ritual", type="text", description="The ritual it belongs to."),
    ),
)

_TRACES = Table(
    name="traces",
    description="What AI agents did: one row per span of an OpenTelemetry trace.",
    time="time",
    properties=True,
    columns=(
        Column(name="trace_id", type="text", required=True, description="Trace."),
        Column(name="span_id", type="text", required=True, description="Span."),
        Column(name="parent_span_id", type="text", description="Span above."),
        Column(name="time", type="time", required=True, description="Begin of the span."),
        Column(name="duration_seconds", type="number", description="How long it took."),
        Column(name="name", type="text", required=True, description="Operation."),
        Column(name="agent", type="text", description="Which agent."),
        Column(name="model", type="text", description="Which model."),
        Column(name="input_tokens", type="integer", description="Tokens read."),
        Column(name="output_tokens", type="integer", description="Tokens written."),
        Column(name="cost_usd", type="number", description="What it cost."),
        Column(name="status", type="text", description="ok or error."),
    ),
)

_QUARANTINE = Table(
    name="quarantine",
    description="Rows that could not be imported, as they stood in the file. A row with `mended` set marks "
    "the row of the same import and number as imported since.",
    importable=False,
    columns=(
        Column(name="table_name", type="text", required=True, description="Where it was to go."),
        Column(name="file", type="text", required=True, description="Name of the file."),
        Column(name="file_digest", type="text", description="SHA-256 of the file."),
        Column(
            name="row_number", type="integer", required=True, description="Line or row in the file, from 1."
        ),
        Column(name="reason", type="text", required=True, description="Why not, in words."),
        Column(name="raw", type="text", required=True, description="The row as it stood in the file."),
        Column(name="encoding", type="text", description="`latin-1` where the bytes were not valid text."),
        Column(name="import_id", type="text", description="Which import met it."),
        Column(name="mended", type="text", description="The import that brought it in after all."),
    ),
)

_IMPORTS = Table(
    name="imports",
    description="Imports: one row when it begins, another with the counts when it is finished.",
    time="finished_at",
    importable=False,
    columns=(
        Column(name="import_id", type="text", required=True, description="Which import."),
        Column(
            name="finished_at", type="time", description="When it finished; empty in the row of the begin."
        ),
        Column(name="table_name", type="text", required=True, description="Into which table."),
        Column(name="file", type="text", required=True, description="Name of the file."),
        Column(name="file_digest", type="text", required=True, description="SHA-256 of the file."),
        Column(name="map_digest", type="text", required=True, description="SHA-256 of the map."),
        Column(name="header", type="text", description="Header of the file as JSON, for its quarantine."),
        Column(name="rows_read", type="integer", required=True, description="Rows in the file."),
        Column(name="rows_added", type="integer", required=True, description="Rows new in the table."),
        Column(name="rows_present", type="integer", required=True, description="Rows already there."),
        Column(name="rows_quarantined", type="integer", required=True, description="Rows set aside."),
        Column(name="rows_erased", type="integer", required=True, description="Rows of erased people."),
        Column(
            name="times_unclear",
            type="integer",
            description="Local times in an hour that clocks show twice or skip; empty in earlier imports.",
        ),
    ),
)

TABLES: Mapping[str, Table] = MappingProxyType(
    {
        table.name: table
        for table in (
            _EVENTS,
            _ALIASES,
            _PEOPLE,
            _GROUPS,
            _ACCOUNTS,
            _FEEDBACK,
            _WORK_ITEMS,
            _CHANGES,
            _EXPOSURES,
            _CALENDAR,
            _TRACES,
            _QUARANTINE,
            _IMPORTS,
        )
    }
)
