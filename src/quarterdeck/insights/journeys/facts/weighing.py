"""Which SQL says what stands behind some units: the ARR of their accounts, each once?

The rules are those of `calc/weights.py`: a person belongs to the account of their last event until then.
"""

from __future__ import annotations

from collections.abc import Iterable

from quarterdeck.insights.journeys.calc.question import Question
from quarterdeck.insights.journeys.calc.weights import ACCOUNT
from quarterdeck.insights.journeys.facts.source import Source
from quarterdeck.insights.journeys.facts.statement import Statement, listed


def add_homes(statement: Statement, source: Source, question: Question) -> str:
    """Add the table `homes`: the account of each unit, and its ARR as of the period's end; its name."""
    until = min(question.period.until, question.period.asked_at)
    if question.journey.unit == ACCOUNT:
        home = f"SELECT DISTINCT unit, {source.column(ACCOUNT)} AS account FROM {source.rows}"
    else:
        home = last_accounts(source.rows, source.column(ACCOUNT), until)
    return statement.add(
        "homes",
        f"SELECT a.unit, a.account, p.arr FROM ({home}) AS a "
        f"LEFT JOIN ({source.pays(until)}) AS p ON p.account = a.account",
    )


def last_accounts(rows: str, account: str, until: int) -> str:
    """The SELECT of `unit` and `account`: that of each one's last event until a moment that has one."""
    last = "ROW_NUMBER() OVER (PARTITION BY unit ORDER BY place DESC) AS nth"
    return (
        f"SELECT unit, account FROM (SELECT unit, {account} AS account, {last} FROM {rows} "
        f"WHERE at <= {until} AND {account} IS NOT NULL) AS homeward WHERE nth = 1"
    )


def arr_of(statement: Statement, table: str, keys: Iterable[str]) -> str:
    """The SELECT of the ARR behind the units of a table under each key: the keys, and `arr`."""
    listed_keys = list(keys)
    shown = listed(f"w.{key}" for key in listed_keys)
    behind = statement.add(
        "behind_cells",
        f"SELECT DISTINCT {shown}, h.account, h.arr FROM {table} AS w "
        "JOIN homes AS h ON h.unit = w.unit WHERE h.arr IS NOT NULL",
    )
    return f"SELECT {listed(listed_keys)}, SUM(arr) AS arr FROM {behind} GROUP BY {listed(listed_keys)}"


def weighed(statement: Statement, table: str, keys: Iterable[str]) -> str:
    """The SELECT of what the units of a table are worth: keys, `total`, `largest`, `most`, `unknown_units`.

    `most` is what the largest account pays; of the unknown units no ARR is known.
    """
    columns = list(keys)
    by = f"PARTITION BY {listed(columns)} " if columns else ""
    by_account = listed([*columns, "account"])
    behind = statement.add(
        "behind",
        f"SELECT DISTINCT {listed([*(f'w.{key}' for key in columns), 'w.unit', 'h.account', 'h.arr'])} "
        f"FROM {table} AS w LEFT JOIN homes AS h ON h.unit = w.unit",
    )
    ranked = statement.add(
        "behind_ranked",
        f"SELECT *, ROW_NUMBER() OVER (PARTITION BY {by_account} ORDER BY unit) AS nth, "
        f"ROW_NUMBER() OVER ({by}ORDER BY arr DESC NULLS LAST, account, unit) AS place FROM {behind}",
    )
    figures = [
        "SUM(CASE WHEN nth = 1 THEN arr END) AS total",
        "MAX(CASE WHEN place = 1 AND arr IS NOT NULL THEN account END) AS largest",
        "MAX(arr) AS most",
        "COUNT(DISTINCT CASE WHEN arr IS NULL THEN unit END) AS unknown_units",
    ]
    grouped = f" GROUP BY {listed(columns)}" if columns else ""
    return f"SELECT {listed([*columns, *figures])} FROM {ranked}{grouped}"
