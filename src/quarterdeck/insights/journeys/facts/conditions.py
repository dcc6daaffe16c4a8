"""Which SQL says that a row passes a condition, or that a pick counts it?

The rules are those of `calc/conditions.py`; each expression is true or false, never NULL.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from quarterdeck.insights.journeys.calc.conditions import DAY_LENGTH, DENIALS, moment_of, text_of
from quarterdeck.insights.journeys.definitions.conditions import Condition, Pick, Scalar
from quarterdeck.insights.journeys.facts.source import Source, text
from quarterdeck.insights.journeys.facts.statement import HAS_ELEMENT

SIGNS = {"above": ">", "at_least": ">=", "below": "<", "at_most": "<="}


def passes_all(source: Source, conditions: Iterable[Condition]) -> str:
    """The condition that a row passes every one of some; TRUE where nothing is asked."""
    return _joined(" AND ", [passes(source, each) for each in conditions]) or "TRUE"


def passes(source: Source, condition: Condition) -> str:
    """The condition that a row passes one."""
    if condition.all_of is not None:
        return passes_all(source, condition.all_of)
    if condition.one_of is not None:
        return _joined(" OR ", [passes(source, each) for each in condition.one_of]) or "FALSE"
    if condition.cohort is not None:
        return source.picked(condition.cohort)
    if condition.outside_cohort is not None:
        return f"NOT {source.picked(condition.outside_cohort)}"
    name, wanted = condition.comparison
    column = source.column(condition.field or "")
    if name == "is_set":
        return f"COALESCE({column}, '') {'<>' if wanted else '='} ''"
    test = _test(column, name, wanted)
    return f"COALESCE(NOT {test}, TRUE)" if name in DENIALS else f"COALESCE({test}, FALSE)"


def counts(source: Source, pick: Pick) -> str:
    """The condition that a pick counts a row."""
    wheres = [] if not pick.where else [passes_all(source, pick.where)]
    if pick.any_of:
        named = _joined(" OR ", [counts(source, each) for each in pick.any_of])
        return _joined(" AND ", [named, *wheres])
    if pick.events:
        wheres.insert(0, _one_of("event", pick.events))
    return _joined(" AND ", wheres) or "TRUE"


def _test(column: str, name: str, wanted: object) -> str:
    match name:
        case "equals" | "is_not" | "any_of" | "none_of":
            return _one_of(column, [text_of(each) for each in _several(wanted)])
        case "contains" | "contains_not":
            parts = [text_of(part).lower() for part in _several(wanted)]
            return _joined(" OR ", [f"STRPOS(LOWER({column}), {text(part)}) > 0" for part in parts])
        case "matches" | "matches_not":
            return f"REGEXP_MATCHES({column}, {text(str(wanted))})"
        case "element":
            return _element(column, {str(key): str(value) for key, value in dict(wanted).items()})  # type: ignore[call-overload]
        case "before" | "after" | "on":
            return _moment(column, name, str(wanted).strip())
        case _:
            number = f"TRY_CAST({column} AS DOUBLE)"
            return f"({number} {SIGNS[name]} {float(str(wanted))!r} AND NOT ISNAN({number}))"


def _moment(column: str, name: str, wanted: str) -> str:
    bound = moment_of(wanted)
    if bound is None:
        return "FALSE"
    same_day = f"SUBSTRING({column}, 1, {DAY_LENGTH}) = {text(wanted[:DAY_LENGTH])}"
    if name == "on":
        return f"({same_day})"
    sign = "<" if name == "before" else ">"
    found = f"TRY_CAST({column} AS TIMESTAMPTZ) {sign} CAST({text(bound.isoformat(' '))} AS TIMESTAMPTZ)"
    # After a day is not on that day.
    if name == "after" and len(wanted) == DAY_LENGTH:
        return f"({found} AND NOT {same_day})"
    return f"({found})"


def _element(column: str, wanted: Mapping[str, str]) -> str:
    pairs = "".join(f", {text(key)}, {text(value)}" for key, value in wanted.items())
    return f"{HAS_ELEMENT}({column}{pairs})"


def _one_of(column: str, texts: Sequence[str]) -> str:
    if len(texts) == 1:
        return f"({column} = {text(texts[0])})"
    return f"({column} IN ({', '.join(map(text, texts))}))" if texts else "FALSE"


def _several(wanted: object) -> tuple[Scalar, ...]:
    return wanted if isinstance(wanted, tuple) else (wanted,)


def _joined(word: str, parts: Sequence[str]) -> str:
    if len(parts) < 2:
        return parts[0] if parts else ""
    return f"({word.join(parts)})"
