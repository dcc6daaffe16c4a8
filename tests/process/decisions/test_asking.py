from dataclasses import replace
from datetime import timedelta

import pytest

from quarterdeck.errors import Conflict, QuarterdeckError
from quarterdeck.jobs.models import Job
from quarterdeck.process.decisions.calc.question import Evidence, Option
from quarterdeck.process.decisions.models import Decision
from quarterdeck.process.decisions.service.asking import answer, ask, decide, edit, version_of
from quarterdeck.records.models import Change, Link

OPTION = {"option": "Roll back"}


def verbs(type_="decision"):
    return list(Change.objects.filter(type=type_).order_by("pk").values_list("verb", flat=True))


def test_a_question_is_kept_as_it_is_asked(question, prediction, alice):
    written = question(prediction=prediction())
    kept = Decision.objects.get(pk=ask(written=written, by=alice).pk)
    assert kept.written == replace(written, evidence=kept.written_evidence)
    assert (kept.state, kept.asked_as, kept.decider_person) == ("asked", "Head of product", alice)
    assert kept.written_evidence[0].definition_version
    assert set(Link.objects.filter(from_key=str(kept.pk)).values_list("verb", "to_type", "to_key")) == {
        ("rests on", "metric", "activation"),
        ("predicts", "metric", "activation"),
    }


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"question": "  "}, "question is empty"),
        ({"question": "x" * 301}, "301 characters"),
        ({"decider": ""}, "Nobody"),
        ({"options": (Option(name="Yes"),)}, "1 option"),
        ({"options": (Option(name="Yes"), Option(name="yes "))}, "same name"),
        ({"recommended": "Roll bakc"}, "is no option"),
        ({"evidence": (Evidence(type="metric", key=""),)}, "is no evidence"),
    ],
)
def test_what_cannot_be_decided_is_not_asked(changed, says, question, alice):
    with pytest.raises(QuarterdeckError, match=says):
        ask(written=question(**changed), by=alice)
    assert not Decision.objects.exists()


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"metric": "activatoin"}, "No metric is named"),
        ({"low": 0.1, "high": 0.05}, "above its upper"),
        ({"low": float("nan")}, "no number"),
        ({"low": -0.1}, "is a size"),
        ({"measured": "level", "low": None}, "no bound"),
    ],
)
def test_what_cannot_be_graded_is_not_predicted(changed, says, question, prediction, alice):
    with pytest.raises(QuarterdeckError, match=says):
        ask(written=question(prediction=prediction(**changed)), by=alice)


def test_the_first_answer_makes_the_decision_and_the_second_learns_whose_it_was(asked, alice, bob):
    made = answer(decision=asked, option="Fix forward", why=" A week is short. ", by=bob)
    assert (made.state, made.answer, made.answered_as) == ("made", "Fix forward", "Growth lead")
    assert made.answer_why == "A week is short."
    with pytest.raises(Conflict, match="Growth lead answered this already: “Fix forward”"):
        answer(decision=asked, option="Roll back", by=alice)
    assert answer(decision=asked, option="Fix forward", by=bob).answered_at == made.answered_at
    assert verbs() == ["asked", "linked", "answered"]


def test_an_answer_is_one_of_the_options_unless_it_is_said_in_own_words(asked, bob):
    with pytest.raises(Conflict, match="none of the options"):
        answer(decision=asked, option="Wait", by=bob)
    made = answer(decision=asked, option="Wait", own_words=True, by=bob)
    assert [option.name for option in made.written_options][-1] == made.answer == "Wait"


def test_an_answer_from_a_brief_is_linked_with_it(asked, bob, today):
    answer(decision=asked, **OPTION, by=bob, brief=today)
    link = Link.objects.get(verb="answered in")
    assert (link.from_key, link.to_type, link.to_key) == (str(asked.pk), "brief", today.isoformat())


def test_a_decision_made_elsewhere_is_written_down(question, alice):
    made = decide(written=question(options=(Option(name="Stop"),), recommended=""), option="Stop", by=alice)
    assert (made.state, made.answer, made.answered_by) == ("made", "Stop", alice)


def test_what_is_predicted_is_read_soon_and_not_in_the_past(question, prediction, alice, today):
    decide(written=question(prediction=prediction()), **OPTION, by=alice)
    decide(written=question(prediction=prediction()), **OPTION, by=alice)
    assert list(Job.objects.values_list("task", flat=True)) == ["decisions.review"]
    past = prediction(review_on=today - timedelta(1))
    with pytest.raises(QuarterdeckError, match="before it could come true"):
        decide(written=question(prediction=past), **OPTION, by=alice)


def test_an_open_question_can_be_changed_whole(asked, question, prediction, bob):
    edited = edit(
        decision=asked, written=question(question="Roll back?", prediction=prediction(), evidence=()), by=bob
    )
    assert (edited.question, edited.predicted) == ("Roll back?", prediction())
    assert list(Link.objects.values_list("verb", flat=True)) == ["predicts"]
    change = Change.objects.get(verb="edited")
    assert change.before["question"] == asked.question
    assert change.after["question"] == "Roll back?"
    assert "decider" not in change.after


def test_a_made_decision_keeps_its_question_and_prediction(question, prediction, alice):
    made = decide(written=question(prediction=prediction()), **OPTION, by=alice)
    with pytest.raises(Conflict, match="stay as they were"):
        edit(decision=made, written=replace(made.written, prediction=prediction(low=0.01)), by=alice)
    edited = edit(decision=made, written=replace(made.written, dissent="Core lead: too soon."), by=alice)
    assert (edited.dissent, edited.predicted) == ("Core lead: too soon.", prediction())


def test_two_writers_do_not_overwrite_each_other(asked, question, alice, bob):
    seen = version_of(asked)
    edit(decision=asked, written=question(dissent="One."), by=alice, seen=seen)
    with pytest.raises(Conflict, match="meanwhile"):
        edit(decision=asked, written=question(dissent="Two."), by=bob, seen=seen)


def test_saving_without_a_change_writes_nothing(asked, question, alice):
    edit(decision=asked, written=question(), by=alice)
    assert "edited" not in verbs()
