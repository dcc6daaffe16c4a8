"""How does somebody's own SQL run so that it can read the facts, and do nothing else?

The query runs in a process of its own with an empty environment, limits on processor time, memory, file size
and open files, and a DuckDB that sees the pinned Parquet files only. It must be one SELECT. The parent reads
the rows from a pipe and kills the process when its time is up.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

import duckdb
import orjson
import pyarrow as pa

from quarterdeck.errors import FactError, QuarterdeckError
from quarterdeck.facts.connection import Limits
from quarterdeck.facts.snapshot import Snapshot
from quarterdeck.facts.statements import one_select
from quarterdeck.facts.store import FactStore

TROUBLE = 2
_HINT = '`quarterdeck sql "SHOW TABLES"` names the tables, `DESCRIBE events` their columns.'
_ROWS_AT_ONCE = 10_000
_MEGABYTE = 1024 * 1024
# The interpreter, the libraries and the stacks of threads take address space that no query asked for.
_ADDRESS_SPACE_MB = 6 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Allowance:
    """What one query may use."""

    seconds: float = 60
    memory_mb: int = 1024
    temp_mb: int = 2048
    threads: int = min(4, os.cpu_count() or 1)
    rows: int | None = None


class Query:
    """A running query: its schema, and its rows as they come."""

    def __init__(self, reader: pa.RecordBatchStreamReader, finish: Any) -> None:
        self.schema: pa.Schema = reader.schema
        self._reader = reader
        self._finish = finish

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The result, a batch at a time; FactError if it breaks off."""
        try:
            yield from self._reader
        except (pa.ArrowInvalid, OSError):
            self._finish()
            raise
        self._finish()

    def table(self) -> pa.Table:
        """The whole result."""
        return pa.Table.from_batches(list(self.batches()), schema=self.schema)


@contextmanager
def run_query(
    store: FactStore, sql: str, *, at: Mapping[str, int] | None = None, allowance: Allowance | None = None
) -> Iterator[Query]:
    """Run one SELECT in its own process."""
    allowance = allowance or Allowance()
    for table in at or {}:
        store.delta(table)
    with tempfile.TemporaryDirectory(prefix="quarterdeck-sql-") as temp:
        request = {
            "folder": str(store.path),
            "sql": sql,
            "at": dict(at or {}),
            "temp": temp,
            "allowance": asdict(allowance),
        }
        process = subprocess.Popen(
            [sys.executable, "-I", "-m", "quarterdeck.facts.sandbox"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=temp,
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", "HOME": temp},
            start_new_session=True,
        )
        watch = _Watch(process, allowance.seconds)
        try:
            yield watch.begin(orjson.dumps(request))
        finally:
            watch.end()


class _Watch:
    """Feeds the process, reads what it says, and kills it in time."""

    def __init__(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        self._process = process
        self._seconds = seconds
        self._late = False
        self._timer = threading.Timer(seconds, self._kill)
        self._complaint = b""
        self._listener = threading.Thread(target=self._listen, daemon=True)

    def begin(self, request: bytes) -> Query:
        """Hand the request over and wait for the first rows."""
        self._timer.start()
        self._listener.start()
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise AssertionError("the process was started with pipes")
        try:
            stdin.write(request)
            stdin.close()
        except BrokenPipeError:
            self.finish()
        try:
            reader = pa.ipc.open_stream(cast("Any", stdout))
        except (pa.ArrowInvalid, OSError) as error:
            self.finish()
            raise FactError("The query gave no answer.", "Try a smaller one.") from error
        return Query(reader, self.finish)

    def finish(self) -> None:
        """Wait for the end; raise what went wrong."""
        code = self._process.wait()
        self._listener.join(timeout=5)
        if self._late:
            raise FactError(
                f"The query was stopped after {self._seconds:g} seconds.",
                "Ask for less, or give it more time with --seconds.",
            )
        if code == TROUBLE and self._complaint.startswith(b"{"):
            said = orjson.loads(self._complaint)
            raise FactError(said["message"], said["hint"])
        if code != 0:
            raise FactError(
                "The query used more than it may: processor time, memory or temporary space.",
                "Ask for less at once: fewer columns, a shorter time, an aggregate instead of rows.",
            )

    def end(self) -> None:
        """Leave nothing running."""
        self._timer.cancel()
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._listener.join(timeout=5)
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()

    def _kill(self) -> None:
        self._late = True
        self._process.kill()

    def _listen(self) -> None:
        if self._process.stderr is not None:
            self._complaint = self._process.stderr.read(65_536)
            while self._process.stderr.read(65_536):
                pass


def _limit(allowance: Allowance) -> None:
    seconds = int(allowance.seconds * allowance.threads) + 1
    address_space = (allowance.memory_mb + _ADDRESS_SPACE_MB) * _MEGABYTE
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, allowance.temp_mb * _MEGABYTE),
        (resource.RLIMIT_AS, address_space),
    ):
        _, hard = resource.getrlimit(what)
        if hard != resource.RLIM_INFINITY:
            most = min(most, hard)
        try:
            resource.setrlimit(what, (most, most))
        except (ValueError, OSError):
            # macOS refuses some limits; the parent's clock and DuckDB's own limits still hold.
            continue


def _serve(request: Mapping[str, Any], out: BinaryIO) -> None:
    allowance = Allowance(**request["allowance"])
    _limit(allowance)
    limits = Limits(
        memory_mb=allowance.memory_mb,
        temp_mb=allowance.temp_mb,
        threads=allowance.threads,
        temp=Path(request["temp"]),
    )
    with FactStore(Path(request["folder"])).snapshot(at=request["at"], limits=limits) as snapshot:
        try:
            _send(select(snapshot, request["sql"]), out, allowance.rows)
        except duckdb.Error as error:
            raise snapshot.failure(error, _HINT) from error


def select(snapshot: Snapshot, sql: str) -> pa.RecordBatchReader:
    """Run one SELECT on a shut-in connection; its rows come as they are read."""
    statement = one_select(snapshot.connection, sql)
    try:
        reader: pa.RecordBatchReader = snapshot.connection.sql(statement).to_arrow_reader(_ROWS_AT_ONCE)
    except duckdb.Error as error:
        raise snapshot.failure(error, _HINT) from error
    return reader


def _send(reader: pa.RecordBatchReader, out: BinaryIO, most: int | None) -> None:
    left = sys.maxsize if most is None else most
    with pa.ipc.new_stream(cast("Any", out), reader.schema) as writer:
        for batch in reader:
            writer.write_batch(batch.slice(0, left))
            left -= batch.num_rows
            if left <= 0:
                return


def main() -> None:
    """The child: a request on standard input, Arrow on standard output."""
    try:
        _serve(orjson.loads(sys.stdin.buffer.read()), sys.stdout.buffer)
    except QuarterdeckError as error:
        sys.stderr.write(orjson.dumps({"message": error.message, "hint": error.hint}).decode())
        sys.exit(TROUBLE)
    except BrokenPipeError:
        # The parent has read enough.
        os._exit(0)


if __name__ == "__main__":
    main()
