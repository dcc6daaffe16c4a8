"""A message falls into quotes; what lies between them is kept, and greetings are no quotes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.feedback.intake.calc.quotes import cut_places, split_quotes


def quotes(text):
    return [text[each.start : each.end] for each in split_quotes(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The invite spins. I had to phone everyone.", ["The invite spins.", "I had to phone everyone."]),
        ("it spins. i had to phone. please fix", ["it spins.", "i had to phone.", "please fix"]),
        ("Dr. Smith pays $3.50 for v2.3.1, e.g. on iOS.", ["Dr. Smith pays $3.50 for v2.3.1, e.g. on iOS."]),
        ("See https://a.test/x.y?Z=1. It spins", ["See https://a.test/x.y?Z=1.", "It spins"]),
        ("It spins... and spins. Why?! Fix it", ["It spins... and spins.", "Why?!", "Fix it"]),
        ("Love it 😍 But the map is wrong 👎🏽", ["Love it 😍", "But the map is wrong 👎🏽"]),
        ("Wants:\n- SSO\n- a map, please\n3. dark mode", ["Wants:", "SSO", "a map, please", "dark mode"]),
        ("the map is wrong and the invite spins", ["the map is wrong and the invite spins"]),
        (
            "Our programs wrap lines\nat some width. Sorry for it",
            ["Our programs wrap lines\nat some width.", "Sorry for it"],
        ),
        ("地図が違います。直してください！", ["地図が違います。", "直してください！"]),
        ("地图错了。邀请一直转", ["地图错了。", "邀请一直转"]),
        ("لماذا تدور الدعوة؟ أصلحها", ["لماذا تدور الدعوة؟", "أصلحها"]),
        ("Am 3. Mai ging es z.B. nicht. Warum?", ["Am 3. Mai ging es z.B. nicht.", "Warum?"]),
        ("¿Por qué gira? El mapa está mal.", ["¿Por qué gira?", "El mapa está mal."]),
        ("“It spins.” She left.", ["“It spins.”", "She left."]),
        ("Hi Anna,\n\nthe map is wrong.\n\nBest regards\nBob Bloom", ["the map is wrong."]),
        ("Hello! Thanks in advance", []),
        ("ok 👍", []),
        ("10/10", []),
        ("", []),
    ],
)
def test_messages_and_their_quotes(text, expected):
    assert quotes(text) == expected


@given(st.text(max_size=300))
def test_quotes_and_what_lies_between_are_the_message(text):
    spans = split_quotes(text)
    end, rebuilt = 0, ""
    for place, span in enumerate(spans, start=1):
        assert span.place == place
        assert end <= span.start < span.end <= len(text)
        rebuilt += text[end : span.start] + text[span.start : span.end]
        assert text[span.start : span.end].strip() == text[span.start : span.end]
        end = span.end
    assert rebuilt + text[end:] == text


@given(st.text(alphabet="ab. !?\n-,A1é。", max_size=80))
def test_no_letter_of_a_sentence_is_lost_but_for_courtesies(text):
    if "".join(quotes(text)) == "":
        return
    between = list(text)
    for span in split_quotes(text):
        between[span.start : span.end] = [" "] * (span.end - span.start)
    # What is left over is marks, or pieces too short to say something.
    assert all(len([c for c in piece if c.isalpha()]) < 9 for piece in "".join(between).split("\n"))


@given(st.text(max_size=120))
def test_a_quote_is_cut_only_where_there_is_something_on_both_sides(text):
    for place in cut_places(text):
        assert 0 < place < len(text)
