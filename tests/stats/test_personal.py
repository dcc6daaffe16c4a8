"""Which values of a dimension name a person?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.stats.personal import names_person


@pytest.mark.parametrize(
    "value",
    [
        "ann@acme.test",
        "Ann <ann.b+c@mail.acme.test>",
        "mailto:ann@acme.test",
        "ann@müller.de",
        "+49 30 1234567",
        "+1 (555) 123-4567",
        "0049 30 123456",
        "+4915112345678",
        "(030) 123-4567",
        "030/1234567",
        "555-123-4567",
        "01711234567",
    ],
)
def test_addresses_and_telephone_numbers_do(value):
    assert names_person(value)
    assert names_person(f" {value} ")


@pytest.mark.parametrize(
    "value",
    [
        "",
        "android",
        "@mentions",
        "4.12.1",
        "10.15.7.1234",
        "2026-11-16",
        "2026-11-16 10",
        "16/11/2026",
        "1234567890",
        "10000-20000",
        "1,000,000,000",
        "+12 %",
        "00:15-00:30",
        "550e8400-e29b-41d4-a716-446655440000",
        "2026.46.1",
        "v2@3",
    ],
)
def test_versions_days_ranges_and_plain_numbers_do_not(value):
    assert not names_person(value)


@given(st.integers(0, 10**12))
def test_a_plain_number_does_only_with_the_nought_of_a_country(number):
    assert not names_person(str(number))


@given(st.text(max_size=60))
def test_any_text_is_judged(text):
    assert names_person(text) in (True, False)
