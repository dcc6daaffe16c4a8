"""Which events follow on each other from every start of a funnel? One table of chains for each order.

A chain has `place_0`, `at_0` of its start, `place_1`, `at_1` of what follows, and NULL beyond its end; and
for each exclusion `y0` ..., when it comes first after its earlier step. Windows are judged afterwards.
"""

from __future__ import annotations

from quarterdeck.insights.journeys.calc.picks import equal_steps
from quarterdeck.insights.journeys.facts.hits import LATER, ONWARD, FunnelRows, may_overlap
from quarterdeck.insights.journeys.facts.statement import Statement, either, listed

NO_NUMBER = "CAST(NULL AS BIGINT)"


def add_chains(statement: Statement, rows: FunnelRows, start_step: int = -1) -> str:
    """Add the table of chains; its name."""
    journey = rows.question.journey
    if journey.order == "strict":
        return _strict(statement, rows)
    if journey.order == "unordered":
        return _unordered(statement, rows, start_step)
    if may_overlap(journey.steps):
        return _overlapping(statement, rows)
    return _ordered(statement, rows)


def _spoilers(rows: FunnelRows, order: str) -> list[str]:
    """When each exclusion comes first after a row."""
    return [
        f"MIN(CASE WHEN x{number} THEN at END) OVER ({rows.by_walker} ORDER BY {order} {LATER}) AS y{number}"
        for number in range(len(rows.exclusions))
    ]


def _ordered(statement: Statement, rows: FunnelRows) -> str:
    """The nearest event of the next step from each event on: of its own instant, or later."""
    nearest = [
        f"WHEN s{step - 1} THEN MIN(CASE WHEN s{step} THEN place END) "
        f"OVER ({rows.by_walker} ORDER BY instant {ONWARD})"
        for step in range(1, rows.steps)
    ]
    onward = f"CASE {' '.join(nearest)} END" if nearest else "CAST(NULL AS BIGINT)"
    statement.add(
        "linked", f"SELECT {listed(['*', f'{onward} AS onward', *_spoilers(rows, 'instant')])} FROM hits"
    )
    joins = [
        f"LEFT JOIN linked AS h{step} ON {rows.same_walker(f'h{step}', 'h0')} "
        f"AND h{step}.place = h{step - 1}.onward"
        for step in range(1, rows.steps)
    ]
    return statement.add(
        "chains",
        f"SELECT {_columns_of(rows)} FROM linked AS h0 {' '.join(joins)} "
        f"WHERE h0.s0 AND h0.at <= {rows.question.period.until}",
    )


def _columns_of(rows: FunnelRows) -> str:
    """The columns of a chain whose events are h0, h1 ..."""
    found = [f"h0.{key}" for key in rows.keys]
    for step in range(rows.steps):
        found += [f"h{step}.place AS place_{step}", f"h{step}.at AS at_{step}"]
    found += [
        f"h{begin}.y{number}" for number, (begin, _) in enumerate(rows.exclusions) if begin < rows.steps
    ]
    return listed(found)


def _strict(statement: Statement, rows: FunnelRows) -> str:
    """The rows right behind each start, as far as each counts for its step."""
    window = f"OVER ({rows.by_walker} ORDER BY place)"
    ahead = ["*", *_spoilers(rows, "at")]
    statement.add("ahead", f"SELECT {listed(ahead)} FROM hits")
    columns = [*rows.keys, "s0", "place AS place_0", "at AS raw_0"]
    for step in range(1, rows.steps):
        columns += [
            f"LEAD(place, {step}) {window} AS raw_place_{step}",
            f"LEAD(at, {step}) {window} AS raw_{step}",
        ]
        columns.append(f"LEAD(s{step}, {step}) {window} AS counts_{step}")
    columns += [
        f"LEAD(y{number}, {begin}) {window} AS y{number}" if begin else f"y{number}"
        for number, (begin, _) in enumerate(rows.exclusions)
    ]
    columns += _values_ahead(rows, window)
    statement.add("following", f"SELECT {listed(columns)} FROM ahead")
    good = ["CASE WHEN s0 THEN 1 ELSE 0 END"]
    for step in range(1, rows.steps):
        good.append(f"COALESCE(counts_{step}{_later(rows, step)}, FALSE)")
    lengths = [f"WHEN NOT {good[step]} THEN {step}" for step in range(1, rows.steps)]
    length = either(lengths, str(rows.steps))
    begun = "".join(f" AND {column} IS NOT NULL" for column in rows.held)
    statement.add(
        "measured",
        f"SELECT *, {length} AS length FROM following "
        f"WHERE s0 AND raw_0 <= {rows.question.period.until}{begun}",
    )
    found = [*rows.keys, "place_0", "raw_0 AS at_0"]
    for step in range(1, rows.steps):
        found.append(f"CASE WHEN length > {step} THEN raw_place_{step} END AS place_{step}")
        found.append(f"CASE WHEN length > {step} THEN raw_{step} END AS at_{step}")
    found += [f"y{number}" for number in range(len(rows.exclusions))]
    broken = [f"WHEN length = {step} THEN raw_{step}" for step in range(1, rows.steps)]
    found.append(f"{either(broken, NO_NUMBER)} AS next_at")
    found += ["kept"] * rows.cuts_values
    return statement.add("chains", f"SELECT {listed(found)} FROM measured")


