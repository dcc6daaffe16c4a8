"""Sign-in by a real provider on loopback, and everything that must not let anybody in."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.utils import timezone

from quarterdeck.definitions.settings import SETTINGS_FILE
from quarterdeck.records.invitations import invite, open_invitations
from quarterdeck.records.models import Change, OutsideAccount, Person
from quarterdeck.records.people import change_person
from quarterdeck.records.permissions import Role
from quarterdeck.records.signing_in import MOST_PER_ORIGIN
from quarterdeck.site import openid
from tests.conftest import PASSWORD
from tests.site.provider import CLIENT, SECRET, Provider

ERIN = {"sub": "erin-1", "email": "Erin@acme.test", "email_verified": True, "name": "Erin"}


@pytest.fixture
def provider():
    openid.forget_providers()
    served = Provider()
    served.start()
    served.user = dict(ERIN)
    yield served
    served.stop()


@pytest.fixture
def set_up(provider, own_workspace, settings):
    """Write `sso` into quarterdeck.yaml."""
    settings.QUARTERDECK_SSO_CLIENT_SECRET = SECRET

    def write(more=""):
        file = own_workspace.path / SETTINGS_FILE
        began = file.read_text().split("\nsso:")[0]
        said = f"\nsso:\n  issuer: {provider.issuer}\n  client_id: {CLIENT}\n  name: Acme account\n{more}"
        file.write_text(f"{began}{said}")

    write()
    return write


def ask(client, following="/people/"):
    """Begin; where the browser is sent to."""
    return client.get("/sign-in/with/", {"next": following}).headers["Location"]


def consent(address):
    """The person signs in at the provider; where the browser is sent back to."""
    back = requests.get(address, allow_redirects=False, timeout=5).headers["Location"]
    assert back.startswith("http://testserver/sign-in/back/")
    return back.removeprefix("http://testserver")


def walk(client):
    return client.get(consent(ask(client)))


def is_in(client):
    return client.get("/people/").status_code == 200


def refused(client, answer, words, status=403):
    assert answer.status_code == status
    assert words in answer.content.decode()
    assert not is_in(client)


@pytest.mark.django_db
def test_without_a_provider_there_is_no_button_and_no_door(client):
    assert "/sign-in/with/" not in client.get("/sign-in/").content.decode()
    assert client.get("/sign-in/with/").status_code == 404
    assert client.get("/sign-in/back/").status_code == 404


def test_an_invited_person_comes_in_and_is_led_on(client, alice, set_up):
    invite(email="erin@acme.test", role=Role.EDITOR, by=alice, title="Design lead")
    assert "Sign in with Acme account" in client.get("/sign-in/?next=/people/").content.decode()
    answer = walk(client)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/people/")
    erin = Person.objects.get(email="erin@acme.test")
    assert (erin.role, erin.title, erin.name) == ("editor", "Design lead", "Erin")
    assert not erin.has_usable_password()
    assert not open_invitations().exists()
    verbs = Change.objects.filter(type="person", key=str(erin.pk)).values_list("verb", flat=True)
    assert set(verbs) == {"added", "tied account"}
    assert client.session.get_expiry_age() == 7 * 24 * 3600


def test_who_is_here_already_stays_the_same_person(client, bob, set_up, provider):
    provider.user = {**ERIN, "sub": "bob-1", "email": "bob@acme.test"}
    assert walk(client).status_code == 302
    assert is_in(client)
    client.post("/sign-out/")
    # The address changes at the provider; the account is the same.
    provider.user["email"] = "robert@acme.test"
    assert walk(client).status_code == 302
    assert Person.objects.get().email == "bob@acme.test"


def test_what_is_asked_bears_state_nonce_and_a_proof_key(client, db, set_up):
    asked = parse_qs(urlsplit(ask(client)).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["response_type"] == ["code"]
    [kept] = client.session["single_sign_on"].values()
    assert (asked["state"], asked["nonce"]) == ([kept["state"]], [kept["nonce"]])
    assert kept["verifier"] not in str(asked)


def test_an_unknown_person_is_told_whom_to_ask(client, db, set_up):
    refused(client, walk(client), "erin@acme.test is not invited")
    assert not Person.objects.exists()


def test_a_listed_domain_comes_in_with_its_role_and_no_other_does(client, db, set_up, provider):
    set_up("  domains:\n    ACME.test: contributor\n")
    assert walk(client).status_code == 302
    assert Person.objects.get().role == "contributor"
    client.post("/sign-out/")
    provider.user = {**ERIN, "sub": "mallory", "email": "mallory@notacme.test"}
    refused(client, walk(client), "is not invited")


@pytest.mark.parametrize("said", [False, None, "false", 1, "yes"])
def test_an_address_nobody_vouches_for_opens_nothing(client, bob, set_up, provider, said):
    provider.user = {**ERIN, "email": "bob@acme.test", "email_verified": said}
    refused(client, walk(client), "does not vouch for your e-mail")


def test_a_suspended_person_stays_out(client, alice, bob, set_up, provider):
    provider.user = {**ERIN, "email": "bob@acme.test"}
    assert walk(client).status_code == 302
    change_person(person=bob, by=alice, is_active=False)
    assert not is_in(client)
    refused(client, walk(client), "may not sign in any more")


def test_an_address_given_to_somebody_else_does_not_inherit_the_person(client, alice, bob, set_up, provider):
    provider.user = {**ERIN, "sub": "bob-1", "email": "bob@acme.test"}
    walk(client)
    client.post("/sign-out/")
    provider.user["sub"] = "another-bob"
    refused(client, walk(client), "belongs to another account")
    client.force_login(alice)
    assert "Signs in by" in client.get(f"/people/{bob.pk}/").content.decode()
    assert client.post(f"/people/{bob.pk}/untie/").status_code == 302
    client.post("/sign-out/")
    assert walk(client).status_code == 302
    assert OutsideAccount.objects.get().subject == "another-bob"


def test_a_state_that_this_browser_did_not_begin_opens_nothing(client, alice, set_up, provider):
    from django.test import Client

    provider.user = {**ERIN, "email": "alice@acme.test"}
    back = consent(ask(Client()))
    refused(client, client.get(back), "was not begun here")
    own = consent(ask(client))
    refused(client, client.get(own.replace("state=", "state=x")), "was not begun here")


def test_a_code_counts_once(client, alice, set_up, provider):
    provider.user = {**ERIN, "email": "alice@acme.test"}
    back = consent(ask(client))
    assert client.get(back).status_code == 302
    client.post("/sign-out/")
    refused(client, client.get(back), "was not begun here")
    # The same code under a sign-in of one's own: the provider refuses it.
    spent = parse_qs(urlsplit(back).query)["code"][0]
    state = parse_qs(urlsplit(ask(client)).query)["state"][0]
    answer = client.get("/sign-in/back/", {"code": spent, "state": state})
    refused(client, answer, "invalid_grant", 502)


def test_a_code_without_its_proof_key_opens_nothing(client, alice, set_up, provider):
    provider.user = {**ERIN, "email": "alice@acme.test"}
    back = consent(ask(client))
    session = client.session
    [kept] = session["single_sign_on"].values()
    kept["verifier"] = "x" * 64
    session.save()
    refused(client, client.get(back), "invalid_grant", 502)


@pytest.mark.parametrize(
    "lie",
    [
        {"nonce": "another"},
        {"aud": "another"},
        {"iss": "https://another.test"},
        {"exp": 1},
        {"at_hash": "another"},
        {"azp": "another"},
    ],
)
def test_a_token_for_somebody_else_is_not_believed(client, alice, set_up, provider, lie):
    provider.user = {**ERIN, "email": "alice@acme.test"}
    provider.lies = lie
    refused(client, walk(client), "is not to be believed", 502)


def test_a_token_signed_by_another_key_is_not_believed(client, alice, set_up, provider):
    provider.user = {**ERIN, "email": "alice@acme.test"}
    provider.forges = True
    refused(client, walk(client), "is not to be believed", 502)


def test_a_sign_in_that_took_too_long_is_over(client, alice, set_up, provider, time_machine):
    back = consent(ask(client))
    time_machine.move_to(timezone.now() + timedelta(seconds=601))
    refused(client, client.get(back), "took too long")


def test_a_provider_that_is_down_is_told_and_counts_for_nobody(client, bob, set_up, provider, own_workspace):
    file = own_workspace.path / SETTINGS_FILE
    file.write_text(file.read_text().replace(provider.issuer, "http://127.0.0.1:9"))
    for _ in range(MOST_PER_ORIGIN + 1):
        answer = client.get("/sign-in/with/")
    refused(client, answer, "does not answer", 502)
    assert client.post("/sign-in/", {"email": "bob@acme.test", "password": PASSWORD}).status_code == 302


def test_a_provider_that_goes_down_in_between_is_told(client, bob, set_up, provider):
    back = consent(ask(client))
    port = provider.listener.server_port
    provider.stop()
    refused(client, client.get(back), f"http://127.0.0.1:{port} does not answer", 502)
    provider.start()


@pytest.mark.parametrize(
    ("page", "answer"),
    [
        ("/.well-known/openid-configuration", (200, "<html>hello</html>", [])),
        ("/.well-known/openid-configuration", (200, {"issuer": "https://another.test"}, [])),
        ("/.well-known/openid-configuration", (302, "", [("Location", "http://127.0.0.1:9/")])),
        ("/.well-known/openid-configuration", (200, [], [])),
    ],
)
def test_a_discovery_that_is_none_is_told(client, db, set_up, provider, page, answer):
    provider.answers[page] = answer
    told = client.get("/sign-in/with/")
    assert told.status_code == 502
    assert "provider calls itself" in told.content.decode() or "cannot be understood" in told.content.decode()


@pytest.mark.parametrize(
    "answer",
    [
        (500, "oh", []),
        (200, "<html>", []),
        (200, {"access_token": "x"}, []),
        (200, {"access_token": "x", "id_token": "a.b.c"}, []),
        (200, [], []),
    ],
)
def test_a_token_answer_that_is_none_is_told(client, db, set_up, provider, answer):
    back = consent(ask(client))
    provider.answers["/token"] = answer
    assert client.get(back).status_code == 502


def test_endpoints_without_https_get_no_secret(client, db, set_up, provider):
    provider.lies_of_discovery = {"token_endpoint": "http://elsewhere.test/token"}
    refused(client, client.get("/sign-in/with/"), "is not safe", 502)


def test_who_says_no_at_the_provider_is_told_so(client, db, set_up):
    state = parse_qs(urlsplit(ask(client)).query)["state"][0]
    answer = client.get("/sign-in/back/", {"error": "access_denied", "state": state})
    refused(client, answer, "did not let you in: access_denied", 502)


def test_knocking_again_and_again_shuts_the_door_for_a_while(client, db, set_up):
    answers = [client.get("/sign-in/back/?state=x&code=y").status_code for _ in range(MOST_PER_ORIGIN + 1)]
    assert answers == [403] * MOST_PER_ORIGIN + [429]


def test_where_the_provider_alone_lets_in_nothing_else_does(client, alice, bob, set_up, provider):
    from quarterdeck.records.signing_in import make_link

    set_up("  only: true\n")
    page = client.get("/sign-in/").content.decode()
    assert "Sign in with Acme account" in page
    assert 'type="password"' not in page
    refused(
        client,
        client.post("/sign-in/", {"email": "bob@acme.test", "password": PASSWORD}),
        "open nothing here",
        400,
    )
    refused(
        client, client.post(f"/sign-in/link/{make_link(person=bob, by=alice)}/"), "open nothing here", 400
    )
    _, secret = invite(email="erin@acme.test", role=Role.VIEWER, by=alice)
    assert 'type="password"' not in client.get(f"/invitation/{secret}/").content.decode()
    joined = client.post(f"/invitation/{secret}/", {"name": "Erin", "password": PASSWORD})
    refused(client, joined, "open nothing here", 400)
    assert walk(client).status_code == 302
    assert "Change password" not in client.get("/account/").content.decode()
    assert client.post("/account/password/", {"new": PASSWORD}).status_code == 400
    client.force_login(alice)
    assert "Make a link" not in client.get(f"/people/{bob.pk}/").content.decode()
    assert client.post(f"/people/{bob.pk}/link/").status_code == 400


def test_the_environment_wins_over_the_file(client, db, set_up, provider, settings):
    set_up()
    settings.QUARTERDECK_SSO_ISSUER = "http://insecure.test"
    assert client.get("/sign-in/with/").status_code == 400
    settings.QUARTERDECK_SSO_ISSUER = provider.issuer
    settings.QUARTERDECK_SSO_CLIENT_ID = "from the environment"
    assert parse_qs(urlsplit(ask(client)).query)["client_id"] == ["from the environment"]


def test_a_secret_that_others_can_read_is_refused(tmp_path, monkeypatch):
    from quarterdeck.errors import QuarterdeckError
    from quarterdeck.site.environment import read_client_secret

    monkeypatch.delenv("QUARTERDECK_SSO_CLIENT_SECRET", raising=False)
    assert read_client_secret(tmp_path) == ""
    file = tmp_path / "sso_client_secret"
    file.write_text("hush\n")
    file.chmod(0o644)
    with pytest.raises(QuarterdeckError, match="Others can read"):
        read_client_secret(tmp_path)
    file.chmod(0o600)
    assert read_client_secret(tmp_path) == "hush"
    monkeypatch.setenv("QUARTERDECK_SSO_CLIENT_SECRET", "louder")
    assert read_client_secret(tmp_path) == "louder"
