"""What people see of themes: a board by what may be lost, a page with the words behind it, masked by role."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pyarrow as pa
import pytest

from quarterdeck.facts.store import FactStore
from quarterdeck.feedback.intake.service import deciding
from quarterdeck.feedback.intake.service.book import open_book
from quarterdeck.feedback.intake.service.projecting import refresh
from quarterdeck.feedback.themes.service.board import read_board
from quarterdeck.feedback.themes.service.for_brief import told_in_brief
from quarterdeck.feedback.themes.service.keeping import is_behind, keep_tags, kept_tags, tag_table

NOW = datetime.now(UTC)
TAXONOMY = """tags:
  - {name: Offline schedule, description: "The schedule cannot be seen without signal or connection."}
  - {name: No signal, parent: Offline schedule, description: "No signal in basements and remote sites."}
  - {name: Billing, description: "Invoices, prices, seats and what we charge."}
"""
PHONE = "My phone is ann@small.test; no signal, no schedule for the crew."
RATED = (
    "Invoices list seats we do not have.",
    "We were charged twice in March.",
    "Why did a seat become dearer?",
    "Our accountant wants prices without tax.",
    "Nobody answered my question about the discount.",
)
OFFLINE, BILLING = "Without a connection the schedule stays empty.", "The price of our seats is wrong."


def say(workspace, rows, silent=PHONE):
    """Rows of (weeks ago, account, text); what begins with `silent` may not be quoted."""
    count = len(rows)
    FactStore(workspace.facts_path).append(
        "feedback",
        [
            pa.table(
                {
                    "feedback_id": [f"m{number}" for number in range(count)],
                    "time": pa.array(
                        [NOW - timedelta(weeks=weeks, hours=1) for weeks, _, _ in rows],
                        pa.timestamp("us", "UTC"),
                    ),
                    "channel": ["support"] * count,
                    "account": [account for _, account, _ in rows],
                    "person": [f"{account}-ann@acme.test" for _, account, _ in rows],
                    "text": [text for *_, text in rows],
                    "consent": [not text.startswith(silent) for *_, text in rows],
                }
            )
        ],
        transaction="said",
    )


@pytest.fixture
def heard(own_workspace, carol):
    """Two customers of whom one writes twice; the small one's contract is up soon."""
    renewal = pa.array([(NOW + timedelta(days=days)).date() for days in (300, 30)], pa.date32())
    FactStore(own_workspace.facts_path).append(
        "accounts",
        [
            pa.table(
                {
                    "account": ["big", "small"],
                    "valid_from": pa.array([NOW - timedelta(days=400)] * 2, pa.timestamp("us", "UTC")),
                    "name": ["Big & Sons", "Small"],
                    "arr": pa.array([Decimal("9000"), Decimal("1000")], pa.decimal128(18, 4)),
                    "renewal": renewal,
                }
            )
        ],
        transaction="accounts",
    )
    say(
        own_workspace,
        [
            (0, "small", OFFLINE),
            (1, "small", PHONE),
            (0, "big", BILLING),
            (6, "big", "What we are charged for seats is not what we agreed."),
        ],
    )
    (own_workspace.path / "themes").mkdir()
    (own_workspace.path / "themes" / "taxonomy.yaml").write_text(TAXONOMY)
    refresh(own_workspace)
    for text, tag in ((OFFLINE, "Offline schedule"), (PHONE, "No signal")):
        deciding.keep(quote=key_of(text), tags=[tag], by=carol)
    return own_workspace


def key_of(text):
    book = open_book()
    return next(quote.quote for quote in book.at(range(len(book))) if quote.text == text)


def of(board, name):
    return next(theme for theme in board.themes if theme.tag.name == name)


def shown(client, path, status=200):
    answer = client.get(path)
    assert answer.status_code == status, answer.content.decode()[-2000:]
    return answer.content.decode()


def test_without_a_taxonomy_or_quotes_the_page_says_what_to_do(own_workspace, sign_in, dave):
    client = sign_in(dave)
    assert "There is no taxonomy yet." in shown(client, "/themes/")
    (own_workspace.path / "themes").mkdir()
    (own_workspace.path / "themes" / "taxonomy.yaml").write_text(TAXONOMY)
    assert "Nothing is tagged yet." in shown(client, "/themes/")
    shown(client, "/themes/Billing/", status=404)


def test_the_board_has_what_may_be_lost_first_and_each_customer_once(heard, sign_in, dave):
    keep_tags(heard)
    board = read_board(heard)
    assert board.themes[0].tag.name == "Offline schedule"
    first = of(board, "Offline schedule").lately
    assert (first.accounts, first.arr, first.arr_at_risk) == (1, 1000.0, 1000.0)
    assert of(board, "Billing").lately.arr_at_risk == 0
    assert board.together.accounts == 2
    assert board.together.arr == 10_000
    page = shown(sign_in(dave), "/themes/")
    assert page.index("Offline schedule</a>") < page.index("Billing</a>")


