"""How is a DuckDB connection shut in, so that a query can read the pinned files and touch nothing else?"""

import os
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What one connection may use; DuckDB spills to a temporary folder beyond `memory_mb`."""

    memory_mb: int = 2048
    temp_mb: int = 8192
    threads: int = os.cpu_count() or 1
    seconds: float = 600.0
    temp: Path | None = None


def quoted(text: str) -> str:
    """A SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A quoted SQL name."""
    return '"' + name.replace('"', '""') + '"'


class Connection:
    """An in-memory DuckDB that sees `files` and nothing else once `lock` was called."""

    def __init__(self, files: Sequence[str], limits: Limits) -> None:
        self._seconds = limits.seconds
        self._own_temp = None if limits.temp else tempfile.TemporaryDirectory(prefix="quarterdeck-")
        temp_path = limits.temp or Path(self._own_temp.name)  # type: ignore[union-attr]
        self._duckdb = duckdb.connect(
            ":memory:",
            config={
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
                "python_enable_replacements": "false",
                "threads": str(limits.threads),
                "memory_limit": f"{limits.memory_mb}MB",
            },
        )
        allowed = ", ".join(quoted(file) for file in files)
        for setting in (
            "SET TimeZone = 'UTC'",
            f"SET allowed_paths = [{allowed}]",
            f"SET temp_directory = {quoted(str(temp_path))}",
            f"SET max_temp_directory_size = '{limits.temp_mb}MB'",
            "SET enable_external_access = false",
        ):
            self._duckdb.execute(setting)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Interrupt what runs on the connection when it takes longer than it may."""
        timer = threading.Timer(self._seconds, self._duckdb.interrupt)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def lock(self) -> None:
        """Nothing can be configured from here on."""
        self._duckdb.execute("SET lock_configuration = true")

    @property
    def duckdb(self) -> Any:
        """The DuckDB connection itself."""
        return self._duckdb

    def close(self) -> None:
        """Give memory and temporary files back."""
        self._duckdb.close()
        if self._own_temp is not None:
            self._own_temp.cleanup()
