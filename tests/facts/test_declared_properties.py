"""A kind that a map declares is a contract; an inferred one is not."""

from typing import Any

import pytest

from quarterdeck.facts.maps import read_map
from quarterdeck.facts.mending import mend
from quarterdeck.facts.schema import TABLES
from tests.facts.conftest import EVENTS_MAP, HEADER, Import

LIST = "properties: [plan, amount]"
NUMBER = EVENTS_MAP.replace(LIST, "properties: {amount: number}")


def rows(*amounts: str, first: int = 1) -> str:
    return HEADER + "".join(
        f'{i},ann,view,2024-05-01T10:00:00Z,pro,"{amount}"\n' for i, amount in enumerate(amounts, start=first)
    )


def amounts_of(store: Any) -> list[float | None]:
    with store.snapshot() as snapshot:
        amount = snapshot.property_sql("amount", "number")
        return [row[0] for row in snapshot.rows(f"SELECT {amount} FROM events ORDER BY event_id")]


def test_a_declared_number_that_is_none_goes_to_quarantine_with_column_value_and_what_was_expected(
    bring: Import, store, ask
) -> None:
    result = bring(rows("1.5", "abc", "", "2.661,42", "1,200"), map_text=NUMBER)
    assert (result.read, result.added, result.quarantined, result.overflow) == (5, 2, 3, 0)
    assert ask("SELECT row_number, reason FROM open_quarantine ORDER BY 1") == [
        (3, "property `amount` is not a number, as the map declares: 'abc'"),
        (5, "property `amount` is not a number unless the map says `decimal: \",\"`: '2.661,42'"),
        (6, "property `amount` is a number with a comma that may be either; set `decimal:`: '1,200'"),
    ]
    assert amounts_of(store) == [1.5, None]


def test_one_reason_with_many_values_counts_as_one(bring: Import) -> None:
    result = bring(rows("abc", "abd", "1"), map_text=NUMBER)
    assert result.reasons == {"property `amount` is not a number, as the map declares, such as 'abc'": 2}


@pytest.mark.parametrize(
    ("decimal", "texts", "numbers"),
    [
        (
            None,
            ["1,200.50", "€5", "1,234,567", "1 200", "-$3.50", "5 EUR"],
            [1200.5, 5, 1234567, 1200, -3.5, 5],
        ),
        (".", ["1,200", "0.5"], [1200, 0.5]),
        (",", ["2.661,42", "1 200,50", "€ 5", "1.200", "0,5", "-7"], [2661.42, 1200.5, 5, 1200, 0.5, -7]),
    ],
)
def test_numbers_as_people_write_them(
    bring: Import, store, decimal: str | None, texts: list[str], numbers: list[float]
) -> None:
    option = f'decimal: "{decimal}"\n' if decimal else ""
    assert bring(rows(*texts), map_text=NUMBER + option).quarantined == 0
    assert amounts_of(store) == numbers


def test_a_decimal_comma_is_understood_where_nothing_is_declared_and_in_columns_of_the_table(
    bring: Import, store, ask
) -> None:
    bring(rows("2,5", "1.000,25"), map_text=EVENTS_MAP + 'decimal: ","\n')
    assert amounts_of(store) == [2.5, 1000.25]
    account = 'account: a\nvalid_from: t\narr: arr\ntimezone: UTC\ndecimal: ","\n'
    bring('a,t,arr\nx,2024-01-01,"€ 1.200,50"\n', name="a.csv", table="accounts", map_text=account)
    assert ask("SELECT CAST(arr AS DOUBLE) FROM accounts") == [(1200.5,)]


def test_where_the_table_keeps_the_key_as_text_declared_numbers_can_be_summed_and_the_import_says_so(
    bring: Import, store
) -> None:
    bring(rows("some", "none"))
    result = bring(rows("€5", "abc", "1,200.50", first=3), name="b.csv", map_text=NUMBER)
    assert (result.added, result.quarantined) == (2, 1)
    assert "declares `amount` as number; events has kept it as text" in result.notes[0]
    assert amounts_of(store) == [None, None, 5, 1200.5]


def test_a_declared_boolean_and_json_values_are_held_to_the_map(bring: Import) -> None:
    mapped = "event_id: id\nperson: who\nevent: what\ntime: at\nproperties: {paid: boolean, sum: number}\n"
    good = '{"id":1,"who":"a","what":"v","at":"2024-05-01T10:00:00Z","paid":true,"sum":2}\n'
    lines = (
        good
        + good.replace("true", '"perhaps"')
        + good.replace(":2}", ":[2]}")
        + good.replace(":2}", ":true}")
    )
    result = bring(lines, name="e.jsonl", map_text=mapped)
    assert (result.added, result.quarantined) == (1, 3)
    assert list(result.reasons) == [
        "property `sum` is not a number, as the map declares, such as '[2]'",
        "property `paid` is not true or false, as the map declares, such as 'perhaps'",
    ]


def test_a_declared_boolean_is_read_from_the_words_people_write(bring: Import, ask) -> None:
    boolean = EVENTS_MAP.replace(LIST, "properties: {amount: boolean}")
    bring(rows("yes", "0", "TRUE", ""), map_text=boolean)
    assert ask("SELECT properties.amount FROM events ORDER BY event_id") == [
        (True,),
        (False,),
        (True,),
        (None,),
    ]


def test_a_declared_text_takes_everything(bring: Import, ask) -> None:
    text = EVENTS_MAP.replace(LIST, "properties: {amount: text}")
    bring(rows("1.50", "007"), map_text=text)
    assert ask("SELECT properties.amount FROM events ORDER BY event_id") == [("1.50",), ("007",)]


def test_values_of_another_kind_are_counted_each_time_where_nothing_is_declared(bring: Import, store) -> None:
    assert bring(rows("1", "2")).overflow == 0
    assert bring(rows("1", "abc", "€5", first=3), name="b.csv").overflow == 2
    assert bring(rows("x", first=6), name="c.csv").overflow == 1
    assert amounts_of(store) == [1, 2, 1, None, None, None]


def test_a_map_with_a_decimal_comma_mends_what_waited(bring: Import, store, tmp_path) -> None:
    bring(rows("2.661,42", "3,5"), map_text=NUMBER)
    (tmp_path / "comma.yaml").write_text(NUMBER + 'decimal: ","\n')
    result = mend(store, TABLES["events"], read_map(TABLES["events"], tmp_path / "comma.yaml"))
    assert (result.added, result.quarantined) == (2, 0)
    assert amounts_of(store) == [2661.42, 3.5]


def test_blanks_around_ids_are_no_part_of_them(bring: Import, ask) -> None:
    bring(HEADER + "1, ann ,view ,2024-05-01T10:00:00Z,pro,1\n")
    assert ask("SELECT person, event FROM events") == [("ann", "view")]
