"""How does a loop over every event become machine code?"""

from collections.abc import Callable
from typing import TypeVar, cast

import numba

Loop = TypeVar("Loop", bound=Callable[..., object])


def kernel(loop: Loop) -> Loop:
    """A loop that callers run: it lets other threads go on, and its machine code is kept for next time.

    Never `parallel=True`, which aborts under threads and forks; the caller cuts the work instead.
    """
    return cast("Loop", numba.njit(nogil=True, cache=True)(loop))


def part(loop: Loop) -> Loop:
    """A piece of a kernel that is written into its caller: a call that passes arrays costs a lot."""
    return cast("Loop", numba.njit(nogil=True, inline="always")(loop))


def called(loop: Loop) -> Loop:
    """A piece of a kernel that is needed seldom, and called."""
    return cast("Loop", numba.njit(nogil=True)(loop))
