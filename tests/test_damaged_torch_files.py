"""PyTorch files that are damaged or hostile are one line, and nothing is executed."""

import os
import pickle
import struct
import zipfile

import numpy as np
import pytest

from tests import torch_reading
from tests.torch_world import Storage, Tensor, sequence, tensor, zipped
from vqinpaint.errors import DataError, ModelError

# Of these, pytest finds the fixture by its name in this file.
FORMATS, read = torch_reading.FORMATS, torch_reading.read


@pytest.fixture
def refused(read):
    """Checks that bytes are refused in one line with these words."""

    def check(data, words):
        with pytest.raises(ModelError, match=words) as caught:
            read(data)
        assert "net.pth" in str(caught.value) and "\n" not in str(caught.value)
        assert len(str(caught.value)) < 1000

    return check


def test_the_kind_of_error_is_the_callers(read):
    with pytest.raises(DataError):
        read(b"nothing", error=DataError)


class _Calls:
    """Its pickle calls a function."""

    def __init__(self, function, *arguments):
        self.told = function, arguments

    def __reduce__(self):
        return self.told


def _hostile():
    protocol, end = b"\x80\x02", b"."
    system = pickle.dumps(_Calls(os.system, "touch owned"), protocol=2)
    yield system, rf"{os.system.__module__}\.system"
    yield pickle.dumps(_Calls(eval, "1"), protocol=2), r"builtin.*\.eval"
    yield pickle.dumps(_Calls(eval, "1"), protocol=4), r"builtins\.eval"
    yield pickle.dumps(_Calls(eval, "1"), protocol=0), r"builtin.*\.eval"
    yield b"(S'touch owned'\nios\nsystem\n.", "instruction b"
    yield protocol + b"(ios\nsystem\n.", "instruction b'i'"
    yield protocol + b"ctorch\nload\n)R.", r"torch\.load"
    yield protocol + b"\x8c\x02os\x8c\x06system\x93.", r"os\.system"
    yield protocol + b"ctorch\nFloatStorage\n)R.", "cannot be called"
    yield (
        protocol + b"ccollections\nOrderedDict\nK\x01K\x02K\x03\x87R.",
        "odd arguments",
    )
    yield protocol + b"ctorch._utils\n_rebuild_tensor_v2\n)R.", "odd arguments"
    yield protocol + b"ctorch._utils\n_rebuild_parameter\nN\x85R.", "no tensor"
    yield protocol + b"\x8b" + struct.pack("<i", 2**31 - 1) + b"1.", "instruction"
    yield protocol + b"\x8a\xff" + bytes(255) + end, "255 bytes"
    yield protocol + b"X\xff\xff\xff\xff" + b"a" + end, "ends in the middle"
    yield protocol + b"\x82\x01.", "instruction"  # a class of copyreg's registry
    yield protocol + b"}q\x00h\x07.", "not had"
    yield protocol + b"}(K\x01u.", "key without a value"
    yield protocol + b"})N s.".replace(b" ", b""), "a key that is a tuple"
    yield protocol + b"K\x01K\x02b.", "does not fit"
    yield protocol + b"u.", "lacks its mark"
    yield protocol + b"(.", "lacks its operands"
    yield protocol + b"cos\n" + b"a" * 300 + b"\n.", "without an end"
    yield protocol + b"K\x01.", "no dict"
    yield protocol + b"}.", "no tensor"
    yield protocol + b"N\x85Q.", "no storage"
    yield protocol + b"X\x02\x00\x00\x00\xff\xff.", "UTF-8"
    # A dict that holds itself, and one that holds the same one often at every level.
    yield protocol + b"}q\x00K\x01h\x00s.", "without end"
    level = b"".join(b"K" + bytes([i]) + b"h\x00" for i in range(100))
    yield protocol + b"}q\x00" + (b"}(" + level + b"uq\x00") * 7 + end, "without end"


