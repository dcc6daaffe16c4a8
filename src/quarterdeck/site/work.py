"""What does the process of the job worker do?"""

import os
import signal
from types import FrameType

GIVES_WAY = 10  # of the 19 steps that a process can step back: whoever reads a page goes first


def main() -> None:
    """Do the work that waits, and ask for what is due, until told to stop."""
    os.nice(GIVES_WAY)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quarterdeck.site.settings")
    import django

    django.setup()
    from quarterdeck.jobs.schedule import tick
    from quarterdeck.jobs.worker import Worker

    worker = Worker(tick=tick)

    def stop(_number: int, _frame: FrameType | None) -> None:
        worker.stop()

    signal.signal(signal.SIGTERM, stop)
    worker.run()


if __name__ == "__main__":
    main()
