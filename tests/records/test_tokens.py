from datetime import timedelta

import pytest
from django.utils import timezone

from quarterdeck.errors import QuarterdeckError
from quarterdeck.records.people import change_person
from quarterdeck.records.permissions import Permission, Role
from quarterdeck.records.tokens import find_token, make_token, opens, revoke_token


def token_of(person, *scopes, days=30):
    return make_token(person=person, name="notebook", scopes=scopes, lasts_days=days, by=person)


def test_a_token_is_known_by_its_secret_of_which_only_a_digest_is_kept(bob):
    token, secret = token_of(bob, Permission.READ)
    assert find_token(secret) == token
    token.refresh_from_db()
    assert secret not in str(vars(token))
    assert find_token(secret[:-1]) is None


def test_a_token_opens_no_more_than_its_person_may_today(alice, bob):
    token, secret = token_of(bob, Permission.READ, Permission.EDIT)
    assert opens(token) == {Permission.READ, Permission.EDIT}
    change_person(person=bob, by=alice, role=Role.VIEWER)
    assert opens(find_token(secret)) == {Permission.READ}
    with pytest.raises(QuarterdeckError, match="does not give"):
        token_of(bob, Permission.ADMINISTER)


def test_revoked_expired_and_orphaned_tokens_open_nothing(alice, bob, time_machine):
    revoked, first = token_of(bob, Permission.READ)
    revoke_token(token=revoked, by=bob)
    _, second = token_of(bob, Permission.READ)
    assert (find_token(first), bool(find_token(second))) == (None, True)
    time_machine.move_to(timezone.now() + timedelta(days=31))
    assert find_token(second) is None
    _, third = token_of(bob, Permission.READ)
    change_person(person=bob, by=alice, is_active=False)
    assert find_token(third) is None


def test_only_its_person_or_an_administrator_revokes_a_token(alice, bob, carol):
    token, _ = token_of(bob, Permission.READ)
    with pytest.raises(QuarterdeckError, match="somebody else's"):
        revoke_token(token=token, by=carol)
    revoke_token(token=token, by=alice)
