"""Features that were computed once, found again by the content of the picture."""

from __future__ import annotations

import collections
import copy
import hashlib
import os
from collections.abc import Mapping
from typing import Callable

import numpy as np

from vqinpaint import outputs
from vqinpaint.errors import DataError
from vqinpaint.files.regular import open_regular

_MOST_BYTES = 16 << 30  # a million pictures take half of it
_Known = collections.ChainMap[bytes, np.ndarray]


class CachedFeatures:
    """A network that computes each different picture once.

    Args:
      network: from uint8 [B, H, W, 3] to float32 [B, D], each row by itself.
      path: file that keeps features for other runs, or "" to keep none. Its name must
        tell the weights, as features of other weights are others.

    Raises:
      DataError: there is a file, but not one that this class wrote.
    """

    def __init__(
        self, network: Callable[[np.ndarray], np.ndarray], path: str = ""
    ) -> None:
        self._network, self._path = network, path
        stored = _read(path) if path and outputs.is_taken(path) else {}
        self._known = _Known({}, stored)  # what is new, and what is not

    def __call__(self, pictures: np.ndarray) -> np.ndarray:
        """As the network. All that are not known yet are computed in one batch.

        Raises:
          DataError: the file's features are longer or shorter than the network's.
        """
        keys = [_key(picture) for picture in pictures]
        new = {key: i for i, key in enumerate(keys) if key not in self._known}
        if new:
            rows = self._network(np.asarray(pictures)[list(new.values())])
            self._known.update(zip(new, np.asarray(rows, np.float32)))
        if len({len(self._known[key]) for key in keys}) > 1:
            raise DataError(
                f"{self._path} holds features of another network; remove it, or name "
                "another folder."
            )
        return np.stack([self._known[key] for key in keys])

    def __len__(self) -> int:
        """How many features are new since the file was read, or since `beside`."""
        return len(self._known.maps[0])

    def beside(self) -> CachedFeatures:
        """Another one that knows the same, and keeps to itself what it computes."""
        other = copy.copy(self)
        other._known = self._known.new_child()
        return other

    def values(self) -> dict[str, np.ndarray]:
        """What is new, at least one picture's features, as arrays for `extend`."""
        return {"table": _table(self._known.maps[0])}

    def extend(self, values: Mapping[str, np.ndarray]) -> None:
        """Adds the `values` of another one of the same network."""
        for key, row in _rows(values["table"]).items():
            self._known.setdefault(key, row)

    def save(self) -> None:
        """Writes the features into the file, if there are new ones."""
        new = self._known.maps[0]
        if not self._path or not new:
            return
        known = {**self._known.parents, **new}
        os.makedirs(os.path.dirname(self._path) or os.curdir, exist_ok=True)
        with outputs.new_file(self._path, replace=True) as file:
            np.save(file, _table(known), allow_pickle=False)
        self._known = _Known({}, known)


def _key(picture):
    shape = repr(picture.shape).encode()
    return hashlib.sha256(shape + np.ascontiguousarray(picture).tobytes()).digest()


def _table(known):
    """A row is the 32 bytes of a key, as if they were eight numbers, and the features."""
    keys = np.frombuffer(b"".join(known), np.uint8).reshape(-1, 32)
    features = np.stack(list(known.values())).astype("<f4")
    return np.concatenate([keys.view("<f4"), features], axis=1)


def _rows(table):
    """Features by key, from such a table."""
    keys = np.ascontiguousarray(table[:, :8]).view(np.uint8)
    return {key.tobytes(): row for key, row in zip(keys, table[:, 8:])}


def _read(path):
    with open_regular(path, _MOST_BYTES, error=DataError) as file:
        try:
            table = np.load(file, allow_pickle=False)
            fits = table.ndim == 2 and table.dtype == "<f4" and table.shape[1] > 8
        except Exception:  # NumPy raises errors of many kinds
            fits = False
    if not fits:
        raise DataError(f"{path} holds no features; remove it, or name another folder.")
    return _rows(table)
