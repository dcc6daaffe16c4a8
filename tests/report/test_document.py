"""The brief as data and Markdown: its schema is the one documented, and every word has its evidence."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from quarterdeck.report.brief.definitions import BriefDocument
from quarterdeck.report.brief.service.pages import BriefPages, page_files
from tests.report.contributions import FULL
from tests.report.readings import calm, eventful, too_young, tracking_gone
from tests.report.week import week_of

SCHEMA = Path(__file__).parents[2] / "docs" / "reference" / "brief.schema.json"
WEEKS = {
    "eventful": (eventful(), ()),
    "full": (eventful(), (FULL,)),
    "calm": (calm(), ()),
    "young": ((too_young(), tracking_gone()), ()),
    "empty": ((), ()),
}


@pytest.fixture(params=WEEKS, scope="module")
def files(request):
    readings, contributions = WEEKS[request.param]
    return page_files(BriefPages(week_of(readings), contributions=contributions))


def test_the_documented_schema_is_the_one_in_use():
    assert json.loads(SCHEMA.read_text()) == BriefDocument.model_json_schema(mode="serialization")


def test_the_document_validates(files):
    document = BriefDocument.model_validate_json(files["brief.json"])
    assert document.size.words <= 350
    assert document.size.numbers <= 40


def test_every_sentence_points_at_a_page_that_is_there(files):
    anchors = {name: set(re.findall(r'id="([^"]+)"', text)) for name, text in files.items()}
    for page in ("brief.html", "brief.md", "brief.json"):
        found = re.findall(r'(?:href="|\]\(|"evidence": ")(evidence/[^")]+)', files[page])
        assert found
        for target in found:
            name, _, anchor = target.partition("#")
            assert name in files
            assert not anchor or anchor in anchors[name], target


def test_links_between_evidence_pages_are_there_too(files):
    for name, text in files.items():
        if name.startswith("evidence/"):
            for target in re.findall(r'<a href="([^"#]+)', text):
                page = target.removeprefix("../") if target.startswith("../") else f"evidence/{target}"
                assert page in files, (name, target)


def test_nothing_of_this_machine_or_moment_is_in_the_pages(files, tmp_path):
    everything = "".join(files.values())
    assert str(Path.home()) not in everything
    assert str(Path.cwd()) not in everything
    assert not re.search(r"\b\d{2}:\d{2}:\d{2}\b", everything)


def test_pages_say_no_p_value_and_the_brief_no_sql(files):
    assert "SELECT" not in files["brief.html"]
    assert not re.search(r"\bp\s*[<=]\s*0", "".join(files.values()))


def test_every_page_of_a_made_up_company_says_so(files):
    for name, text in files.items():
        if name.endswith((".html", ".md")):
            assert "made up" in text, name


def test_the_same_week_gives_the_same_bytes():
    first = page_files(BriefPages(week_of(eventful()), contributions=(FULL,)))
    second = page_files(BriefPages(week_of(eventful()), contributions=(FULL,)))
    assert first == second


def test_a_metric_page_carries_its_proof():
    page = page_files(BriefPages(week_of(eventful())))["evidence/metric-activation.html"]
    assert "events, version 42" in page
    assert "&lt; &#x27;z&#x27;" in page
    assert "Deploy Android 4.2.1" in page
    assert "198 of 684" in page
    assert "not known yet" not in page


def test_what_a_person_typed_is_escaped():
    readings = eventful()
    sly = replace(readings[1], title="<script>alert(1)</script>", owner='"><b>', description="a & b")
    files = page_files(BriefPages(week_of((sly,))))
    assert "<script>alert" not in "".join(text for name, text in files.items() if name.endswith(".html"))
    assert "<script>" not in files["brief.md"]
