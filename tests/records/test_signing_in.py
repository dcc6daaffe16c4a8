from datetime import timedelta

import pytest
from django.utils import timezone

from quarterdeck.errors import QuarterdeckError
from quarterdeck.records.models import SignInAttempt
from quarterdeck.records.people import change_person
from quarterdeck.records.signing_in import (
    MOST_PER_ADDRESS,
    MOST_PER_ORIGIN,
    TooManyAttempts,
    forget_old_attempts,
    make_link,
    sign_in,
    use_link,
)

PASSWORD = "correct horse battery"


def guess(email, origin="10.0.0.1"):
    with pytest.raises(QuarterdeckError) as caught:
        sign_in(email=email, password="wrong", origin=origin)
    return caught.value


def test_the_right_password_opens(alice):
    assert sign_in(email=" Alice@Acme.test", password=PASSWORD, origin="10.0.0.1") == alice


def test_a_wrong_password_and_an_unknown_address_sound_the_same(alice):
    assert guess("alice@acme.test").message == guess("nobody@acme.test").message


def test_guessing_at_one_address_shuts_it_and_only_it(alice, bob, time_machine):
    for number in range(MOST_PER_ADDRESS):
        assert not isinstance(guess("alice@acme.test", f"10.0.0.{number}"), TooManyAttempts)
    with pytest.raises(TooManyAttempts):
        sign_in(email="alice@acme.test", password=PASSWORD, origin="10.0.1.1")
    assert sign_in(email="bob@acme.test", password=PASSWORD, origin="10.0.1.1") == bob
    time_machine.move_to(timezone.now() + timedelta(minutes=16))
    assert sign_in(email="alice@acme.test", password=PASSWORD, origin="10.0.1.1") == alice


def test_guessing_at_many_addresses_shuts_the_origin(alice):
    for number in range(MOST_PER_ORIGIN):
        guess(f"person{number}@acme.test")
    with pytest.raises(TooManyAttempts):
        sign_in(email="alice@acme.test", password=PASSWORD, origin="10.0.0.1")


def test_attempts_that_no_longer_count_are_forgotten(alice, time_machine):
    guess("alice@acme.test")
    assert forget_old_attempts() == 0
    time_machine.move_to(timezone.now() + timedelta(minutes=16))
    assert forget_old_attempts() == 2
    assert not SignInAttempt.objects.exists()


def test_a_link_signs_in_once_and_not_for_long(alice, time_machine):
    secret = make_link(person=alice, by=alice)
    assert use_link(secret) == alice
    with pytest.raises(QuarterdeckError, match="used or is too old"):
        use_link(secret)
    late = make_link(person=alice, by=alice)
    time_machine.move_to(timezone.now() + timedelta(hours=1))
    with pytest.raises(QuarterdeckError):
        use_link(late)


def test_who_is_gone_is_let_in_by_nothing(alice, bob):
    link = make_link(person=bob, by=alice)
    change_person(person=bob, by=alice, is_active=False)
    with pytest.raises(QuarterdeckError):
        use_link(link)
    with pytest.raises(QuarterdeckError):
        sign_in(email="bob@acme.test", password=PASSWORD, origin="10.0.0.1")
