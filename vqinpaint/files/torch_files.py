"""Tensors of PyTorch files (`torch.save` of a state dict), read without PyTorch.

Both formats are read: the zip archives that PyTorch 1.6 and later write, and the older
sequence of pickles. A pickle is a program; here it is not executed (see `pickles.py`), so
a file can at worst be refused. The formats are described in PyTorch's documentation
("Serialized file format for torch.save").
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import BinaryIO

import numpy as np

from vqinpaint.errors import ModelError, UserError
from vqinpaint.files.pickles import read_pickle
from vqinpaint.files.regular import open_regular
from vqinpaint.files.torch_archives import Archive
from vqinpaint.files.torch_tensors import (
    BUILDERS,
    Storage,
    Tensor,
    keeper,
    numbers_of,
    view,
)

_MOST_BYTES = 4 << 30  # of the largest file that is read
_LARGEST_PICKLE = 16 << 20  # bytes; a tensor takes some hundred
_MOST_ENTRIES = 100_000  # of nested dicts
_MOST_DEPTH = 8
_LONGEST_NAME = 300
_MAGIC, _VERSION = 0x1950A86A20F9469CFC6C, 1001


def read_tensors(
    path: str,
    wanted: Callable[[str], bool] = lambda name: True,
    error: type[UserError] = ModelError,
) -> dict[str, np.ndarray]:
    """The tensors of a PyTorch file by name.

    Args:
      path: of a file with a dict of tensors. Dicts inside of it are read too, and their
        names put in front with a dot: `{"net": {"conv.weight": w}}` gives
        `net.conv.weight`. Values that are no tensors are left out. A prefix such as
        `module.` stays.
      wanted: whether the tensor of a name is; the others' numbers are not read.
      error: kind of `UserError` to raise.

    Returns:
      Arrays that cannot be written to, those of the outermost dict first. Tensors of one
      storage share it. Types are NumPy's of the same name; bfloat16 becomes float32.

    Raises:
      UserError: of the kind `error`, in one line: the file is missing, cut off or
        damaged, is no PyTorch file, or asks for a function or class that a dict of
        tensors does not need, which is named.
    """
    with open_regular(path, _MOST_BYTES, error=error) as file:
        try:
            start = file.read(2)
            reader = _archived if start == b"PK" else _sequence
            tensors, load = reader(file)
            chosen = {name: t for name, t in tensors.items() if wanted(name)}
            storages = {t.storage.key: t.storage for t in chosen.values()}
            values = {key: numbers_of(s, load(s)) for key, s in storages.items()}
            return {name: view(t, values[t.storage.key]) for name, t in chosen.items()}
        except (ValueError, OSError, MemoryError) as reason:
            told = str(reason)[:300] or type(reason).__name__
    raise error(f"{path} cannot be read as a file of PyTorch's tensors: {told}.")


def _archived(file):
    """({name: Tensor}, function from a storage to its bytes) of a zip archive."""
    archive = Archive(file)
    pickle = archive.read("data.pkl", _LARGEST_PICKLE)
    if archive.has("byteorder") and archive.read("byteorder", 16) != b"little":
        raise ValueError("its numbers are not little-endian")
    storages: dict[str, Storage] = {}
    value, _ = read_pickle(pickle, 0, BUILDERS, keeper(storages))
    _check_room(file, storages)

    def load(storage):
        return archive.read(f"data/{storage.key}", storage.bytes)

    return _flat(value), load


def _sequence(file):
    """The same of the older format: pickles, then the storages in the order of keys."""
    size = _size(file)
    file.seek(0)
    window = file.read(min(size, _LARGEST_PICKLE))
    if window[:1] != b"\x80":
        raise ValueError("it begins neither as a zip archive nor as a pickle")
    place, found = 0, []
    for _ in range(3):
        value, place = read_pickle(window, place, BUILDERS)
        found.append(value)
    magic, version, system = found
    if (magic, version) != (_MAGIC, _VERSION):
        raise ValueError("a pickle, but none that PyTorch wrote")
    if not isinstance(system, dict) or system.get("little_endian") is not True:
        raise ValueError("its numbers are not little-endian")
    storages: dict[str, Storage] = {}
    value, place = read_pickle(window, place, BUILDERS, keeper(storages))
    keys, place = read_pickle(window, place, BUILDERS)
    _check_room(file, storages)
    starts = _starts(file, place, keys, storages)

    def load(storage):
        file.seek(starts[storage.key])
        return file.read(storage.bytes)

    return _flat(value), load


def _starts(file, place, keys, storages):
    """Where each storage's numbers begin, behind a count of 8 bytes."""
    named = isinstance(keys, list) and all(isinstance(key, str) for key in keys)
    if not named or len(set(keys)) < len(keys):
        raise ValueError("its list of storages is none")
    starts = {}
    for key in keys:
        if key not in storages:
            raise ValueError("it holds a storage that no tensor uses")
        file.seek(place)
        count = int.from_bytes(file.read(8), "little")
        if count != storages[key].length:
            raise ValueError(
                f"a storage of {count} numbers where {storages[key].length} are named"
            )
        starts[key] = place + 8
        place += 8 + storages[key].bytes
    if set(starts) != set(storages) or place > _size(file):
        raise ValueError("it ends before its storages do")
    return starts


def _check_room(file, storages):
    """Together, storages are no larger than the file: none is counted twice."""
    total = sum(storage.bytes for storage in storages.values())
    if total > _size(file):
        raise ValueError(f"its storages have {total} bytes, the file {_size(file)}")


def _flat(value):
    """{name with dots: Tensor} of nested dicts."""
    if not isinstance(value, dict):
        raise ValueError("it holds no dict of tensors")
    found: dict[str, Tensor] = {}
    waiting, seen = [("", value, 0)], 0
    while waiting:
        prefix, entries, depth = waiting.pop(0)
        seen += len(entries)
        if depth > _MOST_DEPTH or seen > _MOST_ENTRIES:
            raise ValueError("its dicts are nested without end")
        for key, entry in entries.items():
            name = f"{prefix}{key}"
            if len(name) > _LONGEST_NAME:
                raise ValueError(f"a name of {len(name)} characters")
            if isinstance(entry, dict):
                waiting.append((f"{name}.", entry, depth + 1))
            elif isinstance(entry, Tensor):
                if name in found:
                    raise ValueError(f"two tensors of the name {name[:100]!r}")
                found[name] = entry
    if not found:
        raise ValueError("it holds no tensor")
    return found


def _size(file: BinaryIO) -> int:
    return os.fstat(file.fileno()).st_size
