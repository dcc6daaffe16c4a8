"""From facts on disk to pages on disk: the same pins give the same bytes, and changed definitions refuse."""

import json
import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from quarterdeck.definitions.workspace import Workspace, open_workspace
from quarterdeck.errors import Conflict, QuarterdeckError
from quarterdeck.facts.schema import TABLES
from quarterdeck.facts.store import FactStore
from quarterdeck.report.brief.service.write import choose_as_of, read_pins, rewrite_brief, write_brief

MONDAY = date(2026, 11, 16)
METRICS = {
    "orders": "title: Orders\ndescription: Orders placed.\nkind: count\nevent: order\nowner: Alice\n"
    "dimensions: [device]\n",
    "buyers": "title: Buyers\ndescription: People who ordered.\nkind: unique\nof: person\nevent: order\n"
    "owner: Bob\n",
    "tree": "north_star: buyers\ninputs: [orders]\n",
}


def conformed(name: str, columns: dict[str, list[object]], **arrays: pa.Array) -> pa.Table:
    schema = TABLES[name].arrow_schema
    rows = len(next(iter(columns.values())))
    table = pa.table(
        {field.name: pa.array(columns.get(field.name, [None] * rows), field.type) for field in schema}
    )
    for column, values in arrays.items():
        table = table.append_column(column, values)
    return table


def events(*, days: int, drop_from: int, last: date = MONDAY) -> pa.Table:
    rng = random.Random(3)
    rows: list[tuple[str, datetime, str]] = []
    for back in range(days, 0, -1):
        moment = datetime.combine(last - timedelta(days=back), datetime.min.time(), tzinfo=UTC)
        for device, many in (("android", 40), ("ios", 40)):
            kept = 4 if device == "android" and back <= drop_from else many + rng.randrange(-4, 5)
            rows += [
                (f"p{rng.randrange(300)}", moment + timedelta(hours=9, minutes=n), device)
                for n in range(kept)
            ]
    return conformed(
        "events",
        {
            "event_id": [f"e{number}" for number in range(len(rows))],
            "person": [row[0] for row in rows],
            "event": ["order"] * len(rows),
            "time": [row[1] for row in rows],
        },
        properties=pa.array([{"device": row[2]} for row in rows]),
    )


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "quarterdeck.yaml").write_text("format: 1\ncompany: Shop\ntimezone: Europe/Amsterdam\n")
    (tmp_path / "metrics").mkdir()
    for name, text in METRICS.items():
        (tmp_path / "metrics" / f"{name}.yaml").write_text(text)
    opened = open_workspace(tmp_path)
    store = FactStore(opened.facts_path)
    store.append("events", [events(days=140, drop_from=6)], transaction="orders")
    deploy = {
        "change_id": ["c"],
        "time": [datetime(2026, 11, 10, 7, tzinfo=UTC)],
        "kind": ["deploy"],
        "name": ["Android 4.2.1"],
    }
    store.append("changes", [conformed("changes", deploy)], transaction="deploy")
    return opened


def content(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*.*") if file.is_file()
    }


def test_a_brief_is_written_with_its_evidence(workspace):
    written = write_brief(workspace, as_of=MONDAY)
    assert written.folder == workspace.path / "briefs" / "2026-11-16"
    assert set(content(written.folder)) == {
        "brief.html",
        "brief.md",
        "brief.json",
        *(f"evidence/{name}.html" for name in ("index", "normal", "data", "metric-orders", "metric-buyers")),
    }
    moved = {entry.metric: entry for entry in written.document.moved}
    told = " ".join(said.text for said in moved["orders"].sentences)
    assert "Tuesday 10 November" in told
    assert "Device android holds most of it" in told
    assert "Android 4.2.1" in (written.folder / "evidence" / "metric-orders.html").read_text()


def test_the_same_pins_give_the_same_bytes_whatever_came_since(workspace, tmp_path):
    first = write_brief(workspace, as_of=MONDAY, folder=tmp_path / "first")
    store = FactStore(workspace.facts_path)
    late = events(days=2, drop_from=0)
    late = late.set_column(0, "event_id", pa.array([f"late{n}" for n in range(late.num_rows)]))
    store.append("events", [late], transaction="late")
    account = {"account": ["a"], "valid_from": [datetime(2026, 1, 1, tzinfo=UTC)]}
    store.append("accounts", [conformed("accounts", account)], transaction="accounts")
    (workspace.path / "metrics" / "added.yaml").write_text(METRICS["orders"].replace("Orders", "Added"))
    again = rewrite_brief(workspace, read_pins(first.folder / "brief.json"), folder=tmp_path / "again")
    assert content(again.folder) == content(first.folder)
    assert content(write_brief(workspace, as_of=MONDAY, folder=tmp_path / "new").folder) != content(
        first.folder
    )


