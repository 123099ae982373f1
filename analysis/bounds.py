"""What a process that opens foreign files may take, held by the system outside every library.

Linux holds all of it. macOS knows no bound of memory, Windows none at all (neither was tried).
"""

from __future__ import annotations

import ctypes
import os
import sys
from contextlib import suppress

__all__ = ["bound", "end_with_parent", "held", "widen"]


def bound(name: str, most: int) -> None:
    """Hold this process to so many bytes or seconds of computing: RLIMIT_AS, RLIMIT_CPU …, where the system can."""
    with suppress(ImportError, AttributeError, ValueError, OSError):
        import resource

        kind = getattr(resource, name)
        resource.setrlimit(kind, (most, resource.getrlimit(kind)[1]))


def widen(name: str, most: int) -> None:
    """Raise a bound that is lower; where there is none, none is set."""
    with suppress(ImportError, AttributeError, ValueError, OSError):
        import resource

        now = resource.getrlimit(getattr(resource, name))[0]
        if now != resource.RLIM_INFINITY and now < most:
            bound(name, most)


def held() -> int:
    """Bytes of address space that this process holds by now; 0 where the system does not say."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return 0


def end_with_parent(parent: int) -> None:
    """Let the system end this process when `parent`, which started it, ends, even by a kill; on Linux alone.

    Elsewhere a process ends when it next looks for work.
    """
    if sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(1, 9)  # PR_SET_PDEATHSIG, SIGKILL
    if os.getppid() != parent:  # it ended before this was said
        os._exit(1)