@FORMATS
@pytest.mark.parametrize("pickled, words", list(_hostile()))
def test_pickles_are_not_executed_and_refused_by_name(
    refused, tmp_path, monkeypatch, write, pickled, words
):
    monkeypatch.chdir(tmp_path)
    refused(write({}, pickled=pickled), words)
    assert os.listdir(tmp_path) == ["net.pth"]


def _numbers(**change):
    told = {"offset": 0, "sizes": (2, 2), "strides": (2, 1), **change}
    return {"w": Tensor(Storage(np.arange(4, dtype="f4")), **told)}


@FORMATS
@pytest.mark.parametrize(
    "change",
    [
        {"offset": 1},
        {"offset": -1},
        {"offset": 2**40},
        {"sizes": (2, 3)},
        {"sizes": (-2, 2)},
        {"sizes": (2, 2.0)},
        {"sizes": (2**40, 2)},
        {"sizes": (2, 2, 1)},
        {"strides": (3, 1)},
        {"strides": (2, -1)},
        {"sizes": (2**20, 2**20), "strides": (0, 0)},
        {"sizes": (5,), "strides": (0,)},
        {"sizes": (1,) * 33, "strides": (1,) * 33},
        {"sizes": (True, 2)},
    ],
)
def test_tensors_lie_within_their_storage(refused, write, change):
    refused(write(_numbers(**change)), "a tensor")


@FORMATS
@pytest.mark.parametrize("count", [5, -1, 2**40])
def test_storages_have_the_size_that_is_told(refused, write, count):
    storage = Storage(np.arange(4, dtype="f4"), count=count)
    refused(write({"w": Tensor(storage, 0, (1,), (1,))}), "storage")


@FORMATS
@pytest.mark.parametrize("share", [0, 0.01, 0.1, 0.5, 0.9, 0.999])
def test_files_that_are_cut_off_are_one_line(refused, write, share):
    whole = write({"w": tensor(np.arange(100.0))})
    refused(whole[: int(share * len(whole))], "cannot be read")


def test_names_of_any_length_are_refused(refused):
    refused(zipped({"a" * 1000: tensor(np.ones(1))}), "name of 1000")


def test_other_formats_and_byte_orders_are_told(refused):
    value = {"w": tensor(np.ones(1))}
    refused(zipped(value, byteorder=b"big"), "little-endian")
    refused(sequence(value, little=False), "little-endian")
    refused(sequence(value, magic=7), "none that PyTorch wrote")
    refused(pickle.dumps({"w": 1}, protocol=2), "pickle")
    refused(b"\x89HDF\r\n", "neither")
    refused(b"PK\x03\x04 but no archive", "without its end")


def _archive(write, path):
    with zipfile.ZipFile(path, "w") as archive:
        write(archive)
    return path.read_bytes()


def test_archives_that_PyTorch_does_not_write_are_refused(refused, tmp_path):
    def compressed(archive):
        archive.writestr("net/data.pkl", bytes(10**6), zipfile.ZIP_DEFLATED)

    def several(archive):
        archive.writestr("a/data.pkl", b"")
        archive.writestr("b/data.pkl", b"")

    def bare(archive):
        archive.writestr("net/other", b"")

    for write, words in (
        (compressed, "compressed"),
        (several, "none that PyTorch wrote"),
        (bare, "'data.pkl' is missing"),
    ):
        refused(_archive(write, tmp_path / "other.zip"), words)


def test_tables_of_contents_are_bounded_before_they_are_read(refused):
    whole = bytearray(zipped({"w": tensor(np.ones(1))}))
    struct.pack_into("<I", whole, whole.rindex(b"PK\x05\x06") + 12, 2**31)
    refused(bytes(whole), "table of contents of 2147483648")


def test_a_damaged_number_is_found_by_its_checksum(refused):
    whole = zipped({"w": tensor(np.full(4, 7, "u1"))})
    refused(whole.replace(b"\7\7\7\7", b"\7\7\7\6"), "damaged")
