"""A letter is opened: markup, quoted replies and signatures go, and no line of it is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.feedback.intake.calc.letters import open_letter, text_of


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<p>It <b>spins</b>.</p><p>Why?</p>", "It spins.\n\nWhy?"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<style>p{}</style><script>x()</script>Seen &amp; heard", "Seen & heard"),
        ("<ul><li>SSO<li>Map</ul>", "- SSO\n- Map"),
        ("<div>Yes.</div><blockquote>No?<br>Why</blockquote>", "Yes.\n> No?\n> Why"),
        ('<div>Yes.</div><div class="gmail_quote">On Monday</div>', "Yes.\n> On Monday"),
        ("<table><tr><td>Map</td><td>wrong</td></tr></table>", "Map wrong"),
        ("5 < 6 and 7 > 2\r\nplain", "5 < 6 and 7 > 2\nplain"),
        ("</p>stray", "stray"),
        ("", ""),
    ],
)
def test_bodies_and_their_text(body, text):
    assert text_of(body) == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("It spins.\n-- \nAnna\nAcme", "It spins."),
        ("It spins.\n\nSent from my iPhone", "It spins."),
        ("It spins.\nMit freundlichen Grüßen\nAnna Bloom\nAcme GmbH", "It spins."),
        ("It spins.\n\nOn Tue, 10 Nov 2026 at 09:00, Support\n<help@acme.test> wrote:\n> Hello", "It spins."),
        ("It spins.\n-----Original Message-----\nFrom: Support", "It spins."),
        ("It spins.\n\nVon: Support\nGesendet: Dienstag\nHallo", "It spins."),
        ("It spins.\n________________________________\nFrom: Support <help@acme.test>\nHello", "It spins."),
        ("> Does it spin?\nYes.\n> Really?\nReally.", "Yes.\nReally."),
        ("##- Please type your reply above this line -##\nold", ""),
        (
            "Thanks\nIt works now, but the map is wrong! Can you look?",
            "Thanks\nIt works now, but the map is wrong! Can you look?",
        ),
        ("Best regards,\nAnna", "Best regards,\nAnna"),
        ("One\n____________________\nTwo", "One\n____________________\nTwo"),
    ],
)
def test_letters_and_what_they_say(text, said):
    assert open_letter(text).said == said


LINES = st.lists(
    st.sampled_from(
        ["It spins.", "> quoted", "Best regards,", "Anna", "", "-- ", "On Mon, Bob wrote:", "Why?"]
    ),
    max_size=12,
)


@given(LINES.map("\n".join) | st.text(max_size=200))
def test_no_line_is_lost_between_the_parts(text):
    letter = open_letter(text)
    parts = "\n".join((letter.said, letter.quoted, letter.signature))
    assert sorted(line.strip() for line in text.split("\n") if line.strip()) == sorted(
        line.strip() for line in parts.split("\n") if line.strip()
    )


@given(st.text(max_size=200))
def test_any_body_has_a_text(body):
    assert isinstance(text_of(f"<p>{body}</p>"), str)
