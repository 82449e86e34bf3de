"""Features that were computed once, found again by the content of the picture."""

from __future__ import annotations

import hashlib
import os
from typing import Callable

import numpy as np

from vqinpaint import outputs
from vqinpaint.errors import DataError
from vqinpaint.files.regular import open_regular

_MOST_BYTES = 16 << 30  # a million pictures take half of it


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
        self._known: dict[bytes, np.ndarray] = {}
        if path and outputs.is_taken(path):
            self._known = _read(path)
        self._saved = len(self._known)

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

    def save(self) -> None:
        """Writes the features into the file, if there are new ones."""
        if not self._path or len(self._known) == self._saved:
            return
        keys = np.frombuffer(b"".join(self._known), np.uint8).reshape(-1, 32)
        table = np.concatenate(
            [keys.view("<f4"), np.stack(list(self._known.values())).astype("<f4")],
            axis=1,
        )
        os.makedirs(os.path.dirname(self._path) or os.curdir, exist_ok=True)
        with outputs.new_file(self._path, replace=True) as file:
            np.save(file, table, allow_pickle=False)
        self._saved = len(self._known)


def _key(picture):
    shape = repr(picture.shape).encode()
    return hashlib.sha256(shape + np.ascontiguousarray(picture).tobytes()).digest()


def _read(path):
    """A row is the 32 bytes of a key, as if they were eight numbers, and the features."""
    with open_regular(path, _MOST_BYTES, error=DataError) as file:
        try:
            table = np.load(file, allow_pickle=False)
            fits = table.ndim == 2 and table.dtype == "<f4" and table.shape[1] > 8
        except Exception:  # NumPy raises errors of many kinds
            fits = False
    if not fits:
        raise DataError(f"{path} holds no features; remove it, or name another folder.")
    keys = np.ascontiguousarray(table[:, :8]).view(np.uint8)
    return {key.tobytes(): row for key, row in zip(keys, table[:, 8:])}
