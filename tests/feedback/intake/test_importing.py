"""Exports of other tools become messages: each once, whoever is no customer left out, nothing lost."""

import gzip
import json
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from quarterdeck.cli.main import build
from quarterdeck.definitions.workspace import init_workspace
from quarterdeck.errors import FactError
from quarterdeck.facts.store import FactStore
from quarterdeck.feedback.intake.service.importing import take_in
from tests.feedback.intake import exports_of_others as others


@pytest.fixture
def workspace(tmp_path):
    return init_workspace(
        tmp_path / "w", company="Acme", timezone="Europe/Amsterdam", currency="EUR"
    ).workspace


@pytest.fixture
def files(tmp_path):
    return others.write(tmp_path)


def rows(workspace, sql="SELECT * FROM feedback ORDER BY feedback_id"):
    with FactStore(workspace.facts_path).snapshot() as snapshot:
        return snapshot.table(sql).to_pylist()


def test_a_ticket_gives_what_its_requester_wrote_and_counts_the_rest(workspace, files):
    taken = take_in(workspace, files["zendesk"], kind="zendesk")
    first, second, rated = rows(workspace)
    assert first["text"] == "The crew invite just spins."
    assert first["feedback_id"] == "zendesk-35436-1"
    assert (first["account"], first["person"], first["channel"]) == ("509974", "20978392", "support")
    assert first["time"] == datetime(2026, 11, 10, 8, tzinfo=UTC)
    assert first["properties"]["signature"] == "Regards,\nAnna Bloom\nAcme"
    assert first["properties"]["tags"] == "enterprise, android"
    assert first["properties"]["field_27642"] in ("745", 745.0)
    assert second["text"] == "Yes. It still spins."
    assert second["properties"]["quoted_reply"].startswith("On Tue, 10 Nov 2026")
    assert (rated["channel"], rated["properties"]["satisfaction"]) == ("csat", "good")
    assert taken.left_out == {
        "written by an agent or a bot": 1,
        "internal notes": 1,
        "quoted replies cut off": 1,
        "signatures cut off": 1,
    }


def test_pages_of_tickets_tell_who_is_a_customer(workspace, tmp_path):
    page = {
        "tickets": [{**others.TICKET, "satisfaction_rating": {}, "requester_id": 1}],
        "users": [
            {"id": 1, "role": "end-user", "external_id": "u-17"},
            {"id": 20978392, "role": "end-user"},
            {"id": 999, "role": "agent"},
        ],
        "organizations": [{"id": 509974, "external_id": "a-1042"}],
        "count": 1,
    }
    file = tmp_path / "incremental.json"
    file.write_text(json.dumps(page))
    take_in(workspace, file, kind="zendesk")
    assert [(row["account"], row["person"]) for row in rows(workspace)] == [("a-1042", "u-17")] * 2


def test_a_view_of_tickets_is_read_from_csv(workspace, tmp_path):
    file = tmp_path / "view.csv"
    file.write_text(
        "Id,Subject,Requester,Requester email,Organization,Created at,Status\n"
        "#17,The invite spins,Anna Bloom,anna@acme.test,Acme,2026-11-10 08:00:00 +0000,Open\n"
    )
    take_in(workspace, file, kind="zendesk")
    (row,) = rows(workspace)
    assert (row["feedback_id"], row["text"], row["account"]) == ("zendesk-17-0", "The invite spins", "Acme")
    assert "anna" not in str(row["properties"])


def test_a_conversation_gives_what_the_customer_wrote(workspace, files):
    taken = take_in(workspace, files["intercom"], kind="intercom")
    first, second = rows(workspace)
    assert first["text"] == "Invited six people,\ntwo got the text message."
    assert (first["account"], first["person"], first["channel"]) == ("a-1042", "u-17", "chat")
    assert second["text"] == "Any news?"
    assert taken.left_out == {"written by an agent or a bot": 2, "internal notes": 1}


def test_reviews_of_both_stores(workspace, files):
    take_in(workspace, files["app-store"], kind="app-store")
    played = take_in(workspace, files["google-play"], kind="google-play")
    feed, connect, play = rows(workspace)
    assert connect["text"] == "Spins.\nThe crew invite spins since the update."
    assert (connect["score"], connect["consent"], connect["properties"]["territory"]) == (2, True, "USA")
    assert connect["time"] == datetime(2026, 11, 11, 18, tzinfo=UTC)
    assert feed["text"] == "Great. Saves us an hour a day."
    assert play["text"] == "Karte falsch.\nDie Karte zeigt unseren Hof im Fluss, immer."
    assert (play["feedback_id"], play["properties"]["reviewer_language"]) == ("google-play-gp%3AAOq1", "de")
    assert played.left_out == {"without words": 1}
    assert all("annab" not in str(row) for row in (feed, connect))


