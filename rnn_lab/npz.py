"""Arrays from an ``.npz`` that may be anybody's: nothing is unpickled, and they take no more memory than the file."""

import zipfile
from math import prod
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray


def read_npz(path: Path) -> dict[str, NDArray[Any]]:
    """Read every array that `numpy.savez` wrote, in its order.

    ``savez`` does not compress; so an archive whose arrays are larger than itself is none of ours, and is refused by
    its directory and its arrays' headers, before anything of it is unpacked.

    Raises:
        ValueError: an array is pickled, compressed, or larger than the file.
        OSError, zipfile.BadZipFile: there is no such file, or it is no whole archive.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     np.savez(Path(folder, "a.npz"), b=np.arange(3))
        ...     read_npz(Path(folder, "a.npz"))
        {'b': array([0, 1, 2])}
    """
    found: dict[str, NDArray[Any]] = {}
    with path.open("rb") as opened, zipfile.ZipFile(opened) as archive:
        entries = archive.infolist()
        if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries):
            raise ValueError(f"{path.name} is compressed, as no file of the lab is")
        if sum(entry.file_size for entry in entries) > path.stat().st_size:
            raise ValueError(f"{path.name} says that it holds more than its own size")
        for entry in entries:
            with archive.open(entry) as file:
                found[entry.filename.removesuffix(".npy")] = _array(file, entry)
    return found


def _array(file: IO[bytes], entry: zipfile.ZipInfo) -> NDArray[Any]:
    shape, dtype = _header(file)
    size, start = prod(shape) * dtype.itemsize, file.tell()
    if dtype.hasobject or size != entry.file_size - start:
        raise ValueError(f"{entry.filename} says that it holds {size} bytes of {dtype}, and does not")
    file.seek(0)
    array: NDArray[Any] = np.lib.format.read_array(file, allow_pickle=False)
    return array


def _header(file: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[Any]]:
    version = np.lib.format.read_magic(file)
    if version == (1, 0):
        shape, _, dtype = np.lib.format.read_array_header_1_0(file)
    else:
        shape, _, dtype = np.lib.format.read_array_header_2_0(file)
    return shape, dtype
