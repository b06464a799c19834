"""Archives of arrays: what numpy.savez writes comes back; nothing costs more memory than the file has bytes."""

import io
import tracemalloc
import zipfile
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_lab.npz import read_npz

ARRAYS = {
    "W_hh.2": np.arange(12.0).reshape(2, 3, 2),
    "F": np.asfortranarray(np.arange(6, dtype=np.float32).reshape(2, 3)),
    "text": np.array("trainer.epochs"),
    "none": np.zeros((0, 3)),
    "flag": np.array([True, False]),
}


def test_what_was_saved_comes_back(tmp_path):
    np.savez(tmp_path / "a.npz", **ARRAYS)
    found = read_npz(tmp_path / "a.npz")
    assert list(found) == list(ARRAYS)
    for name, array in ARRAYS.items():
        assert found[name].dtype == array.dtype
        np.testing.assert_array_equal(found[name], array)


def header(shape, descr="<f8"):
    file = io.BytesIO()
    np.lib.format.write_array_header_2_0(file, {"descr": descr, "fortran_order": False, "shape": shape})
    return file.getvalue()


def zipped(path, content, method=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("W.npy", content)


def overlapping(path):
    """A thousand entries of a directory that name the same megabyte."""
    zipped(path, header((2**17,)) + bytes(2**20))
    content = path.read_bytes()
    start = content.index(b"PK\x01\x02")
    end = content.index(b"PK\x05\x06")
    entry, tail = content[start:end], bytearray(content[end:])
    tail[8:12] = (1000).to_bytes(2, "little") * 2
    tail[12:16] = (1000 * len(entry)).to_bytes(4, "little")
    path.write_bytes(content[:start] + 1000 * entry + tail)


BOMBS = {
    "compressed": lambda path: zipped(path, header((2**24,)) + bytes(2**27), zipfile.ZIP_DEFLATED),
    "larger than its bytes": lambda path: zipped(path, header((2**40,)) + bytes(64)),
    "of no size": lambda path: zipped(path, header((2**62, 2**62, 0)) + bytes(64)),
    "of wide texts": lambda path: zipped(path, header((1,), "<U200000000") + bytes(64)),
    "pickled": lambda path: zipped(path, header((8,), "|O") + bytes(64)),
    "overlapping": overlapping,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_before_it_is_unpacked(name, tmp_path):
    BOMBS[name](tmp_path / "a.npz")
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=r"says that it holds|is compressed"):
            read_npz(tmp_path / "a.npz")
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


def test_a_link_or_a_folder_in_its_place_is_an_error(tmp_path):
    with pytest.raises(OSError, match="Is a directory"):
        read_npz(tmp_path)


@given(data=st.data())
def test_mutations_are_read_or_refused(data, tmp_path_factory):
    """Whatever bits change: arrays, or one of the errors that a damaged archive has."""
    path = tmp_path_factory.getbasetemp() / "mutated.npz"
    np.savez(path, **ARRAYS)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(len(content) - 30, len(content)))])
    with suppress(ValueError, OSError, zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, KeyError):
        assert set(read_npz(path))