def test_a_board_is_kept_until_tags_or_customers_are_others(heard, carol):
    keep_tags(heard)
    first = read_board(heard)
    file = heard.path / ".quarterdeck" / "themes" / "board.json"
    written = file.stat().st_mtime_ns
    assert read_board(heard) == first
    assert file.stat().st_mtime_ns == written
    deciding.leave_out(quote=key_of(OFFLINE), by=carol)
    keep_tags(heard)
    assert of(read_board(heard), "Offline schedule").lately.mentions == 1
    row = {"account": ["small"], "valid_from": pa.array([NOW], pa.timestamp("us", "UTC")), "name": ["Small"]}
    arr = pa.array([Decimal("7000")], pa.decimal128(18, 4))
    FactStore(heard.facts_path).append("accounts", [pa.table(row | {"arr": arr})], transaction="grown")
    assert of(read_board(heard), "Offline schedule").lately.arr == 7000
    file.write_text("{}")
    assert read_board(heard).together.arr == 16_000


def test_a_part_counts_for_the_whole_and_once_in_it(heard):
    keep_tags(heard)
    board = read_board(heard)
    assert of(board, "No signal").lately.mentions == 1
    assert of(board, "Offline schedule").lately.mentions == 2


def test_a_theme_shows_its_quotes_masked_to_whom_may_not_see_personal_data(heard, sign_in, dave, alice):
    keep_tags(heard)
    page = shown(sign_in(dave), "/themes/Offline%20schedule/")
    assert "ann@small.test" not in page
    assert "What is personal is masked" in page
    assert "Small" in page
    alice.sees_personal = True
    alice.save()
    assert "ann@small.test" in shown(sign_in(alice), "/themes/Offline%20schedule/")


def test_what_people_decided_holds_and_teaches(heard, carol):
    keep_tags(heard)
    assert not is_behind(heard)
    quote = key_of(BILLING)
    deciding.keep(quote=quote, tags=["Offline schedule"], by=carol)
    assert is_behind(heard)
    kept = keep_tags(heard)
    rows = {row["quote"]: row for row in tag_table(heard, kept).to_pylist()}
    assert rows[quote]["tags"] == ["Offline schedule"]
    assert rows[quote]["by_people"]
    assert len(list((heard.path / ".quarterdeck" / "themes").glob("tags-*.arrow"))) == 1
    assert kept_tags(heard) == kept


def test_what_is_no_feedback_is_counted_nowhere(heard, carol):
    keep_tags(heard)
    before = read_board(heard).together.mentions
    quote = key_of(BILLING)
    deciding.leave_out(quote=quote, by=carol)
    keep_tags(heard)
    assert read_board(heard).together.mentions == before - 1


def test_a_brief_tells_themes_in_words_that_may_be_shown(heard):
    keep_tags(heard)
    tomorrow = (NOW + timedelta(days=1)).date()
    first = told_in_brief(heard, tomorrow)[0]
    assert first.words == OFFLINE
    assert first.source == "Offline schedule · one account, €1,000 ARR"
    assert ("Of it, up for renewal within 120 days", "€1,000") in first.rows
    assert all(told.words != PHONE for told in told_in_brief(heard, tomorrow))


def test_a_brief_of_an_earlier_day_knows_nothing_of_what_was_said_later(heard):
    keep_tags(heard)
    assert told_in_brief(heard, (NOW - timedelta(weeks=12)).date()) == ()


def test_programs_read_themes_and_their_quotes(heard, sign_in, dave):
    client = sign_in(dave)
    assert client.get("/api/themes").json()["items"] == []
    keep_tags(heard)
    first = client.get("/api/themes").json()["items"][0]
    assert (first["name"], first["accounts"], first["arr_at_risk"]) == ("Offline schedule", 1, 1000.0)
    assert first["trend"]["verdict"] == "too few"
    quotes = client.get("/api/themes/quotes?name=No+signal").json()["items"]
    assert [quote["may_be_shown"] for quote in quotes] == [False]
    assert "ann@small.test" not in quotes[0]["words"]
    assert client.get("/api/themes/quotes?name=Nothing").status_code == 404


def test_ratings_stand_beside_the_score_of_a_theme_where_there_are_some(heard, sign_in, carol, dave):
    keep_tags(heard)
    assert "CSAT" not in shown(sign_in(dave), "/themes/")
    FactStore(heard.facts_path).append(
        "feedback",
        [
            pa.table(
                {
                    "feedback_id": [f"r{number}" for number in range(5)],
                    "time": pa.array([NOW - timedelta(days=1)] * 5, pa.timestamp("us", "UTC")),
                    "channel": ["csat"] * 5,
                    "account": ["big"] * 5,
                    "text": list(RATED),
                    "score": [5.0, 4.0, 4.0, 3.0, 4.0],
                }
            )
        ],
        transaction="rated",
    )
    refresh(heard)
    for text in RATED:
        deciding.keep(quote=key_of(text), tags=["Billing"], by=carol)
    keep_tags(heard)
    page = shown(sign_in(dave), "/themes/")
    assert 'data-name="CSAT">4.0 (3.1 to 4.9)' in page
    assert "<dt>CSAT</dt><dd>4.0 (3.1 to 4.9)</dd>" in shown(sign_in(dave), "/themes/Billing/")
    listed = sign_in(dave).get("/api/themes").json()["items"]
    assert next(each for each in listed if each["name"] == "Billing")["csat"]["answers"] == 5