def test_surveys_give_scores_with_words(workspace, files, tmp_path):
    monkey = tmp_path / "monkey.csv"
    monkey.write_text(others.SURVEY_MONKEY)
    taken = take_in(workspace, files["nps"], kind="nps")
    take_in(workspace, monkey, kind="nps")
    survey, delighted = rows(workspace)
    assert (delighted["score"], delighted["person"], delighted["properties"]["plan"]) == (7, "u-17", "Scale")
    assert taken.left_out == {"without words": 1}
    assert survey["text"] == "Recurring jobs start late.\nAnd the map is wrong."
    assert (survey["score"], survey["account"], survey["person"]) == (6, "a-1042", "anna@acme.test")
    assert "Bloom" not in str(survey["properties"])


def test_notes_of_sales_are_read_by_their_headings(workspace, files):
    taken = take_in(workspace, files["notes"])
    found = {row["account"]: row for row in rows(workspace)}
    assert set(found) == {"Beams & Sons", "Yard Group"}
    assert found["Yard Group"]["text"].endswith("- also: SSO")
    assert found["Yard Group"]["consent"] is True
    assert found["Yard Group"]["time"] == datetime(2026, 11, 19, 23, tzinfo=UTC)
    assert taken.left_out == {"without words": 1}


@pytest.mark.parametrize("kind", ["zendesk", "intercom", "app-store", "google-play", "nps", "notes"])
def test_a_file_comes_in_once_packed_or_not(workspace, files, tmp_path, kind):
    packed = tmp_path / f"again-{files[kind].name}.gz"
    packed.write_bytes(gzip.compress(files[kind].read_bytes()))
    first = take_in(workspace, files[kind], kind=kind)
    before = rows(workspace)
    assert first.result.added == len(before) > 0
    assert take_in(workspace, packed, kind=kind).result.same_file
    assert rows(workspace) == before


def test_an_export_that_grew_adds_only_what_is_new(workspace, files, tmp_path):
    take_in(workspace, files["zendesk"], kind="zendesk")
    grown = tmp_path / "later.jsonl"
    grown.write_text(json.dumps(others.TICKET) + "\n" + json.dumps({**others.TICKET, "id": 2}) + "\n")
    result = take_in(workspace, grown, kind="zendesk").result
    assert (result.read, result.added, result.present) == (6, 3, 3)


def test_what_cannot_be_read_waits_as_it_stood(workspace, tmp_path):
    file = tmp_path / "broken.jsonl"
    file.write_text(
        json.dumps({**others.TICKET, "id": None}) + '\n{"id": 1, "desc\n' + json.dumps(others.TICKET)
    )
    result = take_in(workspace, file, kind="zendesk").result
    assert (result.read, result.added, result.quarantined) == (5, 3, 2)
    raw = rows(workspace, "SELECT raw, reason FROM open_quarantine ORDER BY row_number")
    assert "crew invite" in raw[0]["raw"]
    assert raw[0]["reason"] == "a ticket without `id`"
    assert raw[1]["raw"] == '{"id": 1, "desc'


def test_a_document_cut_off_in_the_middle_keeps_its_rest(workspace, tmp_path):
    file = tmp_path / "cut.json"
    file.write_text(json.dumps([others.TICKET, {**others.TICKET, "id": 2}], indent=1)[:-200])
    result = take_in(workspace, file, kind="zendesk").result
    assert (result.added, result.quarantined) == (3, 1)


def test_a_document_larger_than_what_is_read_at_once(workspace, tmp_path, monkeypatch):
    from quarterdeck.feedback.intake.facts import records

    monkeypatch.setattr(records, "_CHUNK", 100)
    file = tmp_path / "many.json"
    tickets = [{**others.TICKET, "id": number, "subject": "日本語 é"} for number in range(30)]
    file.write_text(json.dumps(tickets, ensure_ascii=False, indent=1))
    assert take_in(workspace, file, kind="zendesk").result.added == 90
    assert {row["properties"]["subject"] for row in rows(workspace)} == {"日本語 é"}


def test_plain_files_are_read_by_their_columns_or_a_map(workspace, tmp_path):
    plain = tmp_path / "plain.jsonl"
    plain.write_text(
        '{"feedback_id": "1", "time": "2026-11-01T00:00:00Z", "text": "It spins.", "area": "crew"}\n'
    )
    mapped = tmp_path / "mapped.csv"
    mapped.write_text("nr,when,words\n2,2026-11-02,The map is wrong.\n")
    fact_map = tmp_path / "map.yaml"
    fact_map.write_text("feedback_id: nr\ntime: when\ntext: words\nchannel: {value: forum}\ntimezone: UTC\n")
    take_in(workspace, plain)
    take_in(workspace, mapped, map_file=fact_map)
    first, second = rows(workspace)
    assert first["properties"]["area"] == "crew"
    assert (second["channel"], second["text"]) == ("forum", "The map is wrong.")


