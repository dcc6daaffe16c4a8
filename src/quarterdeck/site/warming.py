"""What does a web worker load before somebody needs it?

Some answers stand on libraries that take seconds to load. A worker loads them aside, as soon as it serves, so
that its first reader does not wait for them; the processor goes to readers first.
"""

import logging
import os
import sys
import threading

from quarterdeck.site.capabilities import CAPABILITIES, load

GIVES_WAY = 10

log = logging.getLogger("quarterdeck.server")


def warm_up_aside() -> threading.Thread:
    """Begin to load, in a thread that ends with its worker."""
    thread = threading.Thread(target=_warm_up, name="warming", daemon=True)
    thread.start()
    return thread


def _warm_up() -> None:
    if sys.platform == "linux":  # where a thread has a priority of its own
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), GIVES_WAY)
    for capability in CAPABILITIES:
        if capability.warm:
            try:
                load(capability.warm)()
            except Exception:
                # A reader will meet the same trouble, and be told; until then the worker serves.
                log.exception("%s could not be loaded ahead", capability.name)
