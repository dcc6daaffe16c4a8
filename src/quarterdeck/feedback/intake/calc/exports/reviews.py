"""What did customers say in reviews of the app stores?"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from quarterdeck.feedback.intake.calc.message import (
    NO_WORDS,
    Found,
    LeftOut,
    Message,
    Record,
    Unreadable,
    as_moment,
    as_record,
    as_text,
    first_of,
    named_plainly,
    without,
)

LISTS = ("data", "feed.entry", "reviews")
NUMBERS = ("id", "review id", "reviewid")
_TITLES = ("title", "review title", "subject")
_BODIES = ("body", "review", "content", "text", "review text")
WORDS = (*_TITLES, *_BODIES)
TIMES = ("date", "created", "createddate", "created at", "updated", "submitted")
_STARS = ("rating", "score", "stars", "star rating")
_TAKEN = {*NUMBERS, *WORDS, *TIMES, *_STARS, "author", "nickname", "user", "name"}
TIMES_OF_PLAY = ("review submit millis since epoch", "review submit date and time")
_REVIEW_NUMBER = re.compile(r"review_?id=([^&#]+)", re.IGNORECASE)
_TAKEN_OF_PLAY = [
    "review_submit_date_and_time",
    "review_submit_millis_since_epoch",
    "review_title",
    "review_text",
    "star_rating",
    "developer_reply_date_and_time",
    "developer_reply_millis_since_epoch",
    "developer_reply_text",
    "review_last_update_date_and_time",
    "review_last_update_millis_since_epoch",
]


def _titled(title: str | None, body: str | None) -> str | None:
    """Title and body as one text, the title once."""
    if title is None or body is None or body.startswith(title):
        return body or title
    return f"{title}{'' if title[-1] in '.!?…:。！？' else '.'}\n{body}"


def read_app_store(review: Record, _page: Record) -> Iterator[Found]:
    """A review as App Store Connect gives it, as the public feed does, or as a plain object."""
    attributes = as_record(review.get("attributes"))
    if attributes:
        yield _review(
            "app-store",
            as_text(review.get("id")),
            _titled(as_text(attributes.get("title")), as_text(attributes.get("body"))),
            attributes.get("createdDate"),
            attributes.get("rating"),
            without(attributes, "title", "body", "rating", "createdDate", "reviewerNickname"),
        )
    elif "im:rating" in review:
        labels = {name: as_text(as_record(value).get("label")) for name, value in review.items()}
        yield _review(
            "app-store",
            labels.get("id"),
            _titled(labels.get("title"), labels.get("content")),
            labels.get("updated"),
            labels.get("im:rating"),
            {"version": labels.get("im:version")},
        )
    elif "im:name" not in review:
        yield from read_plain(review)


def read_plain(row: Record) -> Iterator[Found]:
    """A row of a table of reviews, columns by their usual names."""
    named = named_plainly(row)
    yield _review(
        "app-store",
        first_of(named, NUMBERS),
        _titled(first_of(named, _TITLES), first_of(named, _BODIES)),
        first_of(named, TIMES),
        first_of(named, _STARS),
        {name.replace(" ", "_"): value for name, value in named.items() if name not in _TAKEN},
    )


def read_google_play(row: Record) -> Iterator[Found]:
    """A row of the monthly report of Google Play."""
    named = {re.sub(r"\W+", "_", str(name).strip().lower()): value for name, value in row.items()}
    link = as_text(named.get("review_link")) or ""
    number = _REVIEW_NUMBER.search(link)
    moment = as_text(named.get("review_submit_millis_since_epoch")) or named.get(
        "review_submit_date_and_time"
    )
    known = number[1] if number else None
    if known is None and as_text(moment):
        told = "|".join(
            str(named.get(name)) for name in ("review_text", "review_submit_millis_since_epoch", "device")
        )
        known = hashlib.sha256(told.encode()).hexdigest()[:16]
    yield _review(
        "google-play",
        known,
        _titled(as_text(named.get("review_title")), as_text(named.get("review_text"))),
        moment,
        named.get("star_rating"),
        without(named, *_TAKEN_OF_PLAY),
    )


def _review(
    store: str, number: str | None, words: str | None, moment: object, rating: object, rest: dict[str, object]
) -> Found:
    if number is None:
        return Unreadable(reason="a review without `id`")
    if words is None:
        return LeftOut(reason=NO_WORDS)
    return Message(
        key=f"{store}-{number}",
        time=as_moment(moment),
        text=words,
        channel="review",
        score=as_text(rating),
        # Whoever reviews in a store publishes it there under a name of their own choice.
        consent=True,
        properties={**rest, "store": store},
    )
