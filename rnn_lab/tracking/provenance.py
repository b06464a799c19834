"""Origin of a run: code, command, versions, machine, seed, data. All that it takes to make it again."""

import contextlib
import getpass
import os
import platform
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from rnn_lab.redaction import redact_all

PACKAGES = ("numpy", "scipy", "pydantic", "hydra-core", "mlflow", "optuna", "matplotlib")
"""Libraries whose versions a run remembers. Their metadata is read; none is imported."""

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


COMPILERS = {"numba": ("numba", "llvmlite")}
"""Libraries that a backend adds to them."""


def provenance(*, seed: int, data_fingerprint: str, backend: str = "numpy") -> dict[str, Any]:
    """Collect what the journal's ``provenance`` fact says, in some ten milliseconds.

    Args:
        seed: the run's first seed.
        data_fingerprint: the dataset's.
        backend: what computes gradients and updates.

    Example:
        >>> facts = provenance(seed=0, data_fingerprint="9f2c")
        >>> list(facts)[:5]
        ['git', 'command', 'working_directory', 'user', 'versions']
        >>> list(facts)[5:]
        ['backend', 'machine', 'threads', 'seed', 'data_fingerprint']
    """
    return {
        "git": _code(),
        "command": redact_all([sys.executable, *sys.argv]),
        "working_directory": str(Path.cwd()),
        "user": _user(),
        "versions": {"python": platform.python_version(), "rnn-lab": _version("rnn-lab")}
        | {name: _version(name) for name in (*PACKAGES, *COMPILERS.get(backend, ()))},
        "backend": backend,
        "machine": {
            "host": platform.node(),
            "system": f"{platform.system()} {platform.release()}",
            "cpu": _cpu(),
            "cores": os.cpu_count(),
        },
        "threads": {name: os.environ.get(name) for name in THREADS},
        "seed": seed,
        "data_fingerprint": data_fingerprint,
    }


def git(folder: Path) -> dict[str, Any]:
    """Tell the commit of the checkout that a folder's files belong to, and whether files differ from it.

    Returns:
        ``commit``, ``branch`` and ``dirty`` (changed or new files in the checkout, whatever their kind). Where the
        folder is in no checkout, or git is not installed, they are null and ``absent`` says why.

    Example:
        >>> git(Path("/"))["commit"] is None
        True
    """
    try:
        # A package installed into some project's virtual environment lies within that project's checkout,
        # but is no part of it: only files that git tracks speak for the commit.
        tracked = _git(folder, "ls-files", "--", ".")
        status = _git(folder, "status", "--porcelain=v2", "--branch") if tracked else ""
    except FileNotFoundError:
        return _absent("git is not installed")
    except subprocess.SubprocessError as error:
        return _absent(f"git failed: {error}")
    if not status:
        return _absent("the code is in no git checkout")
    head = dict(line[2:].split(" ", 1) for line in status.splitlines() if line.startswith("# branch."))
    commit = head.get("branch.oid", "(initial)")
    if commit == "(initial)":
        return _absent("the git checkout has no commit")
    dirty = any(not line.startswith("#") for line in status.splitlines())
    return {"commit": commit, "branch": head.get("branch.head"), "dirty": dirty}


@cache
def _code() -> dict[str, Any]:
    """The checkout of this code, once a process: what changes in it later is not what the process runs."""
    return git(Path(__file__).parent)


def _absent(reason: str) -> dict[str, Any]:
    return {"commit": None, "branch": None, "dirty": None, "absent": reason}


def _git(folder: Path, *command: str) -> str:
    # Without optional locks, a look at the state of a checkout never disturbs somebody's commit.
    environment: Mapping[str, str] = os.environ | {"GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    done = subprocess.run(
        ["git", *command], cwd=folder, env=environment, capture_output=True, text=True, timeout=5, check=False
    )
    return done.stdout if done.returncode == 0 else ""


@cache
def _version(package: str) -> str | None:
    with contextlib.suppress(metadata.PackageNotFoundError):
        return metadata.version(package)
    return None


def _user() -> str | None:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user id without a name, as in some containers
        return None


def _cpu() -> str:
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
