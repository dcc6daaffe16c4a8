"""What other capabilities tell of a metric on its page, and the way back from there."""

from datetime import date, timedelta

import pytest

from quarterdeck.insights.metrics.service.kept import keep_reading
from quarterdeck.process.decisions.calc.question import Evidence, Option, Question
from quarterdeck.process.decisions.service.asking import answer, ask
from quarterdeck.records.links import join
from quarterdeck.records.subjects import Subject
from quarterdeck.report.brief.service import ritual
from tests.insights.metrics.conftest import add_events
from tests.insights.metrics.test_kept import COUNT, paid

TODAY = date(2026, 11, 16)
METRIC = Subject(type="metric", key="revenue")


@pytest.fixture
def here(db, own_workspace):
    folder = own_workspace.path / "metrics"
    folder.mkdir(exist_ok=True)
    (folder / "revenue.yaml").write_text(f"title: Revenue\ndescription: Paid.\nowner: Core lead\n{COUNT}")
    add_events(own_workspace, paid(190))
    keep_reading(own_workspace, today=TODAY)
    return own_workspace


def asked(by, *, evidence=(), flips="Churn rises."):
    written = Question(
        question="Do we raise the price?",
        options=(Option(name="Raise it"), Option(name="Leave it", why_rejected="Too cheap.")),
        decider="Head of product",
        due=TODAY + timedelta(3),
        recommended="Raise it",
        flips_if=flips,
        evidence=evidence,
    )
    return ask(written=written, by=by)


def test_the_page_of_a_metric_shows_what_its_owner_made_of_it_week_by_week(here, sign_in, alice, carol):
    for as_of, words in ((TODAY - timedelta(7), "A slow week."), (TODAY, "Back again.")):
        edition = ritual.draft(here, as_of=as_of, by=None)
        ritual.judge(edition=edition, metric="revenue", words=words, by=carol)
    page = sign_in(alice).get("/metrics/revenue/").content.decode()
    assert page.index("Back again.") < page.index("A slow week.")
    assert 'href="/brief/2026-11-09/"' in page
    assert "Core lead, brief of" in page


def test_the_page_of_a_metric_shows_its_decisions_and_what_flips_them(here, sign_in, alice, bob):
    decision = asked(alice, evidence=(Evidence(type="metric", key="revenue"),))
    client = sign_in(bob)
    page = client.get("/metrics/revenue/").content.decode()
    assert f'href="/decisions/{decision.pk}/"' in page
    assert "asked of Head of product; rests on it" in page
    assert "Flips if: Churn rises." in page
    answer(decision=decision, option="Raise it", by=bob)
    assert "Raise it; rests on it" in client.get("/metrics/revenue/").content.decode()
    assert 'href="/metrics/revenue/"' in client.get(f"/decisions/{decision.pk}/").content.decode()


def test_a_link_by_hand_counts_in_either_direction(here, sign_in, alice, bob):
    decision = asked(alice, flips="")
    join(source=METRIC, verb="explains", target=Subject(type="decision", key=str(decision.pk)), by=bob)
    client = sign_in(bob)
    page = client.get("/metrics/revenue/").content.decode()
    assert "explains it" in page
    assert "Flips if" not in page
    assert 'href="/metrics/revenue/"' in client.get(f"/decisions/{decision.pk}/").content.decode()


def test_a_metric_that_nobody_spoke_of_has_no_empty_section(here, sign_in, bob):
    page = sign_in(bob).get("/metrics/revenue/").content.decode()
    assert "In their judgement" not in page
    assert 'id="decisions"' not in page
