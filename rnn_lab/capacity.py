"""Checks before the start that a run fits, in GB: memory by what the machine has free, disk by what the folder has."""

import ctypes
import os
import shutil
from pathlib import Path

from rnn_lab.errors import BadInput

GB = 1e9


def free_memory() -> float:
    """Bytes that this process could still take, by the machine's free memory and its control group's limit.

    Example:
        >>> free_memory() > 0
        True
    """
    limits = []
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        limits += [1024.0 * int(line.split()[1]) for line in lines if line.startswith(("MemAvailable:", "SwapFree:"))]
        limits = [sum(limits)]
        group = Path("/sys/fs/cgroup")
        most, used = ((group / name).read_text(encoding="ascii").strip() for name in ("memory.max", "memory.current"))
        limits += [] if most == "max" else [float(most) - float(used)]
    except (OSError, ValueError):  # not Linux, or no limit: what there is in all, then
        if not limits and "SC_PHYS_PAGES" in os.sysconf_names:
            limits = [float(os.sysconf("SC_PHYS_PAGES")) * os.sysconf("SC_PAGE_SIZE")]
    return max(min(limits, default=float("inf")), 0.0)


def release_memory() -> None:
    """Give memory that was freed back to the system, where the C library (GNU's) keeps it and can be asked to.

    What a table was read from is freed in many small pieces, which would lie unused as long as the run lasts.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if os.name == "posix" else None
    if trim is not None:
        trim(0)


def refuse_too_large(needed: float, what: str) -> None:
    """Refuse what would need more bytes of memory than are free.

    Args:
        needed: bytes.
        what: the keys that ask for so much, as the sentence's beginning.

    Raises:
        BadInput: they are not there.

    Example:
        >>> refuse_too_large(8e15, "data.series.length=1000000000000000")
        Traceback (most recent call last):
            ...
        rnn_lab.errors.BadInput: data.series.length=1000000000000000 needs 8e+06 GB of memory, and ... GB are free.
    """
    if needed > (free := free_memory()):
        raise BadInput(f"{what} needs {needed / GB:.3g} GB of memory, and {free / GB:.3g} GB are free.")


def refuse_too_much_disk(needed: float, folder: Path, what: str) -> None:
    """Refuse what would write more bytes than are free where the folder is, or will be.

    Raises:
        BadInput: they are not there.
    """
    there = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.is_dir())
    if needed > (free := float(shutil.disk_usage(there).free)):
        raise BadInput(f"{what} writes {needed / GB:.3g} GB to {there}, and {free / GB:.3g} GB are free.")
