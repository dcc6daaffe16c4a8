import pytest

from quarterdeck.errors import Conflict, QuarterdeckError
from quarterdeck.records.change_log import changes_of
from quarterdeck.records.invitations import accept, invite, open_invitations, withdraw_invitation
from quarterdeck.records.models import Change, Person
from quarterdeck.records.people import add_person, change_person, subject_of
from quarterdeck.records.permissions import GIVES, Permission, Role, least_role

PASSWORD = "correct horse battery"


def test_a_later_role_may_do_all_that_an_earlier_one_may():
    for lower, higher in zip(Role, list(Role)[1:], strict=False):
        assert GIVES[lower] < GIVES[higher]
    assert least_role(Permission.EDIT) == Role.EDITOR


def test_an_address_is_one_person_however_it_is_spelled(alice):
    with pytest.raises(Conflict, match="here already"):
        add_person(email="ALICE@acme.test", name="Another", role=Role.VIEWER, by=alice)


@pytest.mark.parametrize("password", ["short", "password1234", "alice-wonder"])
def test_an_easy_password_is_refused(db, password):
    with pytest.raises(QuarterdeckError, match="easy to guess"):
        add_person(email="a@acme.test", name="Alice Wonder", role=Role.VIEWER, password=password, by=None)
    assert not Person.objects.exists()


def test_the_last_administrator_stays_one(alice, bob):
    for change in ({"role": Role.VIEWER}, {"is_active": False}):
        with pytest.raises(Conflict, match="last administrator"):
            change_person(person=alice, by=alice, **change)
    change_person(person=bob, by=alice, role=Role.ADMIN)
    assert change_person(person=alice, by=bob, role=Role.VIEWER).role == Role.VIEWER


def test_a_change_keeps_what_differs_before_and_after_and_no_password(alice, bob):
    change_person(person=bob, by=alice, title="Core lead")
    newest = changes_of(subject_of(bob))[0]
    assert (newest.by, newest.before, newest.after) == (
        alice,
        {"title": "Growth lead"},
        {"title": "Core lead"},
    )
    assert not any("password" in str(change.after) for change in Change.objects.all())


def test_an_invitation_lets_one_person_in_once(alice):
    invitation, secret = invite(email="Eve@acme.test", role=Role.EDITOR, by=alice, title="Success lead")
    assert secret not in str(invitation.__dict__)
    eve = accept(secret=secret, name="Eve", password=PASSWORD)
    assert (eve.email, eve.role, eve.title) == ("eve@acme.test", Role.EDITOR, "Success lead")
    with pytest.raises(QuarterdeckError, match="used, withdrawn, or is older"):
        accept(secret=secret, name="Mallory", password=PASSWORD)


def test_an_old_withdrawn_or_replaced_invitation_opens_nothing(alice, time_machine):
    first, replaced = invite(email="eve@acme.test", role=Role.VIEWER, by=alice)
    second, withdrawn = invite(email="eve@acme.test", role=Role.VIEWER, by=alice)
    withdraw_invitation(invitation=second, by=alice)
    _, old = invite(email="eve@acme.test", role=Role.VIEWER, by=alice)
    assert open_invitations().count() == 1
    time_machine.move_to(first.expires_at.replace(year=first.expires_at.year + 1))
    for secret in (replaced, withdrawn, old, "guess"):
        with pytest.raises(QuarterdeckError):
            accept(secret=secret, name="Eve", password=PASSWORD)
