"""How does a file come from a browser into the workspace, and wait there to be imported?

It is streamed to the disk of the workspace, never into memory, and counted on the way. Files that nobody
imported are forgotten after a week.
"""

import re
import secrets
import shutil
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler
from django.http import HttpRequest

from quarterdeck.definitions.workspace import Workspace
from quarterdeck.errors import QuarterdeckError

FOLDER = Path(".quarterdeck") / "uploads"
KEPT_SECONDS = 7 * 24 * 3600
LONGEST_NAME = 120
KEY = re.compile(r"[0-9a-f]{16}")
UNNAMED = "upload"


class CountedUpload(TemporaryFileUploadHandler):
    """Streams a file to disk for people who are known, up to the size that is allowed."""

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self._bytes = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Refuse strangers before a byte is written."""
        if not _is_known(self.request):
            raise StopUpload(connection_reset=False)
        super().new_file(*args, **kwargs)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Count, then write."""
        self._bytes += len(raw_data)
        if self._bytes > settings.QUARTERDECK_UPLOAD_BYTES:
            raise StopUpload(connection_reset=False)
        super().receive_data_chunk(raw_data, start)


def _is_known(request: HttpRequest | None) -> bool:
    if request is None:
        return False
    return bool(getattr(request, "auth", None)) or request.user.is_authenticated


@dataclass(frozen=True, kw_only=True, slots=True)
class Upload:
    """A file that waits to be imported, under the name it came with."""

    key: str
    file: Path


def keep_upload(here: Workspace, given: "UploadedFile[bytes] | None") -> Upload:
    """Keep a file that came in; none, or one without a byte, is refused."""
    if given is None:
        most = settings.QUARTERDECK_UPLOAD_BYTES // 1_000_000
        raise QuarterdeckError(
            "No file came in.", f"Choose one of at most {most:,} MB; for a larger one: `quarterdeck import`."
        )
    if not given.size:
        raise QuarterdeckError(f"{given.name} is empty.", "Choose a file with rows in it.")
    forget_old_uploads(here)
    folder = here.path / FOLDER / secrets.token_hex(8)
    folder.mkdir(parents=True)
    target = folder / safe_name(given.name or "")
    with target.open("wb") as stream:
        stream.writelines(given.chunks())
    return Upload(key=folder.name, file=target)


def find_upload(here: Workspace, key: str) -> Upload | None:
    """The upload of that key; None where there is none, or it was imported and is gone."""
    folder = here.path / FOLDER / key
    if not KEY.fullmatch(key) or not folder.is_dir():
        return None
    return next((Upload(key=key, file=file) for file in sorted(folder.iterdir())), None)


def forget_upload(upload: Upload) -> None:
    """Remove a file that is in."""
    shutil.rmtree(upload.file.parent, ignore_errors=True)


def forget_old_uploads(here: Workspace) -> int:
    """Remove what nobody imported; how many."""
    old = [folder for folder in _folders(here) if time.time() - folder.stat().st_mtime > KEPT_SECONDS]
    for folder in old:
        shutil.rmtree(folder, ignore_errors=True)
    return len(old)


def _folders(here: Workspace) -> Iterable[Path]:
    home = here.path / FOLDER
    return [each for each in home.iterdir() if each.is_dir()] if home.is_dir() else []


def safe_name(name: str) -> str:
    r"""A file's name without folders, and without what steers a terminal or hides it.

    >>> safe_name("../../etc/pass\x00wd.csv"), safe_name("..")
    ('passwd.csv', 'upload')
    """
    last = name.replace("\\", "/").rpartition("/")[2]
    plain = "".join(char for char in last if char.isprintable()).lstrip(".").strip()
    return plain[-LONGEST_NAME:].lstrip(".") or UNNAMED
