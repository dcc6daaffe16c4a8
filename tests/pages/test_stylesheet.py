"""The stylesheet keeps the numbers of the design: contrast, one place for colours, nothing from elsewhere."""

import re

import pytest

from quarterdeck.pages.engine import policy, stylesheet

TOKEN = re.compile(r"--([a-z0-9-]+):\s*light-dark\((#[0-9a-f]{6}),\s*(#[0-9a-f]{6})\)")


def tokens() -> dict[str, tuple[str, str]]:
    return {name: (light, dark) for name, light, dark in TOKEN.findall(stylesheet())}


def luminance(colour: str) -> float:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Of two colours, after WCAG 2.2."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize(
    ("token", "light", "dark"),
    [
        ("ink", 16.3, 14.8),
        ("ink-2", 7.8, 9.3),
        ("ink-3", 5.3, 7.1),
        ("edge", 3.6, 4.0),
        ("blue", 7.4, 8.3),
        ("hand", 7.4, 7.9),
        ("out", 5.5, 8.2),
        ("d1", 7.4, 8.3),
    ],
)
def test_tokens_have_the_contrast_on_paper_that_the_design_states(token, light, dark):
    paper, colour = tokens()["paper"], tokens()[token]
    assert contrast(colour[0], paper[0]) == pytest.approx(light, abs=0.06)
    assert contrast(colour[1], paper[1]) == pytest.approx(dark, abs=0.06)


@pytest.mark.parametrize(
    ("text", "ground"), [("ink-2", "band"), ("ink-2", "tint"), ("ink-2", "buff"), ("ink", "page")]
)
def test_text_on_a_fill_can_be_read(text, ground):
    for scheme in (0, 1):
        assert contrast(tokens()[text][scheme], tokens()[ground][scheme]) >= 4.5


def test_no_colour_stands_outside_the_tokens():
    style = stylesheet()
    start, end = style.index("@layer tokens {"), style.index("@layer base {")
    outside = style[:start] + style[end:]
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b|rgb\(|hsl\(", outside)


def test_every_custom_property_is_used_and_every_use_is_defined():
    style = stylesheet()
    defined = set(re.findall(r"(--[a-z0-9-]+)\s*:", style))
    used = set(re.findall(r"var\((--[a-z0-9-]+)\)", style))
    assert used <= defined
    assert defined <= used


def test_nothing_is_asked_from_elsewhere():
    assert not re.search(r"url\(|@import|https?:", stylesheet())


def test_the_policy_lets_in_only_this_style():
    assert "default-src 'none'" in policy(stylesheet())
    assert "unsafe" not in policy(stylesheet())
    assert policy("a") != policy("b")
