"""How do decisions and promises stand in the graph, and where is the page of a thing?"""

from quarterdeck.process.decisions.calc.written import PAGE
from quarterdeck.process.decisions.models import Action, Decision
from quarterdeck.records.links import join, part
from quarterdeck.records.models import Link, Person
from quarterdeck.records.subjects import Subject

RESTS_ON = "rests on"
PREDICTS = "predicts"
FOLLOWS_FROM = "follows from"
ANSWERED_IN = "answered in"

PAGES = {
    "decision": "/decisions/{}/",
    "action": "/actions/{}/",
    "metric": "/metrics/{}/",
    "journey": "/journeys/{}/",
    "brief": "/brief/{}/",
    "person": "/people/{}/",
    "job": "/jobs/{}/",
}


def decision_subject(decision: Decision) -> Subject:
    return Subject(type="decision", key=str(decision.pk), title=decision.question)


def action_subject(action: Action) -> Subject:
    return Subject(type="action", key=str(action.pk), title=action.text)


def page_of(subject: Subject) -> str:
    """The address of a thing's page; empty where it has none."""
    if subject.type == PAGE:
        return subject.key if subject.key.startswith(("https://", "http://")) else ""
    plain = subject.key.replace("-", "").replace("_", "").isalnum() and subject.key.isascii()
    return PAGES[subject.type].format(subject.key) if plain and subject.type in PAGES else ""


def link_as_written(decision: Decision, *, by: Person | None) -> None:
    """Make the links say what the decision says: what it rests on, and what it predicts."""
    source = decision_subject(decision)
    wanted = {(RESTS_ON, each.type, each.key) for each in decision.written_evidence}
    if decision.predicted is not None:
        wanted.add((PREDICTS, "metric", decision.predicted.metric))
    there = {
        (link.verb, link.to_type, link.to_key)
        for link in Link.objects.filter(
            from_type=source.type, from_key=source.key, verb__in=[RESTS_ON, PREDICTS]
        )
    }
    for verb, type_, key in sorted(wanted - there):
        join(source=source, verb=verb, target=Subject(type=type_, key=key), by=by)
    for verb, type_, key in sorted(there - wanted):
        part(source=source, verb=verb, target=Subject(type=type_, key=key), by=by)
