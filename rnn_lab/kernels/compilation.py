"""Compilation by numba: options of every kernel, and a cache on disk that several processes may use at once."""

import fcntl
import hashlib
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numba.extending import overload

log = logging.getLogger("rnn_lab")
Function = TypeVar("Function", bound=Callable[..., Any])

OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "fastmath": {"contract"}}
"""Threads may run a kernel at once; no branch for a division by zero; a * b + c may be rounded once, as by BLAS."""


INNER = OPTIONS | {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
"""Of a kernel that only kernels call: Python's way into it would take long to compile."""


def compiled(function: Function) -> Function:
    """Compile a kernel that other kernels call; sums are added up in the order that is written."""
    return cast("Function", numba.njit(**INNER)(function))


def reduction(function: Function) -> Function:
    """Compile a kernel whose sums may be added up in another order, several terms at once."""
    return cast("Function", numba.njit(**INNER | {"fastmath": {"contract", "reassoc"}})(function))


def implements(stub: Callable[..., Any], kind: type) -> Callable[[Function], Function]:
    """Make the decorator of a kernel that stands for ``stub`` where the first argument is of a kind.

    Args:
        stub: what other kernels call.
        kind: a NamedTuple, such as a cell's description; or a NumPy scalar type.
    """

    def register(function: Function) -> Function:
        def choose(first: Any, *others: Any) -> Callable[..., Any] | None:
            return function if _is(first, kind) else None

        overload(stub, jit_options=INNER, strict=False)(choose)
        return function

    return register


def _is(seen: Any, kind: type) -> bool:
    if isinstance(seen, numba.types.BaseNamedTuple):
        return bool(seen.instance_class is kind)
    return issubclass(kind, tuple) is False and seen == numba.from_dtype(np.dtype(kind))


def read_only(dtype: Any, dimensions: int) -> Any:
    """Type of an array that a kernel reads, whatever its memory layout."""
    return numba.types.Array(numba.from_dtype(np.dtype(dtype)), dimensions, "A", readonly=True)


def cache_folder() -> Path:
    """Folder of the compiled code: ``NUMBA_CACHE_DIR``, or beside the environment, or else the user's own cache."""
    if chosen := os.environ.get("NUMBA_CACHE_DIR"):
        return Path(chosen)
    beside = Path(sys.prefix, "var", "cache", "rnn-lab")
    try:
        beside.mkdir(parents=True, exist_ok=True)
        usable = os.access(beside, os.W_OK)
    except OSError:
        usable = False
    return beside if usable else Path.home() / ".cache" / "rnn-lab"


def fingerprint(*files: Path) -> str:
    """Digest of some source files: numba itself would not notice that a kernel which another one calls has changed.

    Example:
        >>> len(fingerprint(Path(__file__)))
        16
    """
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()[:16]


def compile_cached(function: Callable[..., Any], signature: tuple[Any, ...], source: Path) -> Callable[..., Any]:
    """Compile a function for one signature, or load what another process compiled.

    Args:
        function: what Python calls.
        signature: types of its arguments, or the arguments themselves.
        source: file of the cell's kernels, whose change, as that of any file here, means another compilation.
    """
    own = sorted(Path(__file__).parent.glob("*.py"))
    folder = cache_folder() / f"{source.stem}-{fingerprint(*own, source)}"
    types = tuple(each if isinstance(each, numba.types.Type) else numba.typeof(each) for each in signature)
    # Numba's own index of a folder is not safe from a second process that compiles for another precision meanwhile.
    with _alone(folder), _caching_in(folder):
        if not any(folder.rglob("*.nbi")):
            log.info("Compiling the kernels of %s, once: this takes some ten seconds ...", source.stem)
        dispatcher = numba.njit(cache=True, **OPTIONS)(function)
        dispatcher.compile(types)
    dispatcher.disable_compile()  # another type of argument is a mistake, and no reason to compile for half a minute
    return cast("Callable[..., Any]", dispatcher)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def _caching_in(folder: Path) -> Iterator[None]:
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(folder)
    try:
        yield
    finally:
        numba.config.CACHE_DIR = before
