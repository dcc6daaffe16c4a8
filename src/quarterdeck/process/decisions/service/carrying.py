"""How do decisions and promises leave and come back, as JSON or CSV, with nothing lost?"""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

from django.db import transaction
from pydantic import BaseModel, ValidationError

from quarterdeck.errors import QuarterdeckError, did_you_mean
from quarterdeck.process.decisions.models import (
    EVIDENCE,
    GRADED,
    OPTIONS,
    PREDICTION,
    WEEKS,
    Action,
    Decision,
)
from quarterdeck.process.decisions.service.acting import Promise, check_promise
from quarterdeck.process.decisions.service.carried import (
    FORMAT,
    ActionRow,
    DecisionRow,
    action_row,
    decision_row,
)
from quarterdeck.process.decisions.service.subjects import (
    FOLLOWS_FROM,
    action_subject,
    decision_subject,
    link_as_written,
)
from quarterdeck.process.decisions.service.wording import (
    MOST_CHARACTERS,
    check_words,
    cleaned,
    person_called,
)
from quarterdeck.records.change_log import log_change
from quarterdeck.records.links import join
from quarterdeck.records.models import Person

What = Literal["decisions", "actions"]
ROWS: Mapping[What, type[DecisionRow] | type[ActionRow]] = {"decisions": DecisionRow, "actions": ActionRow}
# Fields of a table that hold more than one value stand in it as JSON.
NESTED = ("options", "evidence", "prediction", "weeks", "pins", "graded")
EMPTY_IS_NONE = ("answered_at", "reviewed_at", "archived_at", "finished_at", "decision")
NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
Row = TypeVar("Row", bound=BaseModel)


@dataclass(frozen=True, kw_only=True, slots=True)
class BadRow:
    """A row that did not come in: where it stands, and what is wrong with it."""

    line: int
    trouble: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Carried:
    """What an import brought: rows that came in and how they are called, that were there, that are bad."""

    added: int
    there: int
    bad: tuple[BadRow, ...]
    titles: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A row as it stands in a file."""

    what: What
    line: int
    given: Mapping[str, Any]


def written_json() -> str:
    """Every decision and promise, oldest first, put away or not."""
    content = {
        "format": FORMAT,
        "decisions": [row.model_dump(mode="json") for row in _decision_rows()],
        "actions": [row.model_dump(mode="json") for row in _action_rows()],
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def written_csv(what: What) -> str:
    """Every decision, or every promise, as a table."""
    out = io.StringIO(newline="")
    names = list(ROWS[what].model_fields)
    writer = csv.DictWriter(out, names, lineterminator="\r\n")
    writer.writeheader()
    rows: Iterable[BaseModel] = _decision_rows() if what == "decisions" else _action_rows()
    for row in rows:
        plain = row.model_dump(mode="json")
        writer.writerow({name: _cell(name, plain[name]) for name in names})
    return out.getvalue()


def read_file(file: Path, *, by: Person | None = None) -> Carried:
    """Take in what `written_json` or `written_csv` wrote, here or elsewhere.

    Rows that are here already are left as they are; bad ones are told with their line, the others come in.
    """
    return take_in(read_bytes(str(file), file.read_bytes()), by=by)


def read_bytes(name: str, content: bytes) -> list[Found]:
    """The rows of an export; its name says whether it is JSON or a table."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise QuarterdeckError(f"{name} is not UTF-8.", "Save it as UTF-8.") from error
    return read_rows(name, text)


def read_rows(name: str, text: str) -> list[Found]:
    """The same of a text; what is wrong with all of it is an error, with a row is told later."""
    if not name.lower().endswith((".json", ".csv")):
        raise QuarterdeckError(f"{name} is no export.", "Its name ends in .json or .csv.")
    return list(_in_json(name, text) if name.lower().endswith(".json") else _in_csv(name, text))


@transaction.atomic
def preview(found: list[Found]) -> Carried:
    """What taking the rows in would bring; nothing is kept."""
    carried = take_in(found, by=None)
    transaction.set_rollback(True)
    return carried


@transaction.atomic
def take_in(found: list[Found], *, by: Person | None) -> Carried:
    """Write the rows that can be used, decisions before the promises that follow from them."""
    added: list[str] = []
    there = 0
    bad: list[BadRow] = []
    for each in sorted(found, key=lambda row: row.what == "actions"):
        try:
            new = _take(each, by)
        except QuarterdeckError as error:
            bad.append(BadRow(line=each.line, trouble=f"{error.message} {error.hint}".strip()))
        else:
            there += new is None
            added += [str(new)] if new is not None else []
    troubles = tuple(sorted(bad, key=lambda row: row.line))
    return Carried(added=len(added), there=there, bad=troubles, titles=tuple(added))


def _take(found: Found, by: Person | None) -> Decision | Action | None:
    if found.what == "decisions":
        return _take_decision(_valid(DecisionRow, found.given), by)
    return _take_action(_valid(ActionRow, found.given), by)


