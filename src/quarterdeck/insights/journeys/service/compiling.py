"""Where is the machine code of the kernels kept, so that the first answer need not wait for a compiler?"""

import os
import sys
from pathlib import Path

SETTING = "NUMBA_CACHE_DIR"


def keep_kernels_in(workspace: Path) -> None:
    """Keep machine code in a workspace, unless somebody said where; called before kernels are loaded."""
    folder = workspace / ".quarterdeck" / "kernels"
    if SETTING not in os.environ and "numba" not in sys.modules:
        os.environ[SETTING] = str(folder)
