"""What was read is remembered until something is written, and never over a change."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from quarterdeck.records import comments
from quarterdeck.records.models import Person
from quarterdeck.records.remembering import one_moment
from quarterdeck.records.subjects import Subject

THING = Subject(type="metric", key="activation")


def words() -> list[str]:
    return [comment.text for comment in comments.said_about(THING)]


@pytest.mark.django_db(transaction=True)
def test_a_second_reader_asks_only_whether_anything_changed(alice: Person) -> None:
    comments.say(subject=THING, text="Looks odd.", by=alice)
    with one_moment():
        assert words() == ["Looks odd."]
    with (
        CaptureQueriesContext(
            connection,
        ) as asked,
        one_moment(),
    ):
        assert words() == ["Looks odd."]
    assert [query["sql"] for query in asked if "records_comment" in query["sql"]] == []
    assert len(asked) == 1


@pytest.mark.django_db(transaction=True)
def test_what_is_written_is_read_by_the_next(alice: Person) -> None:
    with one_moment():
        assert words() == []
    said = comments.say(subject=THING, text="Looks odd.", by=alice)
    with one_moment():
        assert words() == ["Looks odd."]
    comments.withdraw(comment=said, by=alice)
    with one_moment():
        assert words() == [""]


@pytest.mark.django_db(transaction=True)
def test_what_a_transaction_sees_and_takes_back_is_never_remembered(alice: Person) -> None:
    with transaction.atomic():
        comments.say(subject=THING, text="Not to be.", by=alice)
        with one_moment():
            assert words() == ["Not to be."]
        transaction.set_rollback(True)
    comments.say(subject=THING, text="It is.", by=alice)
    with one_moment():
        assert words() == ["It is."]


@pytest.mark.django_db(transaction=True)
def test_without_a_moment_nothing_is_remembered(alice: Person) -> None:
    comments.say(subject=THING, text="Looks odd.", by=alice)
    with CaptureQueriesContext(connection) as asked:
        words()
        words()
    assert len(asked) == 2
