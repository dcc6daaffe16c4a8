from datetime import date, timedelta

import pytest
from django.utils import timezone

from quarterdeck.process.decisions.models import ActionState, Decision
from quarterdeck.process.decisions.service.acting import settle
from quarterdeck.process.decisions.service.asking import answer, ask
from quarterdeck.process.decisions.service.for_brief import asked as asked_on
from quarterdeck.process.decisions.service.for_brief import decided_in
from quarterdeck.process.decisions.service.for_brief import promised as promised_in
from quarterdeck.records.links import join
from quarterdeck.records.subjects import Subject
from quarterdeck.report.brief.models import Edition
from quarterdeck.report.brief.service import ritual
from tests.report.readings import eventful
from tests.report.week import week_of


@pytest.fixture
def edition(db):
    """A drafted brief of an eventful week."""
    week = week_of(eventful())
    return Edition.objects.create(
        as_of=week.pins.as_of,
        week_start=week.week_start,
        headline="Drafted.",
        reading=ritual.READING.dump_json(week).decode(),
        drafted_at=timezone.now(),
    )


def test_the_most_urgent_question_of_the_week_comes_first(question, alice, today):
    for days in (4, 1, -3, 20):
        ask(written=question(question=f"In {days}?", due=today + timedelta(days)), by=alice)
    assert [each.question for each in asked_on(today)] == ["In -3?", "In 1?", "In 4?"]


def test_what_became_of_the_promises_of_a_week(promised, alice, bob):
    monday = date(2026, 11, 9)
    names = {"open": None, "done": ActionState.DONE, "dropped": ActionState.DROPPED}
    for text, state in names.items():
        action = promised(text=text, due=monday + timedelta(4))
        if state:
            settle(action=action, state=state, by=bob)
    settle(
        action=settle(action=promised(text="worked", due=monday), state=ActionState.DONE, by=bob),
        state=ActionState.WORKED,
        by=bob,
    )
    promised(text="next week", due=monday + timedelta(7))
    promised(text="last week", due=monday - timedelta(1))
    assert [(each.text, each.became) for each in promised_in(monday)] == [
        ("open", "late"),
        ("dropped", "dropped"),
        ("worked", "done"),
        ("done", "done"),
    ]


def test_the_draft_of_a_brief_asks_and_a_published_one_stays(edition, question, promised, alice, bob):
    asked = ask(written=question(due=edition.as_of + timedelta(2)), by=alice)
    promised(text="Ship it", due=edition.week_start + timedelta(3))
    document = ritual.pages_of(edition).document
    assert [each.question.text for each in document.decisions] == [asked.question]
    assert document.decisions[0].question.evidence == f"/decisions/{asked.pk}/"
    assert [(each.promised.text, each.state) for each in document.promises] == [
        ("Core lead: Ship it", "late")
    ]
    published = ritual.publish(edition=edition, by=alice)
    frozen = ritual.file_of(published, "brief.html")
    assert f"/decisions/{asked.pk}/" in frozen
    assert "answer/" not in frozen
    answer(decision=asked, option="Roll back", by=bob, brief=edition.as_of)
    assert ritual.file_of(published, "brief.html") == frozen
    assert [each.question.text for each in ritual.pages_of(published).document.decisions] == [asked.question]


def test_an_executive_answers_from_the_page_in_one_click(edition, question, client, alice, bob, dave):
    asked = ask(written=question(due=edition.as_of + timedelta(2)), by=alice)
    ritual.publish(edition=edition, by=alice)
    address = f"/brief/{edition.as_of}/"
    client.force_login(dave)
    assert 'name="option"' not in client.get(address).content.decode()
    client.force_login(alice)
    page = client.get(address).content.decode()
    assert f'action="/decisions/{asked.pk}/answer/"' in page
    assert page.count('name="option"') == 3
    assert "0 decisions" in page
    form = {"option": "Fix forward", "brief": str(edition.as_of)}
    sent = client.post(f"/decisions/{asked.pk}/answer/", form)
    assert sent.headers["Location"] == f"{address}#decisions"
    after = client.get(address).content.decode()
    assert 'name="option"' not in after
    assert "Fix forward" in after
    assert "1 decision " in after
    client.force_login(bob)
    late = client.post(f"/decisions/{asked.pk}/answer/", {**form, "option": "Roll back"})
    assert late.status_code == 409
    assert "Head of product answered this already" in late.content.decode()
    assert Decision.objects.get().answer == "Fix forward"


def test_decisions_that_are_linked_with_a_brief_count_once_they_are_made(asked, alice, today):
    day = Subject(type="brief", key=today.isoformat())
    join(source=day, verb="led to", target=Subject(type="decision", key=str(asked.pk)), by=alice)
    join(source=day, verb="led to", target=Subject(type="decision", key="no number"), by=alice)
    assert decided_in(today) == 0
    answer(decision=asked, option="Roll back", by=alice, brief=today)
    assert decided_in(today) == 1
    assert decided_in(today + timedelta(7)) == 0


def test_an_answered_question_stays_on_the_draft_with_its_answer_and_is_asked_no_more(
    edition, question, client, alice, bob, time_machine
):
    time_machine.move_to(f"{edition.as_of + timedelta(1)} 09:00+00:00")
    first = ask(written=question(question="First?", due=edition.as_of + timedelta(2)), by=alice)
    ask(written=question(question="Second?", due=edition.as_of + timedelta(3)), by=alice)
    time_machine.move_to(f"{edition.as_of + timedelta(1)} 11:00+00:00")
    answer(decision=first, option="Roll back", by=bob)
    document = ritual.pages_of(edition).document
    assert [each.question.text for each in document.decisions] == ["Second?", "First?"]
    assert [each.answer for each in document.decisions] == ["", "Roll back"]
    assert document.headline[1].text.startswith("One decision by")
    client.force_login(alice)
    page = client.get(f"/brief/{edition.as_of}/").content.decode()
    struck = page[page.index("<s>") : page.index("</s>")]
    assert f"/decisions/{first.pk}/" in struck
    assert "Growth lead" in page[page.index("</s>") :][:300]
    published = ritual.publish(edition=edition, by=alice)
    assert "## Decided: " in ritual.file_of(published, "brief.md")


def test_what_was_answered_long_ago_or_only_written_down_is_not_on_a_draft(
    edition, question, alice, bob, time_machine
):
    from quarterdeck.process.decisions.service.asking import decide

    time_machine.move_to(f"{edition.as_of - timedelta(9)} 09:00+00:00")
    old = ask(written=question(question="Old?", due=edition.as_of - timedelta(7)), by=alice)
    time_machine.move_to(f"{edition.as_of - timedelta(8)} 09:00+00:00")
    answer(decision=old, option="Roll back", by=bob)
    time_machine.move_to(f"{edition.as_of + timedelta(1)} 09:00+00:00")
    decide(written=question(question="Written down?"), option="Roll back", by=bob)
    assert asked_on(edition.as_of) == ()


def test_a_made_up_company_stands_still_so_that_nothing_of_it_turns_late(own_workspace, settings):
    from quarterdeck.definitions.settings import SETTINGS_FILE
    from quarterdeck.records.here import today as company_day

    file = own_workspace.path / SETTINGS_FILE
    file.write_text(file.read_text() + "demo: true\nstands_at: 2026-11-16\n")
    assert company_day() == date(2026, 11, 16)
