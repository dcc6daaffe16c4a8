"""Which decisions rest on a thing or predict it, and what would flip them?"""

from collections.abc import Iterator

from quarterdeck.process.decisions.models import Decision, DecisionState
from quarterdeck.records.about import About, Told
from quarterdeck.records.models import Link, Person
from quarterdeck.records.subjects import Subject

MOST = 8


def tell_decisions(subject: Subject, _person: Person) -> About | None:
    """The decisions that are linked with a thing, the newest first."""
    verbs: dict[int, list[str]] = {}
    for number, verb in _links(subject):
        if number.isdecimal() and len(number) < 19:
            verbs.setdefault(int(number), []).append(verb)
    if not verbs or subject.type in ("decision", "action"):
        return None
    found = Decision.objects.filter(pk__in=verbs).order_by("-asked_at", "-pk")[:MOST]
    return About(
        key="decisions",
        heading="Decisions",
        lines=tuple(
            Told(
                text=decision.question,
                path=f"/decisions/{decision.pk}/",
                note=f"{_stands(decision)}; {', '.join(sorted(set(verbs[decision.pk])))} it",
                more=f"Flips if: {decision.flips_if}" if decision.flips_if else "",
            )
            for decision in found
        ),
    )


def _links(subject: Subject) -> Iterator[tuple[str, str]]:
    inward = Link.objects.filter(from_type="decision", to_type=subject.type, to_key=subject.key)
    outward = Link.objects.filter(from_type=subject.type, from_key=subject.key, to_type="decision")
    yield from inward.values_list("from_key", "verb")
    yield from outward.values_list("to_key", "verb")


def _stands(decision: Decision) -> str:
    if decision.state == DecisionState.ASKED:
        return f"asked of {decision.decider}"
    return f"{decision.answer}: {decision.grade}" if decision.grade else decision.answer