def test_a_map_may_take_another_field_of_an_export(workspace, files, tmp_path):
    fact_map = tmp_path / "map.yaml"
    fact_map.write_text(
        "feedback_id: feedback_id\ntime: time\ntext: text\nperson: person\nchannel: channel\n"
        "account: properties.field_27642\n"
    )
    take_in(workspace, files["zendesk"], kind="zendesk", map_file=fact_map)
    assert {row["account"] for row in rows(workspace)} == {"745"}


def test_a_file_of_unknown_kind_is_refused_with_the_kinds_there_are(workspace, tmp_path):
    file = tmp_path / "export.xyz"
    file.write_text("?")
    with pytest.raises(FactError, match="does not say what it is") as caught:
        take_in(workspace, file)
    assert "zendesk" in caught.value.hint


def test_the_command_says_what_was_left_out(workspace, files):
    runner = CliRunner()
    arguments = ["intake", "import", str(files["zendesk"]), "--from", "zendesk", "-w", str(workspace.path)]
    said = runner.invoke(build(), arguments)
    assert said.exit_code == 0, said.output
    assert "3 messages read, 3 added" in said.output
    assert "1  internal notes" in said.output
    assert "nothing to do" in runner.invoke(build(), arguments).output
    found = json.loads(runner.invoke(build(), [*arguments, "--json"]).output)
    assert found[0]["same_file"] is True


def test_tables_of_reviews_and_notes_and_lines_of_answers(workspace, tmp_path):
    reviews = tmp_path / "reviews.csv"
    reviews.write_text("Review ID,Title,Review,Rating,Date\n1,Bad,It spins!,1,2026-11-01\n2,,,5,2026-11-02\n")
    notes = tmp_path / "notes.csv"
    notes.write_text(
        "account,date,note,owner\nBeams,2026-11-03,They want SSO.,Carol\n"
        "Yard,,No day.,Carol\nYard,2026-11-04,,\n"
    )
    answers = tmp_path / "answers.jsonl"
    answers.write_text(
        '{"responses": [{"token": "t1", "nps": 3, "reason": "Late.", "submitted_at": "2026-11-05"}]}\n'
    )
    assert take_in(workspace, reviews, kind="app-store").left_out == {"without words": 1}
    noted = take_in(workspace, notes, kind="notes")
    assert (noted.result.added, noted.result.quarantined, noted.left_out) == (1, 1, {"without words": 1})
    take_in(workspace, answers, kind="nps")
    found = {row["feedback_id"].partition("-")[0]: row for row in rows(workspace)}
    assert found["app"]["text"] == "Bad.\nIt spins!"
    assert (found["note"]["account"], found["note"]["properties"]["owner"]) == ("Beams", "Carol")
    assert (found["nps"]["text"], found["nps"]["score"]) == ("Late.", 3)


def test_a_note_without_headings_is_one_message_with_its_front_matter(workspace, tmp_path):
    note = tmp_path / "call.md"
    note.write_text("---\naccount: Beams\ndate: 2026-11-03\nperson: u-9\nid: call-7\n---\nThey want SSO.\n")
    take_in(workspace, note)
    (row,) = rows(workspace)
    assert (row["feedback_id"], row["account"], row["person"]) == ("note-call-7", "Beams", "u-9")
    undated = tmp_path / "undated.md"
    undated.write_text("They want a map.\n")
    assert take_in(workspace, undated).result.quarantined == 1


def test_a_file_that_fails_does_not_keep_others_out(workspace, files, tmp_path):
    broken = tmp_path / "broken.csv"
    broken.write_text("")
    arguments = [
        "intake",
        "import",
        str(broken),
        str(files["nps"]),
        "--from",
        "nps",
        "-w",
        str(workspace.path),
    ]
    said = CliRunner().invoke(build(), arguments)
    assert said.exit_code == 2
    assert "1 messages read, 1 added" in said.output
    assert "is empty" in said.output
    again = CliRunner().invoke(build(), [*arguments, "--json"])
    assert [("error" in each) for each in json.loads(again.stdout)] == [False, True]


