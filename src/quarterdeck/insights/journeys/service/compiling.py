"""Where is the machine code of the kernels kept, so that the first answer need not wait for a compiler?

Numba finds its code again by the file of the function alone. A kernel calls others in other files, so the
folder bears a digest of all of them: after an upgrade nothing is answered by half of the version before.
"""

import hashlib
import os
import shutil
import sys
from pathlib import Path

SETTING = "NUMBA_CACHE_DIR"
KERNELS = Path(__file__).parent.parent / "calc"


def keep_kernels_in(workspace: Path) -> None:
    """Keep machine code in a workspace, unless somebody said where; called before kernels are loaded."""
    if SETTING not in os.environ and "numba" not in sys.modules:
        os.environ[SETTING] = str(kernels_folder(workspace.resolve() / ".quarterdeck" / "kernels"))


def kernels_folder(parent: Path) -> Path:
    """The folder for the kernels as they are now; those of other versions are removed when it is made."""
    digest = hashlib.sha256()
    for file in sorted(KERNELS.rglob("*.py")):
        digest.update(file.read_bytes())
    folder = parent / digest.hexdigest()[:16]
    if not folder.is_dir():
        shutil.rmtree(parent, ignore_errors=True)
        folder.mkdir(parents=True, exist_ok=True)
    return folder


def is_compiled() -> bool:
    """Is there machine code where this process looks for it?"""
    return SETTING in os.environ and any(Path(os.environ[SETTING]).rglob("*.nbc"))
