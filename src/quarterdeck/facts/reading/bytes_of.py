"""How do the bytes of a file come out plain, whatever compression or character encoding it has?"""

from __future__ import annotations

import bz2
import codecs
import gzip
import hashlib
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol, cast

import zstandard

from quarterdeck.errors import FactError

_UTF8 = {"utf8", "utf8sig", "ascii", "usascii"}
_CHUNK = 1024 * 1024


def refuse_nul(path: Path, start: bytes) -> None:
    """Refuse a file whose first bytes are no text; in UTF-16 every other byte of a Latin text is zero."""
    if b"\0" not in start:
        return
    if max(start[place::2].count(0) for place in (0, 1)) * 4 > len(start):
        raise FactError(
            f"{path} has NUL bytes; it looks like UTF-16.", "Add the line `encoding: utf-16` to the map."
        )
    raise FactError(
        f"{path} has NUL bytes in its beginning, which no text has.",
        "CSV, JSON lines and Parquet are read, also as .gz, .zst or .bz2. Is it whole, and not encrypted?",
    )


class Readable(Protocol):
    """Anything that gives bytes."""

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes; none at the end."""


class PlainBytes:
    """The decompressed bytes of a file, in UTF-8, without byte order mark."""

    def __init__(self, path: Path, encoding: str | None = None) -> None:
        self.path = path
        try:
            self._file = path.open("rb")
        except OSError as error:
            raise FactError(f"{path} cannot be read: {error.strerror}.", "Check the name.") from error
        self._waiting = b""
        try:
            self._stream: Readable = decompressed(self._file)
            self._begin(encoding)
        except BaseException:
            self._file.close()
            raise

    def _begin(self, encoding: str | None) -> None:
        """Take the byte order mark off."""
        start = self.read(4)
        if encoding is not None and normal(encoding) not in _UTF8:
            self._stream = Transcoded(_Joined(start, self._stream), encoding, self.path)
        elif start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            raise FactError(
                f"{self.path} is encoded in UTF-16.", "Add the line `encoding: utf-16` to the map."
            )
        else:
            self._waiting = start.removeprefix(codecs.BOM_UTF8) + self._waiting

    def read(self, size: int) -> bytes:
        """Exactly `size` bytes, fewer only at the end of the file: blocks must not depend on the disk."""
        try:
            return self._fill(size)
        except (EOFError, OSError, zlib.error, zstandard.ZstdError) as error:
            raise FactError(
                f"{self.path} is damaged: {error}.", "Fetch the file again; nothing more was read."
            ) from error

    def _fill(self, size: int) -> bytes:
        parts = [self._waiting[:size]]
        missing = size - len(parts[0])
        self._waiting = self._waiting[size:]
        while missing > 0:
            part = self._stream.read(missing)
            if not part:
                break
            if len(part) > missing:
                self._waiting = part[missing:]
                part = part[:missing]
            parts.append(part)
            missing -= len(part)
        filled = [part for part in parts if part]
        return filled[0] if len(filled) == 1 else b"".join(filled)

    def position(self) -> int:
        """Bytes of the file itself read so far."""
        return self._file.tell()

    def close(self) -> None:
        """Close the file."""
        if isinstance(self._stream, gzip.GzipFile | bz2.BZ2File):
            self._stream.close()
        self._file.close()


class _Joined:
    """Bytes already read, then the stream they came from."""

    def __init__(self, start: bytes, stream: Readable) -> None:
        self._start = start
        self._stream = stream

    def read(self, size: int, /) -> bytes:
        start, self._start = self._start, b""
        return start or self._stream.read(size)


def _as_it_stands(error: UnicodeError) -> tuple[str | bytes, int]:
    """Bytes without a meaning as what no text holds: there as lone surrogates, here as no valid UTF-8."""
    if isinstance(error, UnicodeDecodeError):
        faulty = error.object[error.start : error.end]
        return "".join(chr(_NO_TEXT + byte) for byte in faulty), error.end
    if isinstance(error, UnicodeEncodeError):
        codes = [ord(character) for character in error.object[error.start : error.end]]
        # Half of a two-byte character may be a letter or a line end by itself, and must not become one.
        return b"".join(
            bytes([code - _NO_TEXT]) if code >= _NO_TEXT + 128 else chr(code).encode("utf-8", "surrogatepass")
            for code in codes
        ), error.end
    raise error


_NO_TEXT = 0xDC00
_AS_IT_STANDS = "quarterdeck.as_it_stands"
codecs.register_error(_AS_IT_STANDS, _as_it_stands)


class Transcoded:
    """A stream turned into UTF-8; bytes that have no meaning in the encoding stay as they are."""

    def __init__(self, stream: Readable, encoding: str, path: Path) -> None:
        try:
            self._decoder = codecs.getincrementaldecoder(encoding)(errors=_AS_IT_STANDS)
        except LookupError as error:
            raise FactError(
                f"There is no encoding named {encoding!r}.",
                "Common ones: utf-8, utf-16, latin-1, windows-1252, shift_jis.",
            ) from error
        self._stream = stream
        self._path = path

    def read(self, size: int, /) -> bytes:
        while True:
            part = self._stream.read(max(size, _CHUNK))
            try:
                text = self._decoder.decode(part, final=not part)
            except UnicodeError as error:
                raise FactError(
                    f"{self._path} cannot be decoded: {error}.", "Set another `encoding:` in the map."
                ) from error
            if text or not part:
                return text.removeprefix("\ufeff").encode("utf-8", errors=_AS_IT_STANDS)


class _ZstdBytes:
    """The content of a Zstandard file; unlike the library's own stream it misses a missing end."""

    def __init__(self, file: Readable) -> None:
        self._file = file
        self._frame = zstandard.ZstdDecompressor().decompressobj()
        self._between_frames = True

    def read(self, _size: int, /) -> bytes:
        while True:
            packed = self._frame.unused_data if self._frame.eof else b""
            if self._frame.eof:
                self._frame = zstandard.ZstdDecompressor().decompressobj()
                self._between_frames = True
            packed = packed or self._file.read(_CHUNK // 8)
            if not packed:
                if self._between_frames:
                    return b""
                raise EOFError("compressed file ended before the end-of-stream marker was reached")
            self._between_frames = False
            if plain := self._frame.decompress(packed):
                return plain


def normal(encoding: str) -> str:
    """An encoding's name for comparing."""
    return encoding.lower().replace("-", "").replace("_", "")


def decompressed(file: BinaryIO) -> Readable:
    """The stream of what is in a file: told by its first bytes, not by its name."""
    return _unpacked(file, _first_bytes(file))


def _first_bytes(file: BinaryIO) -> bytes:
    start = file.read(4)
    file.seek(0)
    return start


def _unpacked(file: Readable, start: bytes) -> Readable:
    if start[:2] == b"\x1f\x8b":
        return gzip.GzipFile(fileobj=cast("BinaryIO", file))
    if start == b"\x28\xb5\x2f\xfd":
        return _ZstdBytes(file)
    if start[:3] == b"BZh":
        return bz2.BZ2File(cast("BinaryIO", file))
    return file


@dataclass(frozen=True, kw_only=True, slots=True)
class Digests:
    """SHA-256 of what is in a file, and of the file as it is packed; one and the same where it is not."""

    content: str
    packed: str


class _Hashed:
    """A file that takes the digest of what is read from it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.sha256 = hashlib.sha256()

    def read(self, size: int = -1, /) -> bytes:
        part = self._file.read(size)
        self.sha256.update(part)
        return part


def digests(path: Path) -> Digests:
    """What identifies a file; a damaged archive is refused here, before any of its rows is taken."""
    try:
        with path.open("rb") as file:
            packed = _Hashed(file)
            stream = _unpacked(packed, _first_bytes(file))
            content = packed if stream is packed else _Hashed(cast("BinaryIO", stream))
            while content.read(_CHUNK):
                pass
            # Behind the end of an archive may stand what its reader passes over.
            while packed.read(_CHUNK):
                pass
    except (EOFError, zlib.error, zstandard.ZstdError, gzip.BadGzipFile) as error:
        raise FactError(
            f"{path} is damaged: {error}.", "Fetch the file again; nothing of it was imported."
        ) from error
    except OSError as error:
        raise FactError(
            f"{path} cannot be read: {error.strerror or error}.", "Check the name of the file."
        ) from error
    return Digests(content=content.sha256.hexdigest(), packed=packed.sha256.hexdigest())
