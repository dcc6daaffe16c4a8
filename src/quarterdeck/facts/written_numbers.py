"""How may a number be written in a text file, and how does SQL read it?"""

from __future__ import annotations

from typing import Literal

from quarterdeck.facts.connection import quoted

DecimalMark = Literal[".", ","]

# Blanks of several widths and apostrophes: between digits they can only set thousands apart.
_BLANKS = r" \x{a0}\x{2009}\x{202f}'\x{2019}"
_CURRENCY = r"(?:\p{Sc}|EUR|USD|GBP|CHF|SEK|NOK|DKK|PLN|CAD|AUD|JPY|INR)"
_DRESSED = rf"^\s*([+-]?)\s*{_CURRENCY}?\s*([+-]?[0-9.,](?:[0-9.,{_BLANKS}]*[0-9])?)\s*{_CURRENCY}?\s*$"
_UNDRESSED = quoted(r"\1\2")
_LEAD = "[1-9][0-9]{0,2}"
_SPACED = rf"([{_BLANKS}][0-9]{{3}})+"
_PLAIN_POINT = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?"
_PLAIN_COMMA = "[+-]?[0-9]+"
_POINT = rf"{_PLAIN_POINT}|[+-]?{_LEAD}((,[0-9]{{3}})+|{_SPACED})(\.[0-9]+)?"
_COMMA = rf"[+-]?([0-9]+|{_LEAD}((\.[0-9]{{3}})+|{_SPACED}))(,[0-9]+)?"
_EITHER = rf"[+-]?{_LEAD},[0-9]{{3}}"
_CANONICAL = r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?"
_CANONICAL_COMMA = rf"-?(0|[1-9][0-9]*|{_LEAD}(\.[0-9]{{3}})+)(,[0-9]+)?"


def canonical_pattern(decimal: DecimalMark | None) -> str:
    """Texts that are taken for numbers although nobody declared them so: no signs, no leading noughts."""
    return _CANONICAL_COMMA if decimal == "," else _CANONICAL


def plain_number(sql: str, decimal: DecimalMark | None) -> str:
    """SQL for the text of a number as a cast reads it; NULL where the text is none, or could be two.

    Marks of thousands and signs of currency go. `1,200` is 1200 or 1.2 until `decimal` is settled.
    """
    bare = _bare(sql)
    if decimal == ",":
        strip = f"replace(regexp_replace({bare}, {quoted(f'[.{_BLANKS}]')}, '', 'g'), ',', '.')"
        rest = f"WHEN regexp_full_match({bare}, {quoted(_COMMA)}) THEN {strip}"
        return f"CASE WHEN regexp_full_match({sql}, {quoted(_PLAIN_COMMA)}) THEN {sql} {rest} END"
    strip = f"regexp_replace({bare}, {quoted(f'[,{_BLANKS}]')}, '', 'g')"
    settled = "" if decimal else f" AND NOT {could_be_two(sql)}"
    rest = f"WHEN regexp_full_match({bare}, {quoted(_POINT)}){settled} THEN {strip}"
    return f"CASE WHEN regexp_full_match({sql}, {quoted(_PLAIN_POINT)}) THEN {sql} {rest} END"


def could_be_two(sql: str) -> str:
    """SQL: is it unclear whether the comma is a decimal one?"""
    return f"regexp_full_match({_bare(sql)}, {quoted(_EITHER)})"


def has_decimal_comma(sql: str) -> str:
    """SQL: would a decimal comma make it a number?"""
    return f"regexp_full_match({_bare(sql)}, {quoted(_COMMA)})"


def _bare(sql: str) -> str:
    return f"regexp_replace({sql}, {quoted(_DRESSED)}, {_UNDRESSED})"
