"""How much memory a piece of work adds, at its peak. Linux alone tells."""

from __future__ import annotations

import contextlib
import re


def reset_peak() -> int:
    """Lets the peak begin at what the process holds now, and returns it in megabytes."""
    with contextlib.suppress(OSError), open("/proc/self/clear_refs", "w") as file:
        file.write("5")
    return peak()


def peak() -> int:
    """Most memory in megabytes since `reset_peak`; 0 where the system does not tell."""
    with contextlib.suppress(OSError), open("/proc/self/status") as file:
        found = re.search(r"VmHWM:\s+(\d+) kB", file.read())
        return int(found[1]) // 1024 if found else 0
    return 0
