"""What people see and do in the backlog: recommendations, a decision with its reason, briefs."""

import pytest

from quarterdeck.feedback.backlog.models.recommending import Recommendation
from quarterdeck.feedback.backlog.service import briefing, recommending
from tests.feedback.backlog.heard import BILLING, OFFLINE, TAXONOMY, hear


@pytest.fixture
def heard(standing, carol):
    hear(standing, by=carol)
    return standing


def shown(client, path, status=200):
    answer = client.get(path)
    assert answer.status_code == status, answer.content.decode()[-2000:]
    return answer.content.decode()


def test_without_a_taxonomy_or_quotes_the_page_says_what_to_do(standing, sign_in, dave):
    client = sign_in(dave)
    assert "There is no taxonomy yet." in shown(client, "/backlog/")
    (standing.path / "themes").mkdir()
    (standing.path / "themes" / "taxonomy.yaml").write_text(TAXONOMY)
    assert "Nothing is tagged yet." in shown(client, "/backlog/")
    assert client.get(f"/backlog/about/{OFFLINE}/").status_code == 302
    assert "No insights brief was written yet." in shown(client, "/backlog/briefs/")


def test_the_board_shows_changes_by_worth_with_the_matrix(heard, sign_in, dave):
    page = shown(sign_in(dave), "/backlog/")
    assert page.index(f"1 Act on {OFFLINE}") < page.index(f"2 Act on {BILLING}")
    assert page.count('role="img"') >= 2
    assert "no score" in page
    assert "Decide" not in page


def test_a_viewer_reads_and_a_contributor_decides(heard, sign_in, dave, carol):
    path = f"/backlog/about/{OFFLINE}/"
    assert "Accept it" not in shown(sign_in(dave), path)
    client = sign_in(carol)
    assert "Accept it" in shown(client, path)
    assert "ann.lee" not in shown(client, path)
    answer = client.post(f"{path}decide/", {"decision": "accept", "reason": "They leave.", "item": "W-open"})
    record = Recommendation.objects.get(theme=OFFLINE)
    assert answer.headers["Location"] == f"/backlog/{record.pk}/"
    page = shown(client, f"/backlog/{record.pk}/")
    for said in ("accepted", "They leave.", "W-open", "Core lead"):
        assert said in page
    board = shown(client, "/backlog/")
    assert "Under way" in board
    assert "W-open" in board


def test_what_is_wrong_is_said_beside_the_form_and_what_was_typed_stays(heard, sign_in, carol):
    client = sign_in(carol)
    path = f"/backlog/about/{OFFLINE}/"
    answer = client.post(f"{path}decide/", {"decision": "decline", "reason": " "})
    assert answer.status_code == 400
    assert "declined with a reason" in answer.content.decode()
    answer = client.post(f"{path}decide/", {"decision": "accept", "reason": "Now.", "item": "W-99"})
    assert answer.status_code == 400
    assert "Now.</textarea>" in answer.content.decode()
    for weeks in ("", "soon", "-2", "nan", "1e999"):
        assert client.post(f"{path}effort/", {"weeks": weeks}).status_code == 400
    assert not Recommendation.objects.exists()


def test_an_effort_gives_a_score(heard, sign_in, carol):
    client = sign_in(carol)
    path = f"/backlog/about/{BILLING}/"
    assert "No score" in shown(client, path)
    assert client.post(f"{path}effort/", {"weeks": "2,5", "low": "2", "high": "4"}).status_code == 302
    page = shown(client, path)
    assert "Said by Core lead" in page
    assert "No score" not in page


def test_who_comes_second_learns_whose_decision_it_was(heard, sign_in, carol, bob):
    recommending.accept(theme=OFFLINE, reason="First.", by=bob)
    answer = sign_in(carol).post(
        f"/backlog/about/{OFFLINE}/decide/", {"decision": "decline", "reason": "Second."}
    )
    assert answer.status_code == 409
    assert "Growth lead accepted this already." in answer.content.decode()
    page = shown(sign_in(carol), f"/backlog/about/{OFFLINE}/", status=302)
    assert page == ""


def test_a_work_item_is_linked_later_and_things_are_said(heard, sign_in, carol, bob):
    record = recommending.accept(theme=OFFLINE, by=bob)
    client = sign_in(carol)
    assert client.post(f"/backlog/{record.pk}/link/", {"item": "W-99"}).status_code == 400
    assert client.post(f"/backlog/{record.pk}/link/", {"item": "W-open"}).status_code == 302
    assert recommending.items_of(record) == ("W-open",)
    assert client.post(f"/backlog/{record.pk}/comment/", {"text": "Started."}).status_code == 302
    assert "Started." in shown(client, f"/backlog/{record.pk}/")


def test_a_theme_that_is_not_there_is_told(heard, sign_in, dave):
    answer = sign_in(dave).get("/backlog/about/Ofline/")
    assert answer.status_code == 400
    assert "Nothing is recommended about" in answer.content.decode()
    shown(sign_in(dave), "/backlog/99/", status=404)


def test_briefs_are_listed_read_and_taken_along(heard, sign_in, carol):
    client = sign_in(carol)
    assert client.post("/backlog/briefs/write/").headers["Location"] == "/backlog/briefs/2026-11-16/"
    assert f"Act on {OFFLINE}" in shown(client, "/backlog/briefs/")
    page = shown(client, "/backlog/briefs/2026-11-16/")
    assert 'id="change-1"' in page
    for ending, media in (("md", "text/markdown"), ("html", "text/html"), ("json", "application/json")):
        answer = client.get(f"/backlog/briefs/2026-11-16/brief.{ending}")
        assert answer["Content-Type"].startswith(media)
        assert OFFLINE in answer.content.decode()
    for path in (
        "/backlog/briefs/2026-11-17/",
        "/backlog/briefs/soon/",
        "/backlog/briefs/2026-11-16/brief.exe",
    ):
        shown(client, path, status=404)


def test_a_frozen_brief_stays_when_the_facts_go_on(heard, sign_in, carol):
    briefing.write(by=carol)
    recommending.decline(theme=OFFLINE, reason="No.", by=carol)
    client = sign_in(carol)
    assert f"1 Act on {OFFLINE}" in shown(client, "/backlog/briefs/2026-11-16/")
    assert f"1 Act on {OFFLINE}" not in shown(client, "/backlog/")
