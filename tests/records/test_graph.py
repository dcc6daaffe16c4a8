import pytest

from quarterdeck.errors import QuarterdeckError
from quarterdeck.records.comments import comments_on, say, withdraw
from quarterdeck.records.links import Joined, join, neighbours, part
from quarterdeck.records.models import Change
from quarterdeck.records.subjects import Subject

METRIC = Subject(type="metric", key="activation")
DECISION = Subject(type="decision", key="7")


def test_a_link_is_seen_from_both_ends_and_made_once(alice):
    assert join(source=DECISION, verb="rests on", target=METRIC, by=alice)
    assert not join(source=DECISION, verb="rests on", target=METRIC, by=alice)
    assert neighbours(DECISION) == (Joined(verb="rests on", outward=True, subject=METRIC),)
    assert neighbours(METRIC) == (Joined(verb="rests on", outward=False, subject=DECISION),)
    assert part(source=DECISION, verb="rests on", target=METRIC, by=alice)
    assert not part(source=DECISION, verb="rests on", target=METRIC, by=alice)
    assert neighbours(METRIC) == ()
    assert [change.verb for change in Change.objects.filter(type="decision")] == ["unlinked", "linked"]


def test_a_withdrawn_comment_keeps_its_place_and_loses_its_words(alice, carol, dave):
    comment = say(subject=METRIC, text="  Looks odd.  ", by=carol)
    with pytest.raises(QuarterdeckError, match="somebody else's"):
        withdraw(comment=comment, by=dave)
    withdraw(comment=comment, by=alice)
    (kept,) = comments_on(METRIC)
    assert (kept.text, kept.by) == ("", carol)


@pytest.mark.parametrize("text", ["", "   ", "x" * 4001])
def test_a_comment_has_words_and_an_end(carol, text):
    with pytest.raises(QuarterdeckError):
        say(subject=METRIC, text=text, by=carol)