def _take_decision(row: DecisionRow, by: Person | None) -> Decision | None:
    """The decision that a row became; None where it is here already."""
    wanted = cleaned(row.written)
    check_words(wanted, fewest_options=1)
    here = Decision.objects.filter(reference=row.reference).first()
    if here is not None:
        if decision_row(here) != row:
            raise QuarterdeckError(f"It differs from decision {here.pk}, which stays.", "Change it here.")
        return None
    made = Decision.objects.create(
        **row.model_dump(exclude={"options", "evidence", "prediction", "weeks", "graded", *MOST_CHARACTERS}),
        **{name: getattr(wanted, name) for name in MOST_CHARACTERS},
        options=OPTIONS.dump_python(wanted.options, mode="json"),
        evidence=EVIDENCE.dump_python(wanted.evidence, mode="json"),
        prediction=PREDICTION.dump_python(row.prediction, mode="json") if row.prediction else None,
        review_on=row.prediction.review_on if row.prediction else None,
        weeks=WEEKS.dump_python(row.weeks, mode="json"),
        graded=GRADED.dump_python(row.graded, mode="json") if row.graded else None,
        decider_person=person_called(wanted.decider),
    )
    log_change(by=by, verb="carried in", subject=decision_subject(made), after={"reference": row.reference})
    link_as_written(made, by=by)
    return made


def _take_action(row: ActionRow, by: Person | None) -> Action | None:
    decision = Decision.objects.filter(reference=row.decision).first() if row.decision else None
    if row.decision and decision is None:
        raise QuarterdeckError(
            f"It follows from decision {row.decision}, which is not here.", "Carry the decisions in first."
        )
    wanted = check_promise(
        Promise(text=row.text, owner=row.owner, due=row.due, expected_effect=row.expected_effect)
    )
    here = Action.objects.filter(reference=row.reference).first()
    if here is not None:
        if action_row(here) != row:
            raise QuarterdeckError(f"It differs from action {here.pk}, which stays.", "Change it here.")
        return None
    made = Action.objects.create(
        **row.model_dump(exclude={"decision", "text", "owner", "expected_effect"}),
        text=wanted.text,
        owner=wanted.owner,
        expected_effect=wanted.expected_effect,
        owner_person=person_called(wanted.owner),
        decision=decision,
    )
    log_change(by=by, verb="carried in", subject=action_subject(made), after={"reference": row.reference})
    if decision is not None:
        join(source=action_subject(made), verb=FOLLOWS_FROM, target=decision_subject(decision), by=by)
    return made


def _valid(shape: type[Row], given: Mapping[str, Any]) -> Row:
    written = json.dumps(given)
    if NUL.search(written):
        raise QuarterdeckError("It holds a NUL character, which no database keeps.", "Take it out.")
    try:
        return shape.model_validate_json(written)
    except (ValidationError, ValueError) as error:
        raise QuarterdeckError(_faults(error)) from error


def _faults(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    return "; ".join(
        f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}".removeprefix(": ")
        for fault in error.errors()
    )


def _in_json(file: str, text: str) -> Iterator[Found]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        raise QuarterdeckError(f"{file}:{line}: this is no JSON: {error}", "Export it again.") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise QuarterdeckError(
            f"{file}:1: this is no export of format {FORMAT}.", "Make one: quarterdeck decisions export FILE"
        )
    for what in ROWS:
        rows = content.get(what, [])
        if not isinstance(rows, list):
            raise QuarterdeckError(f"{file}:1: '{what}' is no list.", "Export it again.")
        lines = _lines(text, what)
        for number, row in enumerate(rows):
            given = row if isinstance(row, dict) else {"row": row}
            yield Found(what=what, line=lines[number] if number < len(lines) else 1, given=given)


def _lines(text: str, what: str) -> list[int]:
    """The line on which each element of a list begins."""
    begins = re.search(rf'(?<!\\)"{what}"\s*:\s*\[', text)
    lines: list[int] = []
    place = begins.end() if begins else len(text)
    decoder = json.JSONDecoder()
    while gap := re.compile(r"[\s,]*(?=[^\s,\]])").match(text, place):
        lines.append(text.count("\n", 0, gap.end()) + 1)
        _, place = decoder.raw_decode(text, gap.end())
    return lines


def _in_csv(file: str, text: str) -> Iterator[Found]:
    csv.field_size_limit(10_000_000)
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    names = list(reader.fieldnames or [])
    what: What = "actions" if "text" in names else "decisions"
    known = ROWS[what].model_fields
    strange = [name for name in names if name not in known]
    if strange or not names:
        hint = did_you_mean(strange[0], known) if strange else ""
        raise QuarterdeckError(
            f"{file}:1: no column of {what} is named '{strange[0] if strange else ''}'.",
            hint or f"Columns: {', '.join(known)}.",
        )
    line = 2
    try:
        for row in reader:
            yield Found(what=what, line=line, given=_uncelled(row))
            line = reader.line_num + 1
    except csv.Error as error:
        raise QuarterdeckError(f"{file}:{reader.line_num}: {error}.", "Export it again.") from error


def _uncelled(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """A table's row in the shape of JSON; what is not there takes its usual value."""
    given: dict[str, Any] = {}
    for name, cell in row.items():
        if name is None:
            given["more cells than columns"] = cell
        elif cell is None or (cell == "" and name in (*NESTED, *EMPTY_IS_NONE)):
            continue
        elif name in NESTED:
            try:
                given[name] = json.loads(cell)
            except ValueError:
                given[name] = cell
        else:
            given[name] = cell
    return given


def _cell(name: str, value: Any) -> str:
    if value is None:
        return ""
    return json.dumps(value, ensure_ascii=False) if name in NESTED else str(value)


def _decision_rows() -> Iterator[DecisionRow]:
    return (decision_row(decision) for decision in Decision.objects.order_by("asked_at", "pk"))


def _action_rows() -> Iterator[ActionRow]:
    everything = Action.objects.select_related("decision").order_by("promised_at", "pk")
    return (action_row(action) for action in everything)
