"""Every address and every operation, anonymously and in each of four roles: exactly what its door says."""

import json
import re
from datetime import date

import pytest
from django.urls import URLPattern, get_resolver

from quarterdeck.jobs.models import Job, Schedule
from quarterdeck.records.doors import PUBLIC
from quarterdeck.records.invitations import invite
from quarterdeck.records.permissions import GIVES, Permission, Role
from quarterdeck.records.tokens import make_token
from quarterdeck.report.brief.models import Edition

SAMPLES = {"secret": "guess", "number": "1", "name": "tidy", "as_of": "2026-11-16", "ending": "json"}
# What a door gives to who may pass it, where the things it speaks of are not there.
HONEST = {200, 202, 204, 302, 400, 404, 405, 409, 422}


def patterns(resolver=None, prefix=""):
    for each in (resolver or get_resolver()).url_patterns:
        if isinstance(each, URLPattern):
            yield prefix + str(each.pattern), each.callback
        elif not (prefix + str(each.pattern)).startswith("api/"):
            yield from patterns(each, prefix + str(each.pattern))


PAGES = [
    (re.sub(r"<(?:\w+:)?(\w+)>", lambda found: SAMPLES.get(found[1], "1"), f"/{route}"), view)
    for route, view in patterns()
]


def test_every_door_names_its_permission():
    unnamed = [path for path, view in PAGES if getattr(view, "permission", None) is None]
    assert unnamed == []


@pytest.mark.parametrize(("path", "view"), PAGES, ids=[path for path, _ in PAGES])
def test_a_page_opens_to_exactly_those_who_may(path, view, client, alice, bob, carol, dave):
    for method in (client.get, client.post):
        answer = method(path)
        if view.permission == PUBLIC:
            assert answer.status_code in HONEST
        else:
            assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, "/sign-in/")
    for person in (dave, carol, bob, alice):
        may = view.permission == PUBLIC or view.permission in GIVES[Role(person.role)]
        for method in ("get", "post"):
            client.force_login(person)
            answer = getattr(client, method)(path)
            assert (answer.status_code != 403) == may or path.startswith("/people/"), (person.role, method)
            assert answer.status_code in (HONEST if may else {403}) | (
                {403} if path == "/people/1/" else set()
            )


def operations():
    from quarterdeck.site.api import api

    for path, methods in api.get_openapi_schema()["paths"].items():
        for method, operation in methods.items():
            yield method, re.sub(r"{\w+}", "1", path), Permission(operation["x-permission"])


@pytest.mark.parametrize(("method", "path", "permission"), list(operations()))
def test_an_operation_opens_to_exactly_those_who_may(
    method, path, permission, client, alice, bob, carol, dave
):
    def call(headers=None):
        return client.generic(method.upper(), path, "{}", content_type="application/json", headers=headers)

    anonymous = call()
    assert anonymous.status_code == 401
    assert anonymous["Content-Type"] == "application/problem+json"
    assert json.loads(anonymous.content)["status"] == 401
    for person in (dave, carol, bob, alice):
        may = permission in GIVES[Role(person.role)]
        _, secret = make_token(
            person=person, name="t", scopes=GIVES[Role(person.role)], lasts_days=1, by=person
        )
        assert (call({"Authorization": f"Bearer {secret}"}).status_code == 403) != may
        client.force_login(person)
        answer = call()
        assert (answer.status_code == 403) != may
        assert answer.status_code in HONEST | {201} if may else answer.status_code == 403
        client.logout()


def test_a_token_opens_only_its_scopes(client, alice):
    _, secret = make_token(person=alice, name="t", scopes=[Permission.READ], lasts_days=1, by=alice)
    headers = {"Authorization": f"Bearer {secret}"}
    assert client.get("/api/people", headers=headers).status_code == 200
    refused = client.get("/api/invitations", headers=headers)
    assert refused.status_code == 403
    assert "does not open 'administer'" in refused.json()["title"]


def test_a_write_with_a_session_needs_the_token_of_the_form(alice):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice)
    body = {"type": "metric", "key": "x", "text": "hello"}
    assert strict.post("/api/comments", body, content_type="application/json").status_code == 403
    assert strict.post("/people/invite/", {"email": "e@acme.test", "role": "viewer"}).status_code == 403


def test_the_pages_of_real_things_open(client, alice, db):
    job = Job.objects.create(task="site.tidy", title="T", run_at="2026-11-01T00:00Z")
    Schedule.objects.create(name="tidy", next_at="2026-11-01T00:00Z", last_job=job)
    _, secret = invite(email="e@acme.test", role=Role.VIEWER, by=alice)
    assert client.get(f"/invitation/{secret}/").status_code == 200
    client.force_login(alice)
    for path in (
        "/people/",
        f"/people/{alice.pk}/",
        "/jobs/",
        f"/jobs/{job.pk}/",
        "/changes/",
        "/account/",
        "/search/?q=jobs",
    ):
        assert client.get(path).status_code == 200, path
    assert not Edition.objects.filter(as_of=date(2026, 11, 16)).exists()
    assert client.get("/brief/2026-13-45/").status_code == 404


def test_nobody_is_sent_to_another_server_after_signing_in(client, alice):
    form = {"email": "alice@acme.test", "password": "correct horse battery"}
    for elsewhere in ("https://evil.test/", "//evil.test/", "/\\evil.test"):
        answer = client.post("/sign-in/", {**form, "next": elsewhere})
        assert answer.headers["Location"] == "/"
    assert client.post("/sign-in/", {**form, "next": "/people/"}).headers["Location"] == "/people/"


def test_guessing_is_answered_with_429(client, alice):
    form = {"email": "alice@acme.test", "password": "wrong"}
    answers = [client.post("/sign-in/", form).status_code for _ in range(6)]
    assert answers == [400] * 5 + [429]


def test_every_answer_bears_the_strict_policy(client, alice):
    client.force_login(alice)
    for path in ("/people/", "/nowhere/", "/api/people", "/health/live"):
        policy = client.get(path).headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy


def test_an_answer_of_the_api_that_is_known_already_is_not_sent_again(client, alice):
    client.force_login(alice)
    first = client.get("/api/people")
    assert first.status_code == 200
    again = client.get("/api/people", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
