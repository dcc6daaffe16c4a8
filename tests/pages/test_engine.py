"""A page stands alone and escapes what it is given."""

from quarterdeck.charts.svg import element
from quarterdeck.pages.engine import render


def page(tmp_path, template: str, **context) -> str:
    (tmp_path / "page.html").write_text(
        '{% extends "pages/layout.html" %}{% block content %}' + template + "{% endblock %}"
    )
    return render("page.html", {"title": "A page", **context}, folder=tmp_path)


def test_text_is_escaped_and_a_drawing_is_not(tmp_path):
    html = page(tmp_path, "{{ text }}{{ drawing }}", text="<b>", drawing=element("path", d="M0 0"))
    assert "&lt;b&gt;" in html
    assert '<path d="M0 0"/>' in html


def test_numbers_are_written_as_they_are_without_settings(tmp_path):
    assert ">1234567<" in page(tmp_path, "<p>{{ number }}</p>", number=1234567)


def test_a_made_up_company_is_named_so_in_the_title(tmp_path):
    assert "<title>A page (demo company, made up)" in page(tmp_path, "", made_up=True)
    assert "made up" not in page(tmp_path, "", made_up=False)


def test_the_page_asks_for_nothing(tmp_path):
    html = page(tmp_path, "")
    assert "<script" not in html
    assert 'href="http' not in html
    assert "<style>@layer" in html or "<style>/*" in html
