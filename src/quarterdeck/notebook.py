"""How does a notebook read a workspace: metrics, journeys and SQL as Arrow tables, with charts as on pages?

from quarterdeck import open_workspace

acme = open_workspace("acme")
acme.metric("activation").table(grain="week")
acme.metric("activation").chart()
acme.journey("first_week").table()
acme.sql("SELECT event, count(*) FROM events GROUP BY ALL")
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from quarterdeck.definitions.workspace import Workspace
from quarterdeck.definitions.workspace import open_workspace as read_workspace
from quarterdeck.errors import QuarterdeckError

if TYPE_CHECKING:
    import pyarrow as pa

    from quarterdeck.insights.journeys.definitions.journey import Journey
    from quarterdeck.insights.metrics.service.show import ShownMetric
    from quarterdeck.report.brief.definitions import BriefDocument

Grain = Literal["day", "week", "month"]


def open_workspace(path: str | Path = ".") -> "Notebook":
    """The workspace at a path or above it; a missing or faulty quarterdeck.yaml is a DefinitionError."""
    return Notebook(read_workspace(Path(path)))


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing that notebooks show as it is: `svg` is the picture, `save` writes a page."""

    claim: str
    measure: str
    svg: str

    def _repr_html_(self) -> str:
        from quarterdeck.pages.engine import stylesheet  # slow import

        # In a frame, so that the notebook's own style and this one leave each other alone.
        page = (
            f"<!doctype html><meta charset='utf-8'><style>{stylesheet()}</style>"
            f"<figure class='chart'><figcaption><strong>{escape(self.claim)}</strong>"
            f"<span>{escape(self.measure)}</span></figcaption>{self.svg}</figure>"
        )
        return (
            f'<iframe title="{escape(self.claim)}" srcdoc="{escape(page)}" width="800" height="360" '
            'style="border:0;max-width:100%"></iframe>'
        )

    def save(self, file: str | Path) -> None:
        """Write it as an HTML page, whole or not at all."""
        from quarterdeck.definitions.files import write_atomically  # slow import

        write_atomically(Path(file), self._repr_html_())


@dataclass(frozen=True, slots=True)
class NotebookMetric:
    """One metric of an opened workspace."""

    name: str
    _workspace: Workspace

    def table(
        self, *, grain: Grain = "week", by: str | None = None, as_of: date | None = None, buckets: int = 26
    ) -> "pa.Table":
        """Its buckets, oldest first, as an Arrow table.

        Columns: `start` date32, `slice` string (null for the whole), `value`, `base`, `expected_low` and
        `expected_high` float64 in the metric's unit (null where there is no data or no range), `mature` bool.
        """
        import pyarrow as pa  # slow import

        shown = self._shown(grain=grain, by=by, as_of=as_of, buckets=buckets)
        points = [(key, point) for key in shown.largest_slices for point in shown.series.points[key]]
        return pa.table(
            {
                "start": pa.array([point.start for _, point in points], pa.date32()),
                "slice": pa.array([key for key, _ in points], pa.string()),
                "value": pa.array([point.value for _, point in points], pa.float64()),
                "base": pa.array([point.base for _, point in points], pa.float64()),
                "expected_low": pa.array([point.expected_low for _, point in points], pa.float64()),
                "expected_high": pa.array([point.expected_high for _, point in points], pa.float64()),
                "mature": pa.array([point.mature for _, point in points], pa.bool_()),
            }
        )

    def query(self, *, grain: Grain = "week", by: str | None = None, as_of: date | None = None) -> str:
        """The SELECT that gives the numbers of `table`; `sql` runs it."""
        return self._shown(grain=grain, by=by, as_of=as_of, buckets=13).series.proof.sql

    def chart(self, *, as_of: date | None = None) -> Chart:
        """Its last six weeks by day, with the expected range, as its page draws them."""
        from quarterdeck.facts.store import FactStore  # slow import
        from quarterdeck.insights.metrics.service.dossiers import read_dossiers  # slow import
        from quarterdeck.insights.metrics.service.drawing import draw_over_time  # slow import
        from quarterdeck.insights.metrics.service.reader import MetricReader  # slow import
        from quarterdeck.insights.metrics.service.week import last_week_end, read_metric  # slow import

        with FactStore(self._workspace.facts_path).snapshot() as snapshot:
            day = as_of or _last_day(self._workspace, snapshot)
            reading = read_metric(
                MetricReader(self._workspace, snapshot, day), self.name, last_week_end(self._workspace, day)
            )
            (dossier,) = read_dossiers([reading], currency=self._workspace.currency, tables=snapshot.versions)
        drawn = draw_over_time(dossier, dossier.days, grain="day")
        if drawn is None:
            raise QuarterdeckError(f"{reading.title} has no data to draw.", reading.verdict.reason)
        return Chart(drawn.claim, drawn.measure, str(drawn.wide))

    def _shown(self, *, grain: Grain, by: str | None, as_of: date | None, buckets: int) -> "ShownMetric":
        from quarterdeck.facts.store import FactStore  # slow import
        from quarterdeck.insights.metrics.service.show import show_metric  # slow import

        with FactStore(self._workspace.facts_path).snapshot() as snapshot:
            return show_metric(
                self._workspace,
                snapshot,
                self.name,
                grain=grain,
                dimension=by,
                as_of=as_of,
                buckets=buckets,
                today=datetime.now(self._workspace.zone).date(),
            )


