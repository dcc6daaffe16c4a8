"""A taxonomy is renamed, merged and split with a look ahead; decisions follow, going back restores all."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from quarterdeck.errors import QuarterdeckError
from quarterdeck.feedback.themes.cli import app
from quarterdeck.feedback.themes.service.board import read_board
from quarterdeck.feedback.themes.service.book import read_taxonomy
from quarterdeck.feedback.themes.service.keeping import keep_tags, tag_table
from quarterdeck.feedback.themes.service.previewing import preview
from quarterdeck.feedback.themes.service.reshaping import Part, Reshaping, reshaped, taxonomy_of
from quarterdeck.records.workshop import drafting
from quarterdeck.records.workshop.models import Draft
from tests.feedback.themes.test_pages import heard, of, shown
from tests.feedback.themes.test_quality_seen import spoken

WRITTEN = """# What customers speak of.
tags:
  - name: Sync  # the oldest
    description: Slow or stuck.
    examples: [It hangs]
  - name: Photos
    parent: Sync
    description: "Pictures arrive late."
  - {name: Billing, owner: Core lead}
"""
CHANGES = (
    Reshaping(verb="rename", tag="Sync", name="Syncing"),
    Reshaping(verb="merge", tag="Sync", name="Billing"),
    Reshaping(verb="merge", tag="Sync", name="Photos"),
    Reshaping(verb="merge", tag="Photos", name="Sync"),
    Reshaping(verb="split", tag="Billing", parts=(Part(name="Seats"), Part(name="Taxes", description="VAT"))),
    Reshaping(verb="add", name="Billing", parts=(Part(name="Refunds"),), examples=("Money back",)),
)


def test_a_rename_keeps_comments_order_and_parts_and_remembers_the_name():
    made = reshaped(WRITTEN, CHANGES[0])
    assert made == WRITTEN.replace("name: Sync ", "name: Syncing").replace(
        "parent: Sync", "parent: Syncing"
    ).replace("[It hangs]\n", "[It hangs]\n    was:\n      - Sync\n")
    again = taxonomy_of(reshaped(made, Reshaping(verb="rename", tag="Syncing", name="Sync"))).model
    assert again.tags[0].was == ("Syncing",)
    assert again.named_now(["Syncing", "Sync"]) == ("Sync",)


def test_a_merge_takes_over_words_examples_names_and_parts():
    into = taxonomy_of(reshaped(WRITTEN, CHANGES[1])).model
    assert into.names == ("Photos", "Billing")
    assert into.tags[0].parent == "Billing"
    assert (into.tags[1].description, into.tags[1].examples) == ("Slow or stuck.", ("It hangs",))
    assert into.named_now(["Sync", "Billing", "Photos"]) == ("Billing", "Photos")
    part = taxonomy_of(reshaped(WRITTEN, CHANGES[2])).model
    assert part.tags[0].parent is None


def test_a_split_leaves_the_whole_and_begins_parts_below_it():
    made = taxonomy_of(reshaped(WRITTEN, CHANGES[4])).model
    assert made.names == ("Sync", "Photos", "Billing", "Seats", "Taxes")
    assert made.above["Taxes"] == ("Billing",)


@pytest.mark.parametrize(
    "change",
    [
        Reshaping(verb="rename", tag="Sink", name="Other"),
        Reshaping(verb="rename", tag="Sync", name="photos"),
        Reshaping(verb="rename", tag="Sync", name="a|b"),
        Reshaping(verb="merge", tag="Sync", name="Sync"),
        Reshaping(verb="split", tag="Sync"),
        Reshaping(verb="add", parts=(Part(name="Sync"),)),
        Reshaping(verb="add", parts=(Part(name=" "),)),
    ],
    ids=str,
)
def test_what_would_make_no_taxonomy_is_refused(change):
    with pytest.raises(QuarterdeckError):
        reshaped(WRITTEN, change)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(CHANGES), max_size=4))
def test_whatever_is_changed_every_decision_has_a_tag_that_exists(changes):
    decided = ("Sync", "Photos", "Billing")
    text, merges = WRITTEN, 0
    for change in changes:
        try:
            text = reshaped(text, change)
        except QuarterdeckError:  # its tag is gone by now
            continue
        merges += change.verb == "merge"
    taxonomy = taxonomy_of(text).model
    followed = {taxonomy.named_now([tag])[0] for tag in decided}
    assert followed <= set(taxonomy.names)
    assert len(followed) >= len(decided) - merges


def counts(workspace):
    keep_tags(workspace)
    board = read_board(workspace)
    rows = tag_table(workspace, keep_tags(workspace)).to_pylist()
    return board, {row["quote"]: (row["tags"], row["by_people"], round(row["confidence"], 5)) for row in rows}


def test_history_and_decisions_stand_under_the_new_name_and_going_back_restores_every_count(
    heard, sign_in, dave
):
    file = heard.path / "themes" / "taxonomy.yaml"
    text, before = file.read_text(), counts(heard)
    file.write_text(reshaped(text, Reshaping(verb="rename", tag="No signal", name="Basements")))
    renamed, rows = counts(heard)
    assert of(renamed, "Basements").weeks == of(before[0], "No signal").weeks
    assert [tags for tags, by_people, _ in rows.values() if by_people] == [
        ["Basements" if tag == "No signal" else tag for tag in tags]
        for tags, by_people, _ in before[1].values()
        if by_people
    ]
    answer = sign_in(dave).get("/themes/No%20signal/")
    assert (answer.status_code, answer["Location"]) == (302, "/themes/Basements/")
    file.write_text(reshaped(text, Reshaping(verb="merge", tag="No signal", name="Billing")))
    assert counts(heard) != before
    file.write_text(text)
    assert counts(heard) == before


def test_a_look_ahead_tells_what_goes_where_and_changes_nothing(spoken):
    keep_tags(spoken)
    text = (spoken.path / "themes" / "taxonomy.yaml").read_text()
    taxonomy = read_taxonomy(spoken).model
    same = preview(spoken, taxonomy, sees_personal=False)
    assert (same.changed, same.flows, same.themes) == (0, (), ())
    named = taxonomy_of(reshaped(text, Reshaping(verb="rename", tag="Billing", name="Seats"))).model
    assert preview(spoken, named, sees_personal=False).looked_at == same.looked_at
    merged = taxonomy_of(reshaped(text, Reshaping(verb="merge", tag="Billing", name="No signal"))).model
    found = preview(spoken, merged, sees_personal=False)
    gone = next(each for each in found.themes if each.theme == "Billing")
    assert gone.after.quotes == 0
    assert (found.flows[0].before, found.flows[0].after) == (("Billing",), ("No signal",))
    assert found.quotes == found.looked_at
    without = taxonomy_of(
        text.replace("Billing, desc", "Holidays, desc").replace("Invoices", "Days off")
    ).model
    flows = preview(spoken, without, sees_personal=False).flows
    assert any(flow.before == ("Billing",) for flow in flows)
    assert all(0 < len(flow.examples) <= 5 and flow.customers <= 6 for flow in flows)


def test_in_the_browser_a_change_is_looked_at_saved_as_a_draft_and_promoted(spoken, client, carol, bob, dave):
    keep_tags(spoken)
    file = spoken.path / "themes" / "taxonomy.yaml"
    text = file.read_text()
    client.force_login(dave)
    path = "/themes/taxonomy/?verb=rename&tag=Billing&name=Seats+and+prices"
    assert "Save as a draft" not in shown(client, path)
    client.force_login(carol)
    assert "Save as a draft" in shown(client, path)
    assert not Draft.objects.exists()
    asked = {"verb": "rename", "tag": "Billing", "name": "Seats and prices", "shown": text}
    assert client.post("/themes/taxonomy/draft/", {**asked, "shown": "tags: []"}).status_code == 400
    answer = client.post("/themes/taxonomy/draft/", asked)
    assert answer["Location"] == "/definitions/taxonomy/taxonomy/edit/"
    assert file.read_text() == text
    [draft] = drafting.open_drafts()
    assert "name: Seats and prices" in draft.text
    assert client.post("/themes/taxonomy/draft/", asked).status_code == 409
    assert "A draft of the taxonomy is open" in shown(client, "/themes/taxonomy/")


@pytest.mark.parametrize("query", ["verb=burn", "verb=rename&tag=Nothing&name=x", "verb=split&tag=Billing"])
def test_a_change_that_cannot_be_is_said_on_the_page(spoken, sign_in, dave, query):
    assert 'role="alert"' in shown(sign_in(dave), f"/themes/taxonomy/?{query}", status=400)


def test_the_first_tag_is_added_where_there_is_no_taxonomy(own_workspace, sign_in, carol):
    client = sign_in(carol)
    assert "add the first" in shown(client, "/themes/taxonomy/")
    asked = {
        "verb": "add",
        "part": "Billing",
        "description": "Invoices",
        "examples": "Too dear\n",
        "shown": "",
    }
    assert client.post("/themes/taxonomy/draft/", asked).status_code == 302
    [draft] = drafting.open_drafts()
    assert taxonomy_of(draft.text).model.tags[0].examples == ("Too dear",)


def test_the_command_line_says_what_would_change_or_changes_the_file(spoken, monkeypatch):
    monkeypatch.setattr("quarterdeck.records.here.stand_on", lambda workspace: None)  # it does already
    (spoken.path / ".quarterdeck" / "records.sqlite3").touch()
    file = spoken.path / "themes" / "taxonomy.yaml"
    text = file.read_text()
    run = CliRunner()
    told = run.invoke(app, ["merge", "Billing", "No signal", "--preview", "-w", str(spoken.path)])
    assert told.exit_code == 0, told.output
    assert "Nothing is saved yet." in told.output
    assert file.read_text() == text
    assert run.invoke(app, ["rename", "Billing", "Money", "-w", str(spoken.path)]).exit_code == 0
    assert read_taxonomy(spoken).model.became == {"Billing": "Money"}
    parts = ["split", "Money", "Seats: how many", "Prices", "-w", str(spoken.path)]
    assert run.invoke(app, parts).exit_code == 0
    assert read_taxonomy(spoken).model.above["Seats"] == ("Money",)


__all__ = ["heard", "spoken"]  # fixtures
