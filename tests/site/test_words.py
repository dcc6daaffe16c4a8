"""Pages say what happened, what was found and what to do as people would."""

import re

import pytest

from quarterdeck.definitions.starters import starter_definitions
from quarterdeck.definitions.workspace import init_workspace
from quarterdeck.records.change_log import log_change
from quarterdeck.records.people import change_person
from quarterdeck.records.subjects import Subject

TABLES = Subject(type="facts", key="erased", title="Facts")


@pytest.fixture
def here(db, own_workspace):
    return own_workspace


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_the_change_log_says_what_changed_in_words(here, sign_in, alice, dave):
    change_person(person=dave, by=alice, sees_personal=True)
    after = {
        "tables": {"accounts": 11, "work_items": 2300},
        "is_active": True,
        "options": [{"a": 1}, {"a": 2}],
    }
    log_change(by=alice, verb="mended", subject=TABLES, before={"error_rate": None}, after=after)
    page = text_of(sign_in(alice).get("/changes/").content.decode())
    assert "sees personal: no → yes" in page
    assert "tables: accounts 11, work items 2,300" in page
    assert "is active: yes" in page
    assert "options: 2 entries" in page
    assert "error rate" not in page
    assert not re.search(r"True|False|None|[{}\[\]]|_", page.partition("Change log")[2].partition("Keys")[0])


def test_a_change_of_many_things_is_told_in_a_few_lines(here, sign_in, alice):
    log_change(by=alice, verb="asked", subject=TABLES, after={f"field_{n}": "x" * 400 for n in range(9)})
    page = text_of(sign_in(alice).get("/changes/").content.decode())
    assert "field 5: xxx" in page
    assert "field 6" not in page
    assert "and 3 more" in page
    assert "x" * 150 not in page


@pytest.mark.parametrize("address", ["/facts/sql/", "/account/"])
def test_an_administrator_is_shown_where_to_take_a_right_others_whom_to_ask(
    here, sign_in, alice, bob, address
):
    own = f'you can <a href="/people/{alice.pk}/">give yourself</a>'
    page = sign_in(alice).get(address).content.decode()
    assert own in page
    assert "an administrator can give" not in page
    other = sign_in(bob).get(address).content.decode()
    assert "an administrator can give you" in other
    assert "give yourself" not in other


def test_a_definition_that_is_found_is_called_one(db, tmp_path, settings, sign_in, alice):
    made = init_workspace(
        tmp_path / "new", company="Acme", timezone="UTC", definitions=starter_definitions("startup")
    )
    settings.QUARTERDECK_WORKSPACE = str(made.workspace.path)
    page = sign_in(alice).get("/search/?q=activation+metric").content.decode()
    assert '<a href="/definitions/metric/activation/">activation</a><small>definition</small>' in page


def test_an_address_that_leads_nowhere_keeps_the_ways_to_other_pages(here, client, sign_in, dave):
    stranger = client.get("/no/such/page/")
    assert stranger.status_code == 404
    assert "Change log" not in stranger.content.decode()
    page = sign_in(dave).get("/no/such/page/")
    assert page.status_code == 404
    assert 'href="/changes/"' in page.content.decode()
    assert "Nothing stands at this address." in page.content.decode()
    refused = sign_in(dave).get("/facts/upload/")
    assert refused.status_code == 403
    assert 'href="/changes/"' in refused.content.decode()
