"""How many cores this process may use."""

import os
from functools import cache
from pathlib import Path

_CGROUP = Path("/sys/fs/cgroup")


@cache
def cores() -> int:
    """Those that the system lets it run on, and no more than its container has time for."""
    return max(1, min(_allowed(), _quota(_CGROUP)))


def _allowed() -> int:
    if hasattr(os, "process_cpu_count"):  # Python 3.13; heeds PYTHON_CPU_COUNT
        return os.process_cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _quota(folder: Path) -> int:
    """The time of a container in cores, rounded up; without a bound as many as there can be.

    Sources: cpu.max of Linux' control groups, version 2; cpu.cfs_quota_us and cpu.cfs_period_us of version 1.
    """
    try:
        if (folder / "cpu.max").is_file():
            quota, period = (folder / "cpu.max").read_text(encoding="ascii").split()
        else:
            names = ("cpu.cfs_quota_us", "cpu.cfs_period_us")
            quota, period = ((folder / "cpu" / name).read_text(encoding="ascii") for name in names)
        bound = int(quota), int(period)
    except (OSError, ValueError):  # no container, or "max"
        return os.cpu_count() or 1
    return -(-bound[0] // bound[1]) if min(bound) > 0 else os.cpu_count() or 1
