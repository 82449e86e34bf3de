"""What PyTorch's pickles say of tensors, held against their storages.

A storage is a row of numbers; a tensor is a view of one, told by offset, sizes and strides
as in NumPy.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from vqinpaint.files.pickles import Global

_MOST_DIMENSIONS = 32  # of an array of NumPy 1

_DTYPES = {
    "torch.DoubleStorage": "<f8",
    "torch.FloatStorage": "<f4",
    "torch.HalfStorage": "<f2",
    "torch.BFloat16Storage": "<u2",  # the upper half of a float32
    "torch.LongStorage": "<i8",
    "torch.IntStorage": "<i4",
    "torch.ShortStorage": "<i2",
    "torch.CharStorage": "<i1",
    "torch.ByteStorage": "<u1",
    "torch.BoolStorage": "<u1",
}


class Storage(NamedTuple):
    """A row of numbers that tensors look at."""

    kind: str
    key: str
    length: int

    @property
    def bytes(self) -> int:
        """Size of its numbers in a file."""
        return self.length * np.dtype(_DTYPES[self.kind]).itemsize


class Tensor(NamedTuple):
    """A tensor whose numbers lie within its storage."""

    storage: Storage
    offset: int
    sizes: tuple[int, ...]
    strides: tuple[int, ...]


def keeper(storages: dict[str, Storage]) -> Callable[[Any], Storage]:
    """A function that makes storages of what pickles tell of them.

    Args:
      storages: by key; the function adds what it makes.
    """

    def stored(told: Any) -> Storage:
        if not isinstance(told, tuple) or len(told) < 5 or told[0] != "storage":
            raise ValueError("it refers to something that is no storage")
        kind, key, _, count = told[1:5]
        fits = (
            isinstance(kind, Global)
            and kind.name in _DTYPES
            and isinstance(key, str)
            and _counts([count])
            and not any(told[5:])  # views of storages, before PyTorch 0.4
        )
        if not fits:
            raise ValueError("it describes a storage as PyTorch does not")
        storage = Storage(kind.name, key, count)
        if storages.setdefault(key, storage) != storage:
            raise ValueError("it describes one storage in two ways")
        return storage

    return stored


def _tensor(storage, offset, sizes, strides, *rest):
    """What `torch._utils._rebuild_tensor_v2` is called with; the rest is for training."""
    fits = (
        isinstance(storage, Storage)
        and isinstance(sizes, tuple)
        and isinstance(strides, tuple)
        and len(sizes) == len(strides) <= _MOST_DIMENSIONS
        and _counts([offset, *sizes, *strides])
    )
    if not fits:
        raise ValueError("it describes a tensor as PyTorch does not")
    number = math.prod(sizes)
    last = offset + sum((n - 1) * step for n, step in zip(sizes, strides))
    # A tensor that repeats its numbers could be of any size.
    if number and (last >= storage.length or number > storage.length):
        raise ValueError(
            f"a tensor of {list(sizes)} outside of a storage of {storage.length} numbers"
        )
    return Tensor(storage, offset, sizes, strides)


def _parameter(tensor, *rest):
    """What `torch._utils._rebuild_parameter` is called with."""
    if not isinstance(tensor, Tensor):
        raise ValueError("a parameter that is no tensor")
    return tensor


def _ordered(pairs=()):
    """What `collections.OrderedDict` is called with: nothing, or pairs by Python 2."""
    found = {}
    for pair in pairs:
        if not isinstance(pair, (list, tuple)) or len(pair) != 2:
            raise ValueError("a dict of odd pairs")
        if not isinstance(pair[0], (str, int)):
            raise ValueError(f"a key that is a {type(pair[0]).__name__}")
        found[pair[0]] = pair[1]
    return found


BUILDERS: dict[str, Callable | None] = {
    "collections.OrderedDict": _ordered,
    "torch._utils._rebuild_tensor": _tensor,
    "torch._utils._rebuild_tensor_v2": _tensor,
    "torch._utils._rebuild_parameter": _parameter,
    "torch.Size": lambda sizes: sizes,
    **dict.fromkeys(_DTYPES),
}


def numbers_of(storage: Storage, data: bytes) -> np.ndarray:
    """A storage's numbers, one-dimensional and not to be written to.

    Raises:
      ValueError: there are fewer bytes than the storage has.
    """
    if len(data) != storage.bytes:
        raise ValueError(f"{len(data)} bytes of a storage of {storage.bytes}")
    numbers = np.frombuffer(data, _DTYPES[storage.kind])
    if storage.kind == "torch.BFloat16Storage":
        numbers = (numbers.astype("<u4") << 16).view("<f4")
    elif storage.kind == "torch.BoolStorage":
        numbers = numbers != 0
    numbers.flags.writeable = False
    return numbers


def view(tensor: Tensor, numbers: np.ndarray) -> np.ndarray:
    """A tensor's view of the numbers of its storage."""
    if not math.prod(tensor.sizes):
        return np.zeros(tensor.sizes, numbers.dtype)
    return np.lib.stride_tricks.as_strided(
        numbers[tensor.offset :],
        tensor.sizes,
        [numbers.itemsize * step for step in tensor.strides],
        writeable=False,
    )


def _counts(values):
    """Whether all are whole numbers that can count what fits into a file."""
    return all(type(value) is int and 0 <= value < 1 << 48 for value in values)