def test_a_zone_and_an_encoding_hold_for_plain_files_too(workspace, tmp_path):
    plain = tmp_path / "plain.csv"
    plain.write_bytes("feedback_id,time,text\n1,2026-11-05 10:00,Kalender überlädt\n".encode("latin-1"))
    assert take_in(workspace, plain).result.quarantined == 1
    assert take_in(workspace, plain, encoding="latin-1", timezone="America/New_York").result.added == 1
    told = tmp_path / "told.csv"
    told.write_text("feedback_id,time,text\n2,2026-11-05 10:00,As the company's clock has it.\n")
    take_in(workspace, told)
    first, second = rows(workspace)
    assert (first["text"], first["time"]) == ("Kalender überlädt", datetime(2026, 11, 5, 15, tzinfo=UTC))
    assert second["time"] == datetime(2026, 11, 5, 9, tzinfo=UTC)


def test_what_a_file_is_said_to_be_counts_more_than_its_name(workspace, tmp_path):
    lines = tmp_path / "lines.csv"
    lines.write_text('{"feedback_id": "1", "time": "2026-11-01", "text": "It spins."}\n')
    assert take_in(workspace, lines, kind="jsonl").result.added == 1


def test_an_unknown_zone_and_an_empty_file_are_refused(workspace, files, tmp_path):
    with pytest.raises(FactError, match="no time zone 'Europe/Berln'") as caught:
        take_in(workspace, files["notes"], timezone="Europe/Berln")
    assert "Europe/Berlin" in caught.value.hint
    for name in ("empty.json", "empty.csv", "empty.md"):
        (tmp_path / name).write_text("")
        with pytest.raises(FactError, match="is empty"):
            take_in(workspace, tmp_path / name, kind="notes" if name.endswith("md") else "zendesk")


@pytest.mark.parametrize(
    ("kind", "header", "missing"),
    [
        ("zendesk", "Response ID,Date,Comment", "number"),
        ("app-store", "id,review", "time"),
        ("google-play", "Star Rating,Review Text", "time"),
        ("nps", "score,comment", "time"),
        ("notes", "account,date", "words"),
    ],
)
def test_a_table_of_something_else_is_refused_before_a_row_is_taken(
    workspace, tmp_path, kind, header, missing
):
    file = tmp_path / "table.csv"
    file.write_text(f"{header}\n1,2026-11-01,It spins.\n")
    with pytest.raises(FactError, match=f"no column for the {missing}") as caught:
        take_in(workspace, file, kind=kind)
    assert header.split(",")[0] in caught.value.hint
    assert rows(workspace, "SELECT * FROM quarantine") == []


def test_a_table_is_no_export_of_conversations(workspace, tmp_path):
    file = tmp_path / "table.csv"
    file.write_text("id,text\n1,It spins.\n")
    with pytest.raises(FactError, match="an export of intercom is JSON"):
        take_in(workspace, file, kind="intercom")


def test_a_heading_without_a_day_ends_the_note_above_it(workspace, tmp_path):
    notes = tmp_path / "notes.md"
    notes.write_text(
        "# November\nBeams called, angry.\n\n## Beams, 2026-11-18\nIt must open.\n### Wishes\nSSO.\n"
        "\n## Yard Group\nThe map is wrong.\n"
    )
    assert take_in(workspace, notes).result.quarantined == 2
    (row,) = rows(workspace)
    assert (row["account"], row["text"]) == ("Beams", "It must open.\n### Wishes\nSSO.")
    waiting = rows(workspace, "SELECT raw FROM open_quarantine ORDER BY row_number")
    assert [each["raw"] for each in waiting] == [
        "# November\nBeams called, angry.",
        "## Yard Group\nThe map is wrong.",
    ]


def test_notes_that_grow_at_their_head_add_only_what_is_new(workspace, tmp_path):
    old = "## Beams, 2026-11-18\nIt must open.\n"
    (tmp_path / "notes.md").write_text(old)
    (tmp_path / "later.md").write_text(f"# November\n## Yard, 2026-11-19\nThe map is wrong.\n{old}")
    take_in(workspace, tmp_path / "notes.md")
    assert take_in(workspace, tmp_path / "later.md").result.added == 1
    assert [row["account"] for row in rows(workspace, "SELECT * FROM feedback ORDER BY time")] == [
        "Beams",
        "Yard",
    ]


def test_a_score_off_its_scale_waits(workspace, tmp_path):
    file = tmp_path / "answers.csv"
    file.write_text("id,date,score,comment\n1,2026-11-05,11,Great.\n2,2026-11-05,10,Great!\n")
    result = take_in(workspace, file, kind="nps").result
    assert (result.added, result.quarantined) == (1, 1)
    assert [*result.reasons] == ["a score that is not from 0 to 10, such as '11'"]
