"""How is the insights brief of a day made, kept, and read again?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from pydantic import TypeAdapter

from quarterdeck.definitions.workspace import Workspace
from quarterdeck.errors import Conflict
from quarterdeck.feedback.backlog.calc.document import (
    Became,
    BriefDocument,
    Change,
    FactorTold,
    Movement,
    Sentence,
    Traded,
)
from quarterdeck.feedback.backlog.calc.grounds import Grounds
from quarterdeck.feedback.backlog.calc.matrix import Spot
from quarterdeck.feedback.backlog.models.recommending import InsightsBrief, Recommendation
from quarterdeck.feedback.backlog.service.recommending import (
    Recommendations,
    Recommended,
    items_of,
    newest_of_each_theme,
    propose,
    recommend,
)
from quarterdeck.feedback.backlog.service.telling import (
    Said,
    alternatives,
    band_words,
    claim_of,
    factors,
    money,
    score_words,
    short,
    sum_words,
    theme_path,
)
from quarterdeck.feedback.themes.service.book import name_now
from quarterdeck.records.change_log import log_change
from quarterdeck.records.here import workspace
from quarterdeck.records.models import Person
from quarterdeck.records.subjects import Subject
from quarterdeck.stats.figures import counted, listed, opening, short_date

__all__ = ["BriefDocument", "Change", "InsightsBrief", "briefs", "compose", "read", "write", "written_json"]

DOCUMENT = TypeAdapter(BriefDocument)
MOST_CHANGES, MOST_MOVEMENTS = 5, 6
NOTHING_TAGGED = "Nothing is tagged yet."


def compose(here: Workspace, as_of: date | None = None) -> BriefDocument | None:
    """The brief as of a day, by what is known now; None where nothing is tagged."""
    found = recommend(here, as_of)
    return None if found is None else _composed(here, found)


@transaction.atomic
def write(*, as_of: date | None = None, by: Person | None) -> InsightsBrief:
    """Write the brief of a day and keep it, with an open proposal for each change; a written one stays."""
    here = workspace()
    found = recommend(here, as_of)
    if found is None:
        raise Conflict(NOTHING_TAGGED, "Write themes/taxonomy.yaml, and bring messages in.")
    kept = InsightsBrief.objects.filter(as_of=found.as_of).first()
    if kept is not None:
        return kept
    document = _composed(here, found)
    shown = {change.theme for change in document.changes}
    propose([each for each in found.changes if each.weighed.grounds.theme in shown], found.pins)
    brief, made = InsightsBrief.objects.get_or_create(
        as_of=found.as_of,
        defaults={
            "headline": " ".join(said.text for said in document.headline)[:500],
            "document": DOCUMENT.dump_json(document).decode(),
            "pins": dict(found.pins),
            "written_at": timezone.now(),
            "written_by": by,
        },
    )
    if made:
        log_change(by=by, verb="wrote", subject=subject_of(brief), after={"pins": dict(found.pins)})
    return brief


def read(brief: InsightsBrief) -> BriefDocument:
    """A kept brief as it was written."""
    return DOCUMENT.validate_json(brief.document)


def document_of(brief: InsightsBrief) -> dict[str, Any]:
    """A kept brief as plain values, for programs."""
    document: dict[str, Any] = DOCUMENT.dump_python(read(brief), mode="json")
    return document


def briefs() -> Sequence[InsightsBrief]:
    """Every brief, newest first, without its document."""
    return tuple(InsightsBrief.objects.defer("document").select_related("written_by"))


def written_json(document: BriefDocument) -> str:
    """The document as text, indented."""
    return DOCUMENT.dump_json(document, indent=2).decode() + "\n"


def subject_of(brief: InsightsBrief) -> Subject:
    """An insights brief as the subject of a change."""
    return Subject(
        type="insights brief", key=brief.as_of.isoformat(), title=f"Insights brief of {brief.as_of}"
    )


def _composed(here: Workspace, found: Recommendations) -> BriefDocument:
    changes = tuple(change_of(each, here.currency) for each in found.changes[:MOST_CHANGES])
    every = [each.weighed.grounds for each in (*found.changes, *found.watched)]
    moved, quiet = _movements(every, here.currency)
    last = InsightsBrief.objects.filter(as_of__lt=found.as_of).first()
    return BriefDocument(
        as_of=found.as_of,
        company=here.company,
        made_up=here.demo,
        headline=_headline(moved, found, here.currency),
        movements=moved,
        quiet=quiet,
        changes=changes,
        watched=tuple(watched_words(each, here.currency) for each in found.watched),
        together=together_of(found, here.currency),
        spots=tuple(spots_of(found)),
        since=last.as_of if last is not None else None,
        became=tuple(_became(last)) if last is not None else (),
        pins=dict(found.pins),
    )


def _headline(moved: Sequence[Movement], found: Recommendations, currency: str) -> tuple[Sentence, ...]:
    rising = [each for each in moved if each.verdict in ("rises", "falls")]
    first = rising[0].said if rising else Sentence(text="No theme rose or fell.", evidence="/themes/")
    if not found.changes:
        return first, Sentence(text="Nothing is recommended.")
    top = found.changes[0]
    risk = top.weighed.grounds.arr_at_risk
    for_what = f": {money(risk, currency)} a year is up for renewal" if risk else ""
    return first, Sentence(text=f"{top.title}{for_what}.", evidence="#change-1")


def _movements(every: Sequence[Grounds], currency: str) -> tuple[tuple[Movement, ...], str]:
    """What rises, what falls, then what only a channel moved; those worth most first."""
    order = {"rises": 0, "falls": 1, "by channel": 2}
    moved = sorted(
        (each for each in every if each.moving in order),
        key=lambda each: (order[each.moving], -each.arr_at_risk, -each.arr, each.theme),
    )[:MOST_MOVEMENTS]
    rest = [each for each in every if each.moving not in order]
    few = sum(each.moving == "too few" for each in rest)
    said = []
    if len(rest) > few:
        said.append(f"{counted(len(rest) - few, 'theme')} held steady within their intervals")
    if few:
        said.append(f"of {counted(few, 'theme')} too little is said to tell")
    return tuple(_movement(each, currency) for each in moved), f"{opening(listed(said))}." if said else ""


def _movement(each: Grounds, currency: str) -> Movement:
    evidence = theme_path(each.theme)
    if each.moving == "by channel" or each.ratio is None:
        text = f"{each.theme} only seems to move: {each.channel or 'its channels'} as a whole did."
        return Movement(theme=each.theme, verdict=each.moving, said=Sentence(text=text, evidence=evidence))
    ratio = f"{each.ratio.point:.1f} times as often as in the twelve weeks before"
    between = f"({each.ratio.low:.1f} to {each.ratio.high:.1f})"
    worth = f", by customers worth {money(each.arr, currency)} a year" if each.arr else ""
    text = f"{each.theme} {each.moving}: {ratio} {between}{worth}."
    return Movement(theme=each.theme, verdict=each.moving, said=Sentence(text=text, evidence=evidence))


def change_of(each: Recommended, currency: str) -> Change:
    """A recommended change with all that is said of it."""
    weighed = each.weighed
    apart = [each.following] if each.following and _may_be_same(each) else []
    return Change(
        number=each.rank,
        theme=weighed.grounds.theme,
        verb=weighed.verb,
        title=each.title,
        owner=weighed.grounds.owner,
        claim=_sentence(claim_of(weighed, currency)),
        score=score_words(weighed),
        point=short(weighed.score.point) if weighed.score else "",
        between=f"{short(weighed.score.low)} to {short(weighed.score.high)}" if weighed.score else "",
        sum=sum_words(weighed),
        bands=band_words(weighed),
        factors=tuple(
            FactorTold(
                name=factor.name,
                value=factor.value,
                brief=factor.brief,
                bounds=factor.bounds,
                source=tuple(_sentence(said) for said in factor.source),
            )
            for factor in factors(weighed, currency)
        ),
        alternatives=tuple(
            Traded(**asdict(other)) for other in alternatives(weighed, each.following, apart, currency)
        ),
        not_apart=each.not_apart,
        quotes=weighed.grounds.quotes,
    )


def _may_be_same(each: Recommended) -> bool:
    return each.following is not None and each.following.grounds.theme in each.not_apart


def watched_words(each: Recommended, currency: str) -> Sentence:
    """Why nothing is recommended about a theme yet."""
    grounds = each.weighed.grounds
    if each.weighed.content:
        why = "those who speak of it are more content than others"
    elif grounds.moving == "by channel":
        why = f"only {grounds.channel or 'a channel'} moved it"
    elif grounds.items:
        why = f"{listed(grounds.items)} is under way"
    elif each.weighed.is_thin:
        why = f"{counted(grounds.accounts, 'customer')} spoke of it"
    else:
        why = f"little is at stake, {money(grounds.arr_at_risk, currency)} up for renewal"
    return Sentence(text=f"{grounds.theme}: {why}.", evidence=theme_path(grounds.theme))


def together_of(found: Recommendations, currency: str) -> Sentence:
    """How many customers all changes concern, each once, and what they are worth."""
    if not found.changes:
        return Sentence(text="")
    many = counted(len(found.changes), "recommended change")
    worth = f", worth {money(found.arr, currency)} a year" if found.arr else ""
    risk = f", {money(found.arr_at_risk, currency)} of it up for renewal" if found.arr_at_risk else ""
    return Sentence(
        text=f"{opening(many)} concern {counted(found.customers, 'customer')}{worth}{risk}; "
        "each counts once.",
        evidence="/themes/",
    )


def spots_of(found: Recommendations) -> Iterator[Spot]:
    """Where each change lies by its value and its effort."""
    for each in found.changes:
        if each.weighed.value is not None:
            yield Spot(
                number=each.rank,
                name=each.weighed.grounds.theme,
                verb=each.weighed.verb,
                value=each.weighed.value,
                effort=each.weighed.effort,
            )


def _became(last: InsightsBrief) -> Iterator[Became]:
    """What people made of each change that the last brief recommended."""
    recommended = {change.theme: change for change in read(last).changes}
    newest = newest_of_each_theme()
    for theme, change in recommended.items():
        record = newest.get(name_now(workspace(), theme))
        state = record.state if record is not None else "proposed"
        yield Became(title=change.title, state=state, said=_became_words(record))


def _became_words(record: Recommendation | None) -> Sentence:
    if record is None or record.decided_at is None:
        return Sentence(text="Nobody has decided.")
    path = f"/backlog/{record.pk}/"
    who = f"{record.decided_as}, {short_date(record.decided_at.date())}"
    items = items_of(record)
    parts = [who, *([listed(items)] if items else []), *([record.reason] if record.reason else [])]
    return Sentence(text=f"{': '.join(parts)}".rstrip(".") + ".", evidence=path)


def _sentence(said: Said) -> Sentence:
    return Sentence(text=said.text, evidence=said.path)
