"""However an id is spelled in somebody else's text, it is masked, and the proof would find it."""

from html import escape
from urllib.parse import quote, quote_plus

import pytest

from quarterdeck.facts.mentions import Mentions
from quarterdeck.facts.proving_words import stands_in, variants_of

PERSON = "alice.smith@example.com"


@pytest.mark.parametrize(
    "spelled",
    [
        PERSON,
        quote(PERSON),
        quote_plus(PERSON).lower(),
        "alice.smith&#64;example.com",
        "alice.smith&#x40;example.com",
        escape(PERSON),
        "alice.smith\\u0040example.com",
    ],
)
def test_an_address_is_masked_in_every_spelling_and_found_by_the_proof(spelled):
    text = f"see https://x.io/invite?by={spelled}&more=1"
    assert any(stands_in(PERSON, variant) for variant in variants_of(text))
    masked = Mentions([PERSON]).masked(text)
    assert "alice" not in masked
    assert masked.endswith("&more=1")