@dataclass(frozen=True, slots=True)
class NotebookJourney:
    """One journey of an opened workspace; a notebook shows its chart."""

    definition: "Journey"
    _workspace: Workspace

    def table(self, *, at: Mapping[str, int] | None = None) -> "pa.Table":
        """What it finds, as an Arrow table; `at` pins table versions. The columns are those of its kind."""
        from quarterdeck.insights.journeys.service.answering import answer_journey  # slow import
        from quarterdeck.insights.journeys.service.tabling import table_of  # slow import

        return table_of(answer_journey(self._workspace, self.definition, tables=at or {}, sees_personal=True))

    def chart(self, *, at: Mapping[str, int] | None = None) -> Chart:
        """Its drawing, as its page has it; of several, as with a breakdown of retention, the first."""
        if self.definition.kind == "funnel":
            return self._funnel(at or {})
        from quarterdeck.insights.journeys.service.laying_out import lay_out  # slow import

        laid = lay_out(self._workspace, self.definition, tables=at or {}, sees_personal=True)
        drawn = next((table for table in laid.tables if table.drawing is not None), None)
        if drawn is None:
            raise QuarterdeckError("There is nothing to draw.", "Ask about an earlier day: since.")
        return Chart(drawn.claim, drawn.measure, str(drawn.drawing))

    def _funnel(self, at: Mapping[str, int]) -> Chart:
        from quarterdeck.insights.journeys.service.asking import Asked  # slow import
        from quarterdeck.insights.journeys.service.drawing import draw_funnel  # slow import
        from quarterdeck.insights.journeys.service.exploring import explore  # slow import

        seen, _ = explore(self._workspace, self.definition, Asked(), tables=at, sees_personal=True)
        drawn = draw_funnel(seen)
        if drawn is None:
            raise QuarterdeckError("Nobody began.", "Choose an earlier day, or another first step.")
        return Chart(drawn.claim, drawn.measure, str(drawn.wide))

    def _repr_html_(self) -> str:
        return self.chart()._repr_html_()


@dataclass(frozen=True, slots=True)
class Notebook:
    """A workspace as a notebook sees it: everything is read, nothing is written."""

    workspace: Workspace

    @property
    def metrics(self) -> tuple[str, ...]:
        """The names of all metrics in force, in the order of the tree."""
        from quarterdeck.insights.metrics.service.book import read_metrics  # slow import

        return read_metrics(self.workspace).ordered

    def metric(self, name: str) -> NotebookMetric:
        """One metric; an unknown name is an error with a suggestion."""
        from quarterdeck.insights.metrics.service.book import read_metrics  # slow import

        read_metrics(self.workspace).get(name)
        return NotebookMetric(name, self.workspace)

    @property
    def journeys(self) -> tuple[str, ...]:
        """The names of all saved journeys."""
        from quarterdeck.insights.journeys.service.book import read_journeys  # slow import

        return tuple(read_journeys(self.workspace))

    def journey(self, query: str | Mapping[str, Any]) -> NotebookJourney:
        """A saved journey by name, or a question as its file has it: {"kind": "funnel", "steps": [...]}."""
        from quarterdeck.insights.journeys.service.asking import checked  # slow import
        from quarterdeck.insights.journeys.service.book import find_journey  # slow import
        from quarterdeck.insights.journeys.service.compiling import keep_kernels_in  # slow import

        keep_kernels_in(self.workspace.path)
        asked = find_journey(self.workspace, query).model if isinstance(query, str) else checked(query)
        return NotebookJourney(asked, self.workspace)

    def sql(self, query: str, *, at: Mapping[str, int] | None = None) -> "pa.Table":
        """The rows of one SELECT, run in the sandbox of `quarterdeck sql`; `at` pins table versions."""
        from quarterdeck.facts.sandbox import run_query  # slow import
        from quarterdeck.facts.store import FactStore  # slow import

        with run_query(FactStore(self.workspace.facts_path), query, at=at) as answer:
            return answer.table()

    def facts(self) -> "pa.Table":
        """Each fact table: `table`, `version`, `rows`, `latest` (UTC), `quarantined`."""
        import pyarrow as pa  # slow import

        from quarterdeck.facts.status import read_status  # slow import
        from quarterdeck.facts.store import FactStore  # slow import

        states = read_status(FactStore(self.workspace.facts_path))
        columns: dict[str, list[Any]] = {
            "table": [state.table for state in states],
            "version": [state.version for state in states],
            "rows": [state.rows for state in states],
            "latest": [state.latest for state in states],
            "quarantined": [sum(state.quarantined.values()) for state in states],
        }
        return pa.table(columns)

    def brief(self, as_of: date | None = None) -> "BriefDocument":
        """What the brief of the last whole week says, without writing it."""
        from quarterdeck.report.brief.service.pages import BriefPages  # slow import
        from quarterdeck.report.brief.service.write import choose_as_of, read_for_brief  # slow import

        day = as_of or choose_as_of(self.workspace, today=datetime.now(self.workspace.zone).date())
        return BriefPages(read_for_brief(self.workspace, as_of=day)).document


def _last_day(workspace: Workspace, snapshot: Any) -> date:
    from quarterdeck.insights.metrics.service.week import facts_end  # slow import

    end = facts_end(workspace, snapshot)
    if end is None:
        raise QuarterdeckError("There are no facts yet.", "Import some: quarterdeck import events FILE")
    return min(end, datetime.now(workspace.zone).date())