def _values_ahead(rows: FunnelRows, window: str) -> list[str]:
    """The values held by a row, and over how many rows from there on they are the same."""
    if not rows.cuts_values:
        return []
    changes = []
    for step in range(1, rows.steps):
        same = " AND ".join(f"LEAD({column}, {step}) {window} = {column}" for column in rows.held)
        changes.append(f"WHEN NOT COALESCE({same}, FALSE) THEN {step}")
    return [*rows.held, f"{either(changes, str(rows.steps))} AS kept"]


def _later(rows: FunnelRows, step: int) -> str:
    """Equal steps need different moments, where that is the rule."""
    if not rows.question.dialect.equal_steps_later:
        return ""
    equal = equal_steps(rows.question.journey.steps)
    return "".join(f" AND raw_{other} <> raw_{step}" for other in range(step) if equal[other, step])


def _overlapping(statement: Statement, rows: FunnelRows) -> str:
    """Every step has an event of its own, as early as can be, where one may count for several.

    Rows that count for the same steps at one instant are alike, so the first unused of them is tried; of all
    that can be tried the chains stay whose instants are the earliest.
    """
    alike = listed([*rows.keys, "instant", *(f"s{step}" for step in range(rows.steps))])
    kind = " + ".join(f"CASE WHEN s{step} THEN {1 << step} ELSE 0 END" for step in range(rows.steps))
    later = [
        f"MIN(CASE WHEN s{step} THEN instant END) "
        f"OVER ({rows.by_walker} ORDER BY instant {LATER}) AS later_{step}"
        for step in range(1, rows.steps)
    ]
    nth = f"ROW_NUMBER() OVER (PARTITION BY {alike} ORDER BY place) AS nth"
    statement.add(
        "linked",
        f"SELECT {listed(['*', f'{kind} AS kind', nth, *later, *_spoilers(rows, 'instant')])} FROM hits",
    )
    first = [
        *rows.keys,
        "place AS place_0",
        "at AS at_0",
        "instant AS instant_0",
        "kind AS kind_0",
        "nth AS nth_0",
    ]
    first += [f"later_{step}" for step in range(1, rows.steps)]
    first += [f"y{number}" for number, (begin, _) in enumerate(rows.exclusions) if begin == 0]
    name = statement.add(
        "tried_0", f"SELECT {listed(first)} FROM linked WHERE s0 AND at <= {rows.question.period.until}"
    )
    for step in range(1, rows.steps):
        name = _try_step(statement, rows, step, name)
    order = listed(f"place_{step}" for step in range(rows.steps))
    one = f"ROW_NUMBER() OVER ({rows.by_walker}, place_0 ORDER BY {order}) AS turn"
    statement.add("turns", f"SELECT *, {one} FROM {name}")
    found = [*rows.keys]
    for step in range(rows.steps):
        found += [f"place_{step}", f"at_{step}"]
    found += [f"y{number}" for number, (begin, _) in enumerate(rows.exclusions) if begin < rows.steps]
    return statement.add("chains", f"SELECT {listed(found)} FROM turns WHERE turn = 1")


def _try_step(statement: Statement, rows: FunnelRows, step: int, before: str) -> str:
    """Chains with one more event: an unused one of the same instant, or else of the next that has one."""
    used = [f"c.place <> b.place_{other}" for other in range(step)]
    fewer = " + ".join(
        f"CASE WHEN b.instant_{other} = c.instant AND b.kind_{other} = c.kind AND b.nth_{other} < c.nth "
        "THEN 1 ELSE 0 END"
        for other in range(step)
    )
    if rows.question.dialect.equal_steps_later:
        equal = equal_steps(rows.question.journey.steps)
        used += [f"b.instant_{other} <> c.instant" for other in range(step) if equal[other, step]]
    joins = (
        f"LEFT JOIN linked AS c ON {rows.same_walker('c', 'b')} AND c.instant = b.instant_{step - 1} "
        f"AND c.s{step} AND {' AND '.join(used)} AND c.nth = 1 + {fewer} "
        f"LEFT JOIN linked AS d ON c.place IS NULL AND {rows.same_walker('d', 'b')} "
        f"AND d.instant = b.later_{step} AND d.s{step} AND d.nth = 1"
    )
    kept = [f"b.{key}" for key in rows.keys]
    for other in range(step):
        kept += [f"b.{part}_{other}" for part in ("place", "at", "instant", "kind", "nth")]
    kept += [
        f"COALESCE(c.{part}, d.{part}) AS {part}_{step}" for part in ("place", "at", "instant", "kind", "nth")
    ]
    kept += [
        f"CASE WHEN c.place IS NULL THEN d.later_{other} ELSE c.later_{other} END AS later_{other}"
        for other in range(step + 1, rows.steps)
    ]
    for number, (begin, _) in enumerate(rows.exclusions):
        if begin < step:
            kept.append(f"b.y{number}")
        elif begin == step:
            kept.append(f"CASE WHEN c.place IS NULL THEN d.y{number} ELSE c.y{number} END AS y{number}")
    statement.add(f"tries_{step}", f"SELECT {listed(kept)} FROM {before} AS b {joins}")
    rank = f"RANK() OVER ({rows.by_walker}, place_0 ORDER BY instant_{step} NULLS LAST) AS earliest"
    return statement.add(
        f"tried_{step}", f"SELECT * FROM (SELECT *, {rank} FROM tries_{step}) AS ranked WHERE earliest = 1"
    )


