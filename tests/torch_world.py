"""Writes PyTorch files without PyTorch: Python's own pickler, and names that it believes."""

from __future__ import annotations

import collections
import contextlib
import io
import pickle
import struct
import sys
import types
import unittest.mock
import zipfile

import numpy as np

MAGIC, VERSION = 0x1950A86A20F9469CFC6C, 1001
STORAGES = {
    "f8": "DoubleStorage",
    "f4": "FloatStorage",
    "f2": "HalfStorage",
    "i8": "LongStorage",
    "i4": "IntStorage",
    "i2": "ShortStorage",
    "i1": "CharStorage",
    "u1": "ByteStorage",
    "b1": "BoolStorage",
}


class Storage:
    """Numbers that several tensors may look at."""

    def __init__(self, numbers, kind=None, count=None):
        self.data = np.asarray(numbers).tobytes()
        self.kind = kind or STORAGES[np.asarray(numbers).dtype.str[1:]]
        self.count = np.size(numbers) if count is None else count


class Tensor:
    """A view of a storage; pickled as PyTorch pickles its own."""

    def __init__(self, storage, offset=0, sizes=(), strides=()):
        self.told = storage, offset, tuple(sizes), tuple(strides)

    def __reduce__(self):
        hooks = collections.OrderedDict()
        return sys.modules["torch._utils"]._rebuild_tensor_v2, (
            *self.told,
            False,
            hooks,
        )


def tensor(array):
    """A tensor with a storage of its own."""
    array = np.asarray(array)
    steps = [step // array.itemsize for step in array.strides]
    return Tensor(Storage(array.ravel(order="K")), 0, array.shape, steps)


@contextlib.contextmanager
def _names():
    """Modules in which the pickler finds PyTorch's names."""
    torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")
    for name in (*STORAGES.values(), "BFloat16Storage"):
        setattr(torch, name, type(name, (), {"__module__": "torch"}))

    def _rebuild_tensor_v2(*arguments):
        raise AssertionError("nothing is executed")

    _rebuild_tensor_v2.__module__ = "torch._utils"
    _rebuild_tensor_v2.__qualname__ = "_rebuild_tensor_v2"
    utils._rebuild_tensor_v2 = _rebuild_tensor_v2
    torch._utils = utils
    with unittest.mock.patch.dict(sys.modules, {"torch": torch, "torch._utils": utils}):
        yield torch


def _pickled(value, extra=()):
    """(pickle, storages in the order of their keys)"""
    file, storages = io.BytesIO(), []
    with _names() as torch:

        class Pickler(pickle.Pickler):
            def persistent_id(self, value):
                if not isinstance(value, Storage):
                    return None
                if value not in storages:
                    storages.append(value)
                kind = getattr(torch, value.kind)
                key = str(storages.index(value))
                return "storage", kind, key, "cpu", value.count, *extra

        Pickler(file, protocol=2).dump(value)
    return file.getvalue(), storages


def zipped(value, folder="net", pickled=None, **members):
    """A file as PyTorch writes it since 1.6; `members` are added or exchanged."""
    data, storages = _pickled(value)
    contents = {"data.pkl": pickled or data, "byteorder": b"little"}
    contents |= {f"data/{i}": storage.data for i, storage in enumerate(storages)}
    contents |= {"version": b"3\n", **members}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, content in contents.items():
            archive.writestr(zipfile.ZipInfo(f"{folder}/{name}"), content)
    return file.getvalue()


def sequence(value, pickled=None, little=True, magic=MAGIC):
    """A file as PyTorch wrote it before 1.6."""
    data, storages = _pickled(value, extra=(None,))
    system = {"protocol_version": VERSION, "little_endian": little, "type_sizes": {}}
    keys = [str(i) for i in range(len(storages))]
    pickles = [pickle.dumps(part, protocol=2) for part in (magic, VERSION, system)]
    pickles += [pickled or data, pickle.dumps(keys, protocol=2)]
    numbers = [struct.pack("<q", s.count) + s.data for s in storages]
    return b"".join(pickles + numbers)
