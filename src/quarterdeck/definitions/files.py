"""How does a file come into being whole or not at all?"""

import os
import tempfile
from pathlib import Path


def write_atomically(file: Path, text: str) -> None:
    """Write through a file beside it, so that a reader or a crash sees the old text or the new one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    mode = file.stat().st_mode & 0o777 if file.exists() else 0o644
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.", suffix=".new")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).chmod(mode)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def write_secret_once(file: Path, secret: str) -> bool:
    """Write a file that only its owner may read; False where it stood already, and was left."""
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(handle, "w", encoding="ascii") as stream:
        stream.write(secret)
    return True
