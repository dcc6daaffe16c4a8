"""Which metric, in which reading, by which grain and dimension does a request ask for?"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from quarterdeck.definitions.workspace import Workspace
from quarterdeck.errors import QuarterdeckError
from quarterdeck.facts.pins import pins_of
from quarterdeck.insights.metrics.calc.dossier import Dossier
from quarterdeck.insights.metrics.facts.clock import Grain
from quarterdeck.insights.metrics.service.kept import Kept, kept_reading
from quarterdeck.insights.metrics.service.views import View, book_of, masked, pinned_reading, view_of

GRAINS: tuple[Grain, ...] = ("day", "week", "month")


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Asked:
    """One metric as a request asks for it; `by_link` where its pins came with the address.

    Two are alike where they show the same, so that what was drawn for one serves the other.
    """

    here: Workspace
    kept: Kept
    dossier: Dossier
    grain: Grain
    by: str | None
    view: View | None
    by_link: bool
    sees_personal: bool

    @property
    def key(self) -> tuple[object, ...]:
        """Everything that decides what is shown."""
        reading = (self.here.path, self.kept.digest, self.kept.read_at)
        return (*reading, self.dossier.measure.name, self.grain, self.by, self.sees_personal)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Asked) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    @property
    def shown(self) -> Dossier:
        """The dossier with the slices that were asked for."""
        if self.view is None or self.view.dimension is None:
            return self.dossier
        return replace(self.dossier, slices=self.view.slices)


class NotReadYet(Exception):  # noqa: N818 -- not an error: the page says so and offers to read it
    """Raised where a metric is defined and no reading has seen it."""


class Unknown(Exception):  # noqa: N818 -- not an error: there is no page of that name
    """Raised where no metric is called so."""


def asked_for(
    here: Workspace, name: str, given: Mapping[str, str], *, sees_personal: bool, newest: Kept | None = None
) -> Asked:
    """What the query of an address asks for; what cannot be is said."""
    kept = newest or kept_reading(here)
    if kept is None:
        raise NotReadYet(name)
    grain = grain_of(given.get("grain", "day"))
    by = given.get("by") or None
    if pins := given.get("pins", ""):
        kept = pinned_reading(
            here, name, tables=pins_of(pins), as_of=_day(given.get("as_of", "")), changes=kept.changes
        )
    dossier = kept.dossier(name)
    if dossier is None:
        if not (here.path / "metrics" / f"{name}.yaml").is_file():
            raise Unknown(name)
        raise NotReadYet(name)
    view = view_of(here, kept, name, grain=grain, dimension=by)
    if view is not None and by is not None:
        view = masked(view, book_of(here).get(name).source, sees_personal=sees_personal)
    return Asked(
        here=here,
        kept=kept,
        dossier=dossier,
        grain=grain,
        by=by,
        view=view,
        by_link=bool(pins),
        sees_personal=sees_personal,
    )


def grain_of(word: str) -> Grain:
    """A grain by its name."""
    found = next((grain for grain in GRAINS if grain == word), None)
    if found is None:
        raise QuarterdeckError(f"There is no grain '{word[:40]}'.", "Grains: day, week, month.")
    return found


def pins_written(kept: Kept) -> str:
    """The table versions of a reading as an address bears them."""
    return "~".join(f"{table}.{version}" for table, version in sorted(kept.tables.items()))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise QuarterdeckError(f"'{text[:40]}' is no day.", "Write it like 2026-11-23.") from error
