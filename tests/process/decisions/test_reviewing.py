from datetime import UTC, datetime, time, timedelta

import pytest

from quarterdeck.process.decisions.models import Action, ActionState, Decision
from quarterdeck.process.decisions.service import ledger
from quarterdeck.process.decisions.service.acting import settle
from quarterdeck.process.decisions.service.asking import answer, ask, decide
from quarterdeck.process.decisions.service.page import effect_of
from quarterdeck.process.decisions.service.reviewing import review
from quarterdeck.process.decisions.service.shelf import put_away, take_out
from quarterdeck.records.links import join
from quarterdeck.records.models import Change
from quarterdeck.records.subjects import Subject
from tests.process.decisions.conftest import AFTER, DECIDED, REVIEW, SIGN_UPS

AT = datetime.combine(DECIDED, time(9), UTC)


@pytest.fixture
def made(question, prediction, alice):
    def make(**changed):
        foreseen = prediction(**{"review_on": REVIEW, **changed})
        return decide(written=question(prediction=foreseen), option="Roll back", by=alice, at=AT)

    return make


def test_a_prediction_that_came_true_is_graded_by_its_metric(made):
    decision = made(low=0.05)
    assert (review(today=REVIEW - timedelta(1)).graded, Decision.objects.get().grade) == (0, "")
    assert review(today=REVIEW).graded == 1
    decision.refresh_from_db()
    assert (decision.state, decision.grade, decision.measured.because) == ("reviewed", "came true", "inside")
    assert decision.measured.value == AFTER / SIGN_UPS
    assert decision.measured.without == pytest.approx(0.3, abs=0.005)
    assert decision.measured.measured == pytest.approx(0.1, abs=0.005)
    assert decision.reason.startswith("In the week of 12 October 2026 it stood 9.9\xa0points above")
    assert decision.pins["tables"] == {"events": 1}
    assert Change.objects.get(verb="graded").by is None


@pytest.mark.parametrize(
    ("changed", "grade", "because"),
    [
        ({"low": 0.2}, "did not", "short"),
        ({"direction": "falls", "low": 0.05}, "did not", "opposite"),
        ({"low": 0.01, "high": 0.02}, "did not", "beyond"),
        ({"low": 0.1}, "cannot tell", "too noisy"),
        ({"measured": "level", "low": 0.35}, "came true", "inside"),
    ],
)
def test_what_was_predicted_decides_the_grade(changed, grade, because, made):
    made(**changed)
    review(today=REVIEW)
    decision = Decision.objects.get()
    assert (decision.grade, decision.measured.because) == (grade, because)


def test_a_review_is_safe_to_run_twice(made):
    made()
    review(today=REVIEW)
    graded = Decision.objects.values().get()
    assert review(today=REVIEW + timedelta(30)).graded == 0
    assert Decision.objects.values().get() == graded
    assert Change.objects.filter(verb="graded").count() == 1


def test_before_its_day_a_review_only_reads_the_metric(made):
    decision = made()
    review(today=DECIDED + timedelta(14))
    decision.refresh_from_db()
    assert decision.state == "made"
    assert [week.value for week in decision.seen_weeks[-2:]] == [AFTER / SIGN_UPS] * 2
    chart = effect_of(decision).chart
    assert chart.claim == "Activation since the decision"
    assert "decided" in chart.wide


def test_what_has_no_data_yet_is_waited_for_and_then_cannot_be_told(made):
    late = DECIDED + timedelta(7 * 20)
    made(review_on=late)
    assert review(today=late).graded == 0
    assert review(today=late + timedelta(40)).graded == 1
    assert "no data" in Decision.objects.get().reason


def test_a_metric_that_is_gone_cannot_be_told(made):
    decision = made()
    decision.prediction["metric"] = "gone"
    decision.save()
    assert review(today=REVIEW).graded == 0
    review(today=REVIEW + timedelta(28))
    decision.refresh_from_db()
    assert (decision.grade, decision.measured.because) == ("cannot tell", "gone")
    assert effect_of(decision).title == "gone"


def test_the_base_rate_is_over_all_decisions_also_those_put_away(made):
    made(low=0.05)
    made(low=0.2)
    review(today=REVIEW)
    Decision.objects.filter(grade="did not").update(archived_at=AT)
    assert ledger.base_rate().sentence.startswith("One of two predictions came true; the true rate")


def test_a_late_answer_moves_the_review_with_it(question, prediction, alice, today):
    due = today - timedelta(60)
    foreseen = prediction(review_on=due + timedelta(30))
    asked = ask(written=question(due=due, prediction=foreseen), by=alice)
    made = answer(decision=asked, option="Roll back", by=alice)
    assert made.review_on == made.predicted.review_on == today + timedelta(30)


def month_later(days=31):
    from django.utils import timezone

    return timezone.now() + timedelta(days)


def test_what_is_finished_and_unlinked_is_put_away_after_30_days(made, asked, promised, alice):
    made()
    review(today=REVIEW)
    done = settle(action=promised(), state=ActionState.DONE, by=alice)
    open_one = promised(text="Still to do")
    assert put_away(now=month_later(29)) == 0
    assert put_away(now=month_later()) == 2
    assert [decision.pk for decision in ledger.decisions()] == [asked.pk]
    assert [action.pk for action in ledger.actions()] == [open_one.pk]
    assert put_away(now=month_later()) == 0
    done.refresh_from_db()
    take_out(thing=done, by=alice)
    assert Action.objects.get(pk=done.pk).archived_at is None


def test_what_something_links_to_stays(made, promised, alice):
    linked, followed = made(), made()
    review(today=REVIEW)
    target = Subject(type="decision", key=str(linked.pk))
    join(source=Subject(type="launch", key="1"), verb="rests on", target=target, by=alice)
    action = promised(decision=followed)
    assert put_away(now=month_later()) == 0
    settle(action=action, state=ActionState.DONE, by=alice)
    assert put_away(now=month_later(62)) == 2
    assert [decision.pk for decision in ledger.decisions()] == [linked.pk]


def test_the_morning_job_reviews_and_puts_away(made):
    from quarterdeck.process.decisions.jobs import TASKS, next_morning

    class Quiet:
        def tell(self, done, total=None, saying=""):
            pass

    made()
    assert TASKS[0].run(Quiet()) == {"read": 1, "graded": 1, "put away": 0}
    assert next_morning(datetime(2026, 11, 16, 3, 59, tzinfo=UTC)) == datetime(2026, 11, 16, 4, tzinfo=UTC)
    assert next_morning(datetime(2026, 11, 16, 4, tzinfo=UTC)) == datetime(2026, 11, 17, 4, tzinfo=UTC)