def _unordered(statement: Statement, rows: FunnelRows, start_step: int) -> str:
    """From each start on the nearest events that the other steps can share out among them.

    `mask` has the steps that have an event already, in every way in which they can have it.
    """
    turn = "" if start_step < 0 else f"_{start_step}"
    steps = range(rows.steps)
    kind = " + ".join(f"CASE WHEN s{step} THEN {1 << step} ELSE 0 END" for step in steps)
    after = "ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING"
    nearest = [
        f"MIN(CASE WHEN s{step} THEN place END) "
        f"OVER ({rows.by_walker} ORDER BY instant {ONWARD}) AS here_{step}"
        for step in steps
    ]
    nearest += [
        f"MIN(CASE WHEN s{step} THEN place END) "
        f"OVER ({rows.by_walker} ORDER BY place {after}) AS after_{step}"
        for step in steps
    ]
    if start_step <= 0:
        columns = ["*", f"{kind} AS kind", *nearest, *_spoilers(rows, "at")]
        statement.add("linked", f"SELECT {listed(columns)} FROM hits")
        bits = " UNION ALL ".join(f"SELECT {step} AS step, {1 << step} AS bit" for step in steps)
        statement.add("bits", bits)
    allowed = "" if start_step < 0 else f" AND step = {start_step}"
    keys = listed(f"h.{key}" for key in rows.keys)
    name = statement.add(
        f"shared{turn}_0",
        f"SELECT {keys}, h.place AS place_0, bit AS mask, h.place AS last FROM linked AS h CROSS JOIN bits "
        f"WHERE h.at <= {rows.question.period.until} AND (h.kind & bit) <> 0{allowed}",
    )
    for step in range(1, rows.steps):
        name = _share_step(statement, rows, step, name, turn)
    places = listed(f"place_{step}" for step in steps)
    starts = statement.add(f"starts{turn}", f"SELECT DISTINCT {listed(rows.keys)}, {places} FROM {name}")
    joins = [
        f"{'LEFT ' if step else ''}JOIN linked AS h{step} ON {rows.same_walker(f'h{step}', 'b')} "
        f"AND h{step}.place = b.place_{step}"
        for step in steps
    ]
    tables = f"{starts} AS b {' '.join(joins)}"
    return statement.add(f"chains{turn}", f"SELECT {_columns_of(rows)} FROM {tables}")


def _share_step(statement: Statement, rows: FunnelRows, step: int, before: str, turn: str) -> str:
    """The next event that one more step can have, in every way to share them out; NULL where none can."""
    # What is nearest to the start may be of its own instant, and before it; the start itself is taken.
    column = "here" if step == 1 else "after"
    cases = " ".join(
        f"WHEN {other} THEN CASE WHEN p.{column}_{other} = b.place_0 THEN h.after_{other} "
        f"ELSE p.{column}_{other} END"
        for other in range(rows.steps)
    )
    keys = listed(f"b.{key}" for key in rows.keys)
    asked = statement.add(
        f"asked{turn}_{step}",
        f"SELECT b.*, bit, MIN(CASE step {cases} END) OVER (PARTITION BY {keys}, b.place_0) AS place_{step} "
        f"FROM {before} AS b LEFT JOIN linked AS p ON {rows.same_walker('p', 'b')} AND p.place = b.last "
        f"JOIN linked AS h ON {rows.same_walker('h', 'b')} AND h.place = b.place_0 "
        "CROSS JOIN bits WHERE (b.mask & bit) = 0",
    )
    places = listed(f"b.place_{other}" for other in range(step + 1))
    return statement.add(
        f"shared{turn}_{step}",
        f"SELECT DISTINCT {keys}, {places}, b.mask + bit AS mask, b.place_{step} AS last FROM {asked} AS b "
        f"LEFT JOIN linked AS h ON {rows.same_walker('h', 'b')} AND h.place = b.place_{step} "
        f"WHERE b.place_{step} IS NULL OR (h.kind & bit) <> 0",
    )
