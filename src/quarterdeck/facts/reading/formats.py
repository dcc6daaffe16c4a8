"""Which reader takes a file?"""

from __future__ import annotations

import zipfile
from pathlib import Path

from quarterdeck.errors import FactError
from quarterdeck.facts.reading.block import Source
from quarterdeck.facts.reading.bytes_of import PlainBytes
from quarterdeck.facts.reading.csv_file import CsvFile
from quarterdeck.facts.reading.json_file import JsonFile
from quarterdeck.facts.reading.parquet_file import ParquetFile

_COMPRESSED = {".gz", ".zst", ".zstd", ".bz2"}
_JSON = {".json", ".jsonl", ".ndjson"}
# Of files that a folder may hold; compressed ones have one more ending.
ENDINGS = (".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".parquet")
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def is_data_file(path: Path) -> bool:
    """Does the name say that it can be imported?"""
    return _ending(path) in ENDINGS and not path.name.startswith(".")


def _ending(path: Path) -> str:
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() not in _COMPRESSED]
    return suffixes[-1] if suffixes else ""


def _refuse_office_files(path: Path) -> None:
    """Workbooks and archives look like damaged text to every reader."""
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith(_ZIP):
        workbook = False
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                workbook = any(name.startswith("xl/") for name in archive.namelist())
        if workbook or _ending(path).startswith(".xls"):
            raise FactError(f"{path} is an Excel workbook.", "Save it as CSV UTF-8 and import that.")
        raise FactError(f"{path} is a zip archive.", "Unpack it and import the files in it.")
    if start == _OLE:
        raise FactError(
            f"{path} is an Excel workbook of the old kind.", "Save it as CSV UTF-8 and import that."
        )


def open_source(path: Path, *, encoding: str | None = None, delimiter: str | None = None) -> Source:
    """Open a file by its name, or by its first bytes where the name does not tell."""
    _refuse_office_files(path)
    suffix = _ending(path)
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
