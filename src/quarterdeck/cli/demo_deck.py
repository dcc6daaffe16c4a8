"""Who works at the made-up company, and what have they written by now?"""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quarterdeck.definitions.workspace import Workspace
    from quarterdeck.records.models import Person

LINK_LASTS = timedelta(hours=1)
# By title, as the definitions of the demo name the owners of metrics.
CAST = (
    ("Robin Vale", "Head of product", "admin"),
    ("Mira Osei", "Growth lead", "editor"),
    ("Jonas Lindt", "Core lead", "editor"),
    ("Ana Prado", "Success lead", "contributor"),
    ("Tomas Berg", "Platform lead", "contributor"),
    ("Lea Marchetti", "Chief executive", "contributor"),
)
STEADY = "Steady."


def fill_deck(workspace: "Workspace", *, as_of: date) -> None:
    """People, decisions, readings, last week's published brief and this week's draft; again adds nothing."""
    from quarterdeck.demo.closing import write_demo_loop  # slow import
    from quarterdeck.demo.decisions import write_demo_decisions  # slow import
    from quarterdeck.demo.recommending import write_demo_insights  # slow import
    from quarterdeck.demo.sorting import write_demo_sorting  # slow import
    from quarterdeck.feedback.themes.service.keeping import is_behind, keep_tags  # slow import
    from quarterdeck.insights.metrics.service.kept import keep_reading  # slow import
    from quarterdeck.report.brief.service import ritual  # slow import

    cast = {title: _person(name, title, role) for name, title, role in CAST}
    head = cast["Head of product"]
    _sign_metrics(cast)
    until = datetime(as_of.year, as_of.month, as_of.day, tzinfo=workspace.zone)
    write_demo_sorting(workspace, cast, until=until)
    if is_behind(workspace):
        keep_tags(workspace)
    last = ritual.draft(workspace, as_of=as_of - timedelta(7), by=None)
    ritual.publish(edition=last, by=head)
    keep_reading(workspace, today=as_of)
    write_demo_decisions(cast, as_of=as_of)
    write_demo_loop(workspace, cast)
    write_demo_insights(cast, as_of=as_of)
    edition = ritual.draft(workspace, as_of=as_of, by=None)
    if edition.state != "draft":
        return
    for row in ritual.pages_of(edition).document.scoreboard:
        owner = cast.get(row.owner)
        if owner is not None and row.verdict == "within noise":
            ritual.judge(edition=edition, metric=row.metric, words=STEADY, by=owner)


def _sign_metrics(cast: "Mapping[str, Person]") -> None:
    """Each owner signs what the files call signed; what they call a draft is proposed and waits."""
    from quarterdeck.records.workshop.shelf import word_of  # slow import
    from quarterdeck.records.workshop.signing_off import propose, sign  # slow import
    from quarterdeck.site.shelf import shelf  # slow import

    here = shelf()
    for place in here.places(here.kind("metric")):
        definition = here.read(place)
        owner = cast.get(word_of(definition, "owner"))
        status = word_of(definition, "status")
        if definition is None or owner is None or status == "retired":
            continue
        version = here.version_of(definition, place.kind)
        propose(shelf=here, place=place, version=version, by=cast["Head of product"])
        if status == "signed":
            sign(shelf=here, place=place, version=version, by=owner)


def sign_in_path() -> str:
    """A link for the head of product of the made-up company; it works once, within the hour."""
    from quarterdeck.records.models import Person  # slow import
    from quarterdeck.records.signing_in import make_link  # slow import

    head = Person.objects.get(email=_address("Robin Vale"))
    return f"/sign-in/link/{make_link(person=head, by=None, lasts=LINK_LASTS)}/"


def _person(name: str, title: str, role: str) -> "Person":
    from quarterdeck.records.models import Person  # slow import
    from quarterdeck.records.people import add_person  # slow import
    from quarterdeck.records.permissions import Role  # slow import

    known = Person.objects.filter(email=_address(name)).first()
    if known is not None:
        return known
    return add_person(email=_address(name), name=name, title=title, role=Role(role), by=None)


def _address(name: str) -> str:
    return f"{name.lower().replace(' ', '.')}@tidewright.example"
