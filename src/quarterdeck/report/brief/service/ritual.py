"""How does a week's brief come to be drafted, annotated, published and corrected?"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from pydantic import TypeAdapter

from quarterdeck.definitions.workspace import Workspace
from quarterdeck.errors import Conflict, QuarterdeckError
from quarterdeck.feedback.themes.service.keeping import tagged_at
from quarterdeck.insights.journeys.service.kept import answered_at
from quarterdeck.records.change_log import log_change
from quarterdeck.records.here import workspace as workspace_here
from quarterdeck.records.models import Person
from quarterdeck.records.remembering import until_a_change
from quarterdeck.records.subjects import Subject
from quarterdeck.report.brief.calc.page import Contribution, Remark
from quarterdeck.report.brief.definitions import BriefState
from quarterdeck.report.brief.models import Correction, Edition, FrozenFile, Judgement
from quarterdeck.report.brief.service.asks import ask_owners, judgements_of
from quarterdeck.report.brief.service.contributions import given_to_brief, signed_at, with_addresses
from quarterdeck.report.brief.service.outbox import queue_announcement
from quarterdeck.report.brief.service.pages import BriefPages, WeekRead, page_files
from quarterdeck.report.brief.service.write import read_for_brief

READING = TypeAdapter(WeekRead)
CONTRIBUTIONS = TypeAdapter(tuple[Contribution, ...])
MOST_WORDS_OF_JUDGEMENT = 90
FROZEN = "This brief is published and stays as it is."


def draft(workspace: Workspace, *, as_of: date, by: Person | None) -> Edition:
    """Read the week and keep it as a draft; a draft of the same day is read anew, a published one stays.

    What people wrote into a draft outlives a new reading.
    """
    kept = Edition.objects.filter(as_of=as_of).first()
    if kept is not None and kept.is_published:
        return kept
    week = read_for_brief(workspace, as_of=as_of)
    # How the week went stays as it was read; what is asked is asked anew whenever the page is opened.
    headline = BriefPages(week).document.headline[0].text
    with transaction.atomic():
        edition, made = Edition.objects.select_for_update().get_or_create(
            as_of=as_of,
            defaults={
                "week_start": week.week_start,
                "headline": headline,
                "reading": READING.dump_json(week).decode(),
                "drafted_at": timezone.now(),
            },
        )
        if edition.is_published:
            return edition
        if not made:
            edition.week_start, edition.headline = week.week_start, headline
            edition.reading, edition.drafted_at = READING.dump_json(week).decode(), timezone.now()
            edition.save(update_fields=["week_start", "headline", "reading", "drafted_at"])
        log_change(
            by=by,
            verb="drafted" if made else "read anew",
            subject=subject_of(edition),
            after={"tables": week.pins.tables},
        )
        ask_owners(edition, pages_of(edition).document)
    return edition


@transaction.atomic
def judge(*, edition: Edition, metric: str, words: str, by: Person) -> Judgement | None:
    """Add, change or (without words) take back the one line of judgement on a metric of the scoreboard."""
    locked = _open(edition)
    line = " ".join(words.split())
    if len(line) > MOST_WORDS_OF_JUDGEMENT:
        raise QuarterdeckError(
            f"The line has {len(line)} characters; {MOST_WORDS_OF_JUDGEMENT} fit beside a metric.",
            "Say it shorter, or write a comment.",
        )
    board = {row.metric: row for row in pages_of(locked).document.scoreboard}
    if metric not in board:
        raise QuarterdeckError(f"'{metric}' is not on this scoreboard.", f"On it: {', '.join(board)}.")
    before = Judgement.objects.filter(edition=locked, metric=metric).first()
    written = None
    if line:
        written, _ = Judgement.objects.update_or_create(
            edition=locked, metric=metric, defaults={"words": line, "by": by, "at": timezone.now()}
        )
    elif before is not None:
        before.delete()
    _note_annotation(locked)
    log_change(
        by=by,
        verb="judged",
        subject=subject_of(locked),
        before={metric: before.words if before else ""},
        after={metric: line},
    )
    return written


@transaction.atomic
def publish(*, edition: Edition, by: Person) -> Edition:
    """Freeze the brief with its pins and queue its delivery, all or nothing; publishing again is no change.

    Whatever is to be delivered is written in the same transaction, so a process that dies has either
    published with every message waiting, or not at all.
    """
    locked = Edition.objects.select_for_update().get(pk=edition.pk)
    if locked.is_published:
        return locked
    given = contributions_of(locked)
    locked.state, locked.published_at, locked.published_by = "published", timezone.now(), by
    locked.contributions = CONTRIBUTIONS.dump_json(given).decode()
    pages = BriefPages(reading_of(locked), contributions=with_addresses(given), state="published")
    locked.headline = " ".join(said.text for said in pages.document.headline)
    locked.save()
    files = page_files(pages)
    FrozenFile.objects.bulk_create(
        FrozenFile(edition=locked, path=path, text=text) for path, text in sorted(files.items())
    )
    queue_announcement(locked, files)
    log_change(
        by=by,
        verb="published",
        subject=subject_of(locked),
        after={"tables": reading_of(locked).pins.tables, "definitions": reading_of(locked).pins.definitions},
    )
    return locked


@until_a_change
def corrections_of(edition: Edition) -> tuple[Correction, ...]:
    """What was said of a published brief afterwards, oldest first."""
    return tuple(edition.corrections.select_related("by"))


@transaction.atomic
def correct(*, edition: Edition, words: str, by: Person) -> Correction:
    """Say what turned out otherwise; only a published brief is corrected, a draft is read anew."""
    line = " ".join(words.split())
    if not edition.is_published:
        raise Conflict("This brief is a draft.", "Read it anew; only a published brief is corrected.")
    if not line or len(line) > 500:
        raise QuarterdeckError(
            "A correction has 1 to 500 characters.", "Say what was wrong, and what is right."
        )
    written = Correction.objects.create(edition=edition, words=line, by=by, at=timezone.now())
    log_change(by=by, verb="corrected", subject=subject_of(edition), after={"correction": line})
    return written


def note_opened(edition: Edition) -> None:
    """Count one more opening; by whom is not kept."""
    Edition.objects.filter(pk=edition.pk).update(opened=F("opened") + 1)


def pages_of(edition: Edition) -> BriefPages:
    """The pages as they stand: frozen, or with what people have added up to now."""
    return _made(edition.pk, edition.drafted_at, state_of(edition), contributions_of(edition))


@lru_cache(maxsize=32)
def _made(
    number: int, drafted_at: datetime, state: BriefState, contributions: tuple[Contribution, ...]
) -> BriefPages:
    """Everything that decides what the pages say is an argument, so readers share what one of them made."""
    return BriefPages(_parsed(number, drafted_at), contributions=contributions, state=state)


def contributions_of(edition: Edition) -> tuple[Contribution, ...]:
    """What was given to a brief: as it was when published, or as it is now."""
    here = workspace_here()
    return _contributions(edition, edition.state, edition.drafted_at, (answered_at(here), tagged_at(here)))


@until_a_change
def _contributions(
    edition: Edition, _state: str, _drafted_at: datetime, _answered_and_tagged_at: tuple[int, int]
) -> tuple[Contribution, ...]:
    if edition.is_published:
        return CONTRIBUTIONS.validate_json(edition.contributions)
    remarks = tuple(Remark(metric=line.metric, words=line.words) for line in judgements_of(edition.pk))
    own = Contribution(remarks=remarks, signed=signed_at(reading_of(edition).pins.definitions))
    return (*given_to_brief(edition.as_of, edition.week_start), own)


def reading_of(edition: Edition) -> WeekRead:
    """All that was read for a brief."""
    return _parsed(edition.pk, edition.drafted_at)


@lru_cache(maxsize=16)
def _parsed(number: int, _drafted_at: datetime) -> WeekRead:
    """A reading as kept at that moment; the text itself is a megabyte, and fetched only to be parsed."""
    return READING.validate_json(Edition.objects.values_list("reading", flat=True).get(pk=number))


def state_of(edition: Edition) -> BriefState:
    """The state as a brief writes it."""
    if edition.state == "published":
        return "published"
    return "annotated" if edition.state == "annotated" else "draft"


def subject_of(edition: Edition) -> Subject:
    """A brief as the subject of a change."""
    return Subject(type="brief", key=edition.as_of.isoformat(), title=f"Brief of {edition.as_of}")


def _open(edition: Edition) -> Edition:
    locked = Edition.objects.select_for_update().get(pk=edition.pk)
    if locked.is_published:
        raise Conflict(FROZEN, "Add a correction instead.")
    return locked


def _note_annotation(edition: Edition) -> None:
    state = "annotated" if edition.judgements.exists() else "draft"
    Edition.objects.filter(pk=edition.pk).update(state=state)


def editions() -> Sequence[Edition]:
    """Every brief, newest first, without what was read for it."""
    return tuple(Edition.objects.defer("reading", "contributions"))


def file_of(edition: Edition, path: str) -> str:
    """A file of the brief: the delivered one where it is published, else as it stands."""
    if edition.is_published:
        return edition.files.get(path=path).text
    given = with_addresses(contributions_of(edition))
    return page_files(BriefPages(reading_of(edition), contributions=given, state=state_of(edition)))[path]


def delivered(edition: Edition) -> Mapping[str, int]:
    """How many letters and messages of the published brief were sent, wait, or were given up."""
    counted = Counter(
        message.state for message in edition.messages.filter(kind="brief").defer("text", "html")
    )
    return dict(counted)