def test_bare_pins_do_as_well(workspace, tmp_path):
    first = write_brief(workspace, as_of=MONDAY, folder=tmp_path / "first")
    pins = json.loads((first.folder / "brief.json").read_text())["pins"]
    (tmp_path / "pins.json").write_text(json.dumps(pins))
    again = rewrite_brief(workspace, read_pins(tmp_path / "pins.json"), folder=tmp_path / "again")
    assert content(again.folder) == content(first.folder)


@pytest.mark.parametrize(
    ("file", "before", "after", "named"),
    [
        ("metrics/orders.yaml", "kind: count", "kind: unique\nof: person", "definition of orders"),
        ("metrics/tree.yaml", "inputs: [orders]", "inputs: [orders]\nguardrails: [buyers]", "metric tree"),
        ("quarterdeck.yaml", "Amsterdam", "London", "timezone"),
    ],
)
def test_what_changed_since_is_refused_and_named(workspace, tmp_path, file, before, after, named):
    first = write_brief(workspace, as_of=MONDAY, folder=tmp_path / "first")
    path = workspace.path / file
    path.write_text(path.read_text().replace(before, after))
    with pytest.raises(Conflict, match=named):
        rewrite_brief(open_workspace(workspace.path), read_pins(first.folder / "brief.json"))


def test_a_comment_in_a_definition_changes_nothing(workspace, tmp_path):
    first = write_brief(workspace, as_of=MONDAY, folder=tmp_path / "first")
    path = workspace.path / "metrics" / "orders.yaml"
    path.write_text("# reviewed\n" + path.read_text())
    again = rewrite_brief(workspace, read_pins(first.folder / "brief.json"), folder=tmp_path / "again")
    assert content(again.folder) == content(first.folder)


def test_a_removed_definition_is_refused(workspace, tmp_path):
    (workspace.path / "metrics" / "tree.yaml").unlink()
    first = write_brief(workspace, as_of=MONDAY, folder=tmp_path / "first")
    (workspace.path / "metrics" / "orders.yaml").unlink()
    with pytest.raises(Conflict, match="not there any more"):
        rewrite_brief(workspace, read_pins(first.folder / "brief.json"))


def test_pages_of_metrics_that_are_gone_do_not_stay(workspace, tmp_path):
    (workspace.path / "metrics" / "tree.yaml").unlink()
    write_brief(workspace, as_of=MONDAY, folder=tmp_path / "out")
    (workspace.path / "metrics" / "buyers.yaml").unlink()
    write_brief(workspace, as_of=MONDAY, folder=tmp_path / "out")
    assert not (tmp_path / "out" / "evidence" / "metric-buyers.html").exists()


def test_a_file_without_pins_is_refused(tmp_path):
    (tmp_path / "brief.json").write_text("[]")
    with pytest.raises(QuarterdeckError, match="holds no pins"):
        read_pins(tmp_path / "brief.json")
    with pytest.raises(QuarterdeckError, match="cannot be read"):
        read_pins(tmp_path / "absent.json")


def test_a_workspace_without_facts_still_has_a_page(tmp_path):
    (tmp_path / "quarterdeck.yaml").write_text("format: 1\ncompany: Shop\ntimezone: UTC\n")
    written = write_brief(open_workspace(tmp_path), as_of=MONDAY)
    assert written.document.headline[0].text == "No metric is defined yet."
    assert written.document.footer[0].text == "No event is imported yet."


def test_history_is_read_at_its_end_but_silence_is_not_hidden(workspace):
    assert choose_as_of(workspace, today=date(2026, 11, 30)) == date(2026, 11, 30)
    assert choose_as_of(workspace, today=date(2028, 1, 1)) == MONDAY


def test_sources_that_fell_silent_are_said_to_be(workspace):
    written = write_brief(workspace, as_of=date(2026, 11, 23))
    said = [sentence.text for sentence in written.document.footer]
    assert said[0] == "No events after Sunday 15 November."
    assert written.document.headline[0].text == "No data for this week."
