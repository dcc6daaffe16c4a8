"""What programs do with definitions, through a token and over HTTP."""

import pytest
from django.test import Client

from quarterdeck.records.permissions import GIVES, Role
from quarterdeck.records.tokens import make_token
from quarterdeck.records.workshop.models import Draft
from tests.records.workshop.conftest import SHARE, SIGN_UPS, folder, git, repository

__all__ = ["folder", "repository"]

ONE = "/api/definitions/metric/sign_ups"
BETTER = SIGN_UPS.replace("Teams that", "Each team that")


def token_of(person):
    _, secret = make_token(person=person, name="t", scopes=GIVES[Role(person.role)], lasts_days=1, by=person)
    return Client(headers={"Authorization": f"Bearer {secret}"})


@pytest.fixture
def bobs(bob, folder):
    return token_of(bob)


def send(client, path, method="post", **body):
    return getattr(client, method)(path, body, content_type="application/json")


def test_kinds_and_definitions_are_listed(bobs):
    kinds = bobs.get("/api/definitions/kinds").json()
    assert {"metric", "metric_tree", "map"} <= {kind["kind"] for kind in kinds}
    listed = bobs.get("/api/definitions?kind=metric&limit=2").json()
    assert listed["count"] == 3
    assert [each["name"] for each in listed["items"]] == ["paid", "share"]
    assert listed["items"][0]["standing"] == "not signed"


def test_a_definition_has_an_etag_that_changes_with_it(bobs, folder):
    first = bobs.get(ONE)
    assert first.json()["text"] == SIGN_UPS
    assert first.headers["ETag"].startswith(f'"{first.json()["version"]}.')
    assert bobs.get(ONE, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    (folder / "metrics/sign_ups.yaml").write_text(BETTER)
    changed = bobs.get(ONE, headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert changed.json()["version"] != first.json()["version"]


@pytest.mark.parametrize(
    "path", ["metric/nobody", "metric/tree", "metric/..%2Fquarterdeck", "metrik/sign_ups"]
)
def test_what_is_not_there_is_not_found(bobs, path):
    assert bobs.get(f"/api/definitions/{path}").status_code == 404


def test_a_text_is_checked_and_nothing_is_kept(bobs):
    said = send(bobs, f"{ONE}/check", text=SIGN_UPS.replace("owner", "onwer")).json()
    assert not said["promotable"]
    assert {(each["file"], each["line"], each["rule"]) for each in said["here"]} == {
        ("metrics/sign_ups.yaml", 6, "unknown_key"),
        ("metrics/sign_ups.yaml", 2, "missing_key"),
    }
    assert not Draft.objects.exists()


def test_a_draft_is_begun_saved_promoted_and_committed(bobs, repository):
    begun = send(bobs, "/api/drafts", kind="metric", name="sign_ups", text=SIGN_UPS)
    assert begun.status_code == 201
    path = f"/api/drafts/{begun.json()['id']}"
    saved = send(bobs, path, "put", text=BETTER, version=1)
    assert saved.json()["version"] == 2
    behind = send(bobs, path, "put", text=SHARE, version=1)
    assert (behind.status_code, behind["Content-Type"]) == (409, "application/problem+json")
    assert bobs.get("/api/drafts").json()["count"] == 1
    promoted = send(bobs, f"{path}/promote", version=2, why="Better.").json()
    assert (promoted["state"], promoted["git_state"]) == ("promoted", "committed")
    assert git(repository, "log", "-1", "--format=%an") == "Bob"
    assert send(bobs, f"{path}/discard").status_code == 409


def test_a_promotion_over_an_edit_on_disk_or_past_the_linter_is_refused(bobs, folder):
    draft = send(bobs, "/api/drafts", kind="metric", name="sign_ups", text="title: 5\n").json()
    path = f"/api/drafts/{draft['id']}"
    assert send(bobs, f"{path}/promote", version=1).status_code == 400
    (folder / "metrics/sign_ups.yaml").write_text(BETTER)
    assert send(bobs, f"{path}/promote", version=1).status_code == 409
    assert (folder / "metrics/sign_ups.yaml").read_text() == BETTER


def test_a_definition_is_proposed_objected_to_and_signed(bobs, carol):
    carols = token_of(carol)
    version = bobs.get(ONE).json()["version"]
    assert send(carols, f"{ONE}/proposals", version=version).status_code == 201
    objection = send(carols, f"{ONE}/objections", version=version, words="Trials?").json()
    assert send(bobs, f"{ONE}/signatures", version=version).status_code == 409
    assert bobs.get(f"{ONE}/objections").json()["count"] == 1
    assert send(bobs, f"/api/objections/{objection['id']}/resolve", answer="No.").json()["answer"] == "No."
    assert send(carols, f"{ONE}/signatures", version=version).status_code == 400
    signed = send(bobs, f"{ONE}/signatures", version=version)
    assert (signed.status_code, signed.json()["owner"]) == (201, "Growth lead")
    assert bobs.get(ONE).json()["standing"] == "signed"


def test_a_draft_is_taken_over(bobs, carol):
    draft = send(bobs, "/api/drafts", kind="metric", name="sign_ups", text=BETTER).json()
    carols = token_of(carol)
    assert send(carols, "/api/drafts", kind="metric", name="sign_ups", text=SHARE).status_code == 409
    taken = send(carols, f"/api/drafts/{draft['id']}/take-over").json()
    assert taken["author_id"] == carol.pk
    assert send(carols, f"/api/drafts/{draft['id']}/promote", version=2).status_code == 403


def test_a_draft_goes_on_after_an_edit_on_disk_that_was_seen(bobs, folder):
    draft = send(bobs, "/api/drafts", kind="metric", name="sign_ups", text=BETTER).json()
    (folder / "metrics/sign_ups.yaml").write_text(SIGN_UPS.replace("title: Sign-ups", "title: New teams"))
    path, seen = f"/api/drafts/{draft['id']}", bobs.get(ONE).json()["digest"]
    assert send(bobs, f"{path}/promote", version=1).status_code == 409
    assert send(bobs, f"{path}/rebase", keep="both", digest="old").status_code == 409
    assert send(bobs, f"{path}/rebase", keep="theirs", digest=seen).status_code == 422
    rebased = send(bobs, f"{path}/rebase", keep="both", digest=seen).json()
    assert rebased["text"] == BETTER.replace("title: Sign-ups", "title: New teams")
    assert send(bobs, f"{path}/promote", version=2).json()["state"] == "promoted"


def test_a_commit_that_git_refused_is_repeated(bobs, repository):
    draft = send(bobs, "/api/drafts", kind="metric", name="sign_ups", text=BETTER).json()
    path = f"/api/drafts/{draft['id']}"
    assert send(bobs, f"{path}/commit").status_code == 409
    (repository / ".git/index.lock").touch()
    assert send(bobs, f"{path}/promote", version=1).json()["git_state"] == "failed"
    (repository / ".git/index.lock").unlink()
    assert send(bobs, f"{path}/commit").json()["git_state"] == "committed"
