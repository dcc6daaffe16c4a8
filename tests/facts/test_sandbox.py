"""Every way out of the SQL sandbox that we could think of, tried for real."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from quarterdeck.errors import FactError
from quarterdeck.facts.sandbox import Allowance, run_query, select
from quarterdeck.facts.snapshot import Snapshot
from quarterdeck.facts.store import FactStore

SMALL = Allowance(seconds=20, memory_mb=256, temp_mb=64, threads=2)


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> FactStore:
    folder = tmp_path_factory.mktemp("sandbox")
    (folder / "secret.csv").write_text("word\nrosebud\n")
    store = FactStore(folder / "facts")
    count = 20_000
    rows = pa.table(
        {
            "event_id": [str(i) for i in range(count)],
            "person": [f"p{i % 50}" for i in range(count)],
            "event": ["view"] * count,
            "time": pa.array([dt.datetime(2024, 5, 1, tzinfo=dt.UTC)] * count, pa.timestamp("us", "UTC")),
        }
    )
    store.append("events", [rows.slice(0, 10), rows], transaction="t")
    return store


def answer(store: FactStore, sql: str, allowance: Allowance = SMALL, **at: int) -> list[dict[str, object]]:
    with run_query(store, sql, at=at, allowance=allowance) as query:
        return query.table().to_pylist()


def state(store: FactStore) -> dict[str, tuple[int, int]]:
    files = (file for file in store.path.parent.rglob("*") if file.is_file())
    return {str(file): (file.stat().st_size, file.stat().st_mtime_ns) for file in files}


READING = [
    "SELECT * FROM read_text('{folder}/secret.csv')",
    "SELECT * FROM read_blob('{folder}/secret.csv')",
    "SELECT * FROM read_csv('{folder}/secret.csv')",
    "SELECT * FROM read_csv_auto('{folder}/secret.csv')",
    "SELECT * FROM read_json('{folder}/secret.csv')",
    "SELECT * FROM '{folder}/secret.csv'",
    'FROM "{folder}/secret.csv"',
    "SELECT * FROM sniff_csv('{folder}/secret.csv')",
    "SELECT * FROM parquet_metadata('{folder}/secret.csv')",
    "SELECT * FROM parquet_file_metadata('{folder}/secret.csv')",
    "SELECT * FROM parquet_kv_metadata('{folder}/secret.csv')",
    "SELECT * FROM parquet_schema('{folder}/secret.csv')",
    "SELECT * FROM read_parquet('{folder}/facts/*/*.parquet')",
    "SELECT * FROM read_parquet('{folder}/facts/events/_delta_log/00000000000000000000.json')",
    "SELECT * FROM read_duckdb('{folder}/other.duckdb')",
    "SELECT * FROM glob('{folder}/*')",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM read_text('/proc/self/environ')",
    "SELECT * FROM read_blob('/dev/stdin')",
    "SELECT * FROM read_csv('/dev/fd/0')",
    "SELECT * FROM read_text('file:///etc/passwd')",
    "SELECT * FROM read_csv('http://127.0.0.1:9/x.csv')",
    "SELECT * FROM read_parquet('s3://bucket/x.parquet')",
    "SELECT * FROM query('SELECT * FROM read_text(''{folder}/secret.csv'')')",
    "SELECT * FROM query_table('{folder}/secret.csv')",
    "FROM json_execute_serialized_sql(json_serialize_sql('FROM read_text(''{folder}/secret.csv'')'))",
    "WITH x AS (SELECT * FROM read_text('{folder}/secret.csv')) SELECT * FROM x",
    "SELECT (SELECT content FROM read_text('{folder}/secret.csv'))",
    "SELECT getenv('PATH')",
    "SELECT * FROM store",
    "SELECT * FROM request",
]
WRITING = [
    "COPY (SELECT 1) TO '{folder}/out.csv'",
    "COPY events TO '{folder}/out.parquet'",
    "COPY (SELECT 1) TO '{file}' (FORMAT parquet)",
    "COPY events FROM '{folder}/secret.csv'",
    "EXPORT DATABASE '{folder}/out'",
    "IMPORT DATABASE '{folder}/out'",
    "ATTACH '{folder}/out.duckdb' AS out",
    "ATTACH ':memory:' AS out",
    "DETACH memory",
    "USE memory",
    "INSERT INTO events SELECT * FROM events",
    "UPDATE events SET person = 'x'",
    "DELETE FROM events",
    "WITH gone AS (DELETE FROM events RETURNING *) SELECT * FROM gone",
    "TRUNCATE events",
    "DROP VIEW events",
    "ALTER VIEW events RENAME TO x",
    "CREATE TABLE x AS SELECT 1",
    "CREATE TEMP TABLE x AS SELECT 1",
    "CREATE OR REPLACE VIEW events AS SELECT 1",
    "CREATE MACRO f() AS 1",
    "CREATE SECRET s (TYPE s3)",
    "INSTALL httpfs",
    "LOAD httpfs",
    "LOAD '{folder}/x.duckdb_extension'",
    "UPDATE EXTENSIONS",
    "SET threads = 64",
    "SET VARIABLE x = 1",
    "SET allowed_paths = ['/']",
    "SET GLOBAL memory_limit = '64GB'",
    "RESET memory_limit",
    "PRAGMA database_list",
    "PRAGMA memory_limit='64GB'",
    "CALL pragma_version()",
    "CHECKPOINT",
    "FORCE CHECKPOINT",
    "VACUUM",
    "ANALYZE",
    "BEGIN",
    "COMMIT",
    "PREPARE p AS SELECT 1",
    "EXECUTE p",
    "EXPLAIN ANALYZE SELECT 1",
    "SELECT * FROM query('COPY (SELECT 1) TO ''{folder}/out.csv''')",
    "SELECT * FROM enable_logging()",
    "SELECT * FROM enable_profiling()",
    "SELECT nextval('s')",
]
DISGUISED = [
    "SELECT 1; COPY (SELECT 1) TO '{folder}/out.csv'",
    "SELECT 1;;DROP VIEW events",
    "/* SELECT */ COPY (SELECT 1) TO '{folder}/out.csv'",
    "-- SELECT 1\nCOPY (SELECT 1) TO '{folder}/out.csv'",
    "SELECT 1 --\n; SET threads = 64",
    "SELECT 1 /* ; */ ; SELECT 2",
    "SELECT 'a;b'; SELECT $$;$$",
    "\ufeffSELECT 1; SELECT 2",
    "",
    ";",
    "-- nothing",
    "SELEKT 1",
    "SELECT 1\0; DROP VIEW events",
]
ENDLESS = [
    "SELECT count(*) FROM range(10000000000) a, range(10000000000) b",
    "WITH RECURSIVE r AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM r) SELECT count(*) FROM r",
    "SELECT sleep_ms(600000)",
    "SELECT sum(sqrt(a.range * b.range)) FROM range(100000000) a, range(100000) b",
]
GREEDY = [
    "SELECT repeat('x', 10000000000)",
    "SELECT string_agg(repeat('x', 1000000), '') FROM range(100000)",
    "SELECT list(event_id || i) FROM events, range(100000) t(i)",
    "SELECT a.event_id, b.event_id FROM events a, events b ORDER BY a.event_id || b.event_id OFFSET 3e8",
    "SELECT random() AS r FROM range(1000000000) ORDER BY r",
    "SELECT range(10000000000)",
]


@pytest.fixture(scope="module")
def shut_in(full: FactStore) -> Iterator[Snapshot]:
    """The connection that the child process makes, without the process: an attempt takes milliseconds."""
    with full.snapshot() as snapshot:
        yield snapshot


def spelled(attempt: str, store: FactStore) -> str:
    file = sorted(store.path.glob("events/*.parquet"))[0]
    return attempt.replace("{folder}", str(store.path.parent)).replace("{file}", str(file))


@pytest.mark.parametrize("attempt", [*READING, *WRITING, *DISGUISED])
def test_no_file_is_read_or_written_and_nothing_is_set(
    full: FactStore, shut_in: Snapshot, attempt: str
) -> None:
    before = state(full)
    with pytest.raises((FactError, duckdb.Error)) as caught:
        select(shut_in, spelled(attempt, full)).read_all()
    assert "rosebud" not in str(caught.value)
    assert state(full) == before
    assert select(shut_in, "SELECT count(*) AS n FROM events").read_all().to_pylist() == [{"n": 20_010}]


@pytest.mark.parametrize("attempt", [READING[0], READING[5], WRITING[2], WRITING[27], DISGUISED[0]])
def test_the_child_process_withstands_as_well(full: FactStore, attempt: str) -> None:
    before = state(full)
    with pytest.raises(FactError) as caught:
        answer(full, spelled(attempt, full))
    assert "rosebud" not in caught.value.message
    assert state(full) == before


@pytest.mark.parametrize("attempt", ENDLESS)
def test_no_query_outlives_its_time(full: FactStore, attempt: str) -> None:
    began = dt.datetime.now(dt.UTC)
    with pytest.raises(FactError):
        answer(full, attempt, Allowance(seconds=1.5, memory_mb=256, temp_mb=64, threads=2))
    assert dt.datetime.now(dt.UTC) - began < dt.timedelta(seconds=15)


@pytest.mark.parametrize("attempt", GREEDY)
def test_no_query_takes_more_than_its_memory_and_temporary_space(full: FactStore, attempt: str) -> None:
    with pytest.raises(FactError):
        answer(full, attempt)


def test_temporary_files_are_gone_afterwards(
    full: FactStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    spilling = "SELECT count(*) FROM (SELECT a.range AS x, random() AS r FROM range(2000000) a ORDER BY r)"
    roomy = Allowance(seconds=30, memory_mb=64, temp_mb=512, threads=2)
    assert answer(full, spilling, roomy) == [{"count_star()": 2_000_000}]
    for greedy in (GREEDY[4], ENDLESS[1]):
        with pytest.raises(FactError):
            answer(full, greedy, Allowance(seconds=1.5, memory_mb=64, temp_mb=32, threads=2))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT count(*) AS n FROM events", [{"n": 20_010}]),
        ("FROM events SELECT count(*) AS n;", [{"n": 20_010}]),
        ("-- a comment; with a semicolon\nSELECT 1 AS n /* ; */", [{"n": 1}]),
        ("WITH x AS (SELECT 2 AS n) SELECT * FROM x", [{"n": 2}]),
        ("VALUES (3)", [{"col0": 3}]),
        ("TABLE events LIMIT 0", []),
        (
            "SELECT * FROM (DESCRIBE events) WHERE column_name = 'event'",
            [
                {
                    "column_name": "event",
                    "column_type": "VARCHAR",
                    "null": "YES",
                    "key": None,
                    "default": None,
                    "extra": None,
                }
            ],
        ),
        ("SELECT column_name, count FROM (SUMMARIZE SELECT 1 AS n)", [{"column_name": "n", "count": 1}]),
        (
            "PIVOT events ON event IN ('view', 'buy') USING count(*) GROUP BY time",
            [{"time": dt.datetime(2024, 5, 1, tzinfo=dt.UTC), "view": 20_010, "buy": 0}],
        ),
        (
            "UNPIVOT (SELECT 1 AS a, 2 AS b) ON a, b INTO NAME n VALUE v",
            [{"n": "a", "v": 1}, {"n": "b", "v": 2}],
        ),
        ("SELECT count(DISTINCT person) AS n FROM identified_events", [{"n": 50}]),
    ],
)
def test_honest_questions_are_answered(full: FactStore, sql: str, expected: list[dict[str, object]]) -> None:
    assert answer(full, sql) == expected


def test_a_table_can_be_read_at_a_version(full: FactStore) -> None:
    assert answer(full, "SELECT count(*) AS n FROM events", events=1) == [{"n": 10}]
    with pytest.raises(FactError, match="no version 77"):
        answer(full, "SELECT 1", events=77)
    with pytest.raises(FactError, match="no fact table named 'event'"):
        answer(full, "SELECT 1", event=1)


def test_rows_can_be_capped_and_reading_may_stop_early(full: FactStore) -> None:
    assert len(answer(full, "FROM events", Allowance(rows=7))) == 7
    with run_query(full, "FROM range(100000000)", allowance=SMALL) as query:
        assert next(query.batches()).num_rows


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM sqlite_scan('a', 'b')",
        "SELECT ST_Point(1, 2)",
        "SELECT string_agg(x::VARCHAR, ',') FROM range(200000000) t(x)",
    ],
)
def test_no_advice_is_passed_on_that_cannot_be_followed_here(store: FactStore, sql: str) -> None:
    with pytest.raises(FactError) as caught, run_query(store, sql) as query:
        query.table()
    said = caught.value.message + caught.value.hint
    assert not any(word in said for word in ("INSTALL", "LOAD", "SET ", "duckdb.org"))
    assert caught.value.hint


@pytest.mark.parametrize("sql", ["DESCRIBE events", "SUMMARIZE events", "SHOW TABLES", "SHOW ALL TABLES"])
def test_what_tells_of_tables_is_answered(full: FactStore, sql: str) -> None:
    assert answer(full, sql)


@pytest.mark.parametrize(
    "sql", ["PIVOT events ON event USING count(*)", "FROM (PIVOT events ON person USING count(*))"]
)
def test_a_pivot_that_would_make_a_type_says_what_to_write(full: FactStore, sql: str) -> None:
    with pytest.raises(FactError, match="must name the values") as caught:
        answer(full, sql)
    assert "IN (" in caught.value.hint


@pytest.mark.parametrize("verb", ["DESCRIBE", "SUMMARIZE", "UNPIVOT", "PIVOT", "FROM"])
def test_no_other_verb_reads_a_file(full: FactStore, shut_in: Snapshot, verb: str) -> None:
    more = {"UNPIVOT": " ON word", "PIVOT": " ON word IN ('rosebud') USING count(*)"}.get(verb, "")
    for source in ("'{folder}/secret.csv'", "(SELECT * FROM read_csv('{folder}/secret.csv'))"):
        with pytest.raises((FactError, duckdb.Error)) as caught:
            select(shut_in, spelled(f"{verb} {source}{more}", full)).read_all()
        assert "rosebud" not in str(caught.value)
