"""Which reader takes a file?"""

from __future__ import annotations

from pathlib import Path

from quarterdeck.facts.reading.block import Source
from quarterdeck.facts.reading.bytes_of import PlainBytes
from quarterdeck.facts.reading.csv_file import CsvFile
from quarterdeck.facts.reading.json_file import JsonFile
from quarterdeck.facts.reading.parquet_file import ParquetFile

_COMPRESSED = {".gz", ".zst", ".zstd", ".bz2"}
_JSON = {".json", ".jsonl", ".ndjson"}


def open_source(path: Path, *, encoding: str | None = None, delimiter: str | None = None) -> Source:
    """Open a file by its name, or by its first bytes where the name does not tell."""
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() not in _COMPRESSED]
    suffix = suffixes[-1] if suffixes else ""
    if suffix == ".csv":
        return CsvFile(path, encoding=encoding, delimiter=delimiter)
    if suffix in _JSON:
        return JsonFile(path, encoding=encoding)
    stream = PlainBytes(path, encoding)
    start = stream.read(64)
    stream.close()
    if start.startswith(b"PAR1"):
        return ParquetFile(path)
    if start.lstrip().startswith(b"{"):
        return JsonFile(path, encoding=encoding)
    return CsvFile(path, encoding=encoding, delimiter=delimiter)
