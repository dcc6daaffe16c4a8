"""Which of several workers takes the next connection?

Workers wait at one door, and whoever wakes first takes all that knock at once: one worker would make ten
pages while its sibling sleeps. So the more connections a worker holds, the longer it waits for another.
"""

import socket
import time

from gunicorn.workers.gthread import ThreadWorker

from quarterdeck.site.warming import warm_up_aside

PAUSE_SECONDS = 0.001  # for each connection held
LONGEST_PAUSE_SECONDS = 0.01


class SharingWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """A worker that leaves connections to a sibling that holds fewer."""

    def run(self) -> None:
        """Serve, and load aside what readers will need."""
        warm_up_aside()
        super().run()

    def accept(self, listener: socket.socket) -> None:
        """Take one connection, if no sibling took it meanwhile."""
        time.sleep(min(self.nr_conns * PAUSE_SECONDS, LONGEST_PAUSE_SECONDS))
        super().accept(listener)
