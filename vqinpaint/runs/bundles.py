"""TensorFlow's checkpoints, looked at before anything is read into memory.

A checkpoint is a file PREFIX.index, which says what there is, and PREFIX.data-... with the
values. TensorFlow compares checksums of both, but makes room for whatever sizes the index
names; here these are held against the files first.
"""

from __future__ import annotations

import glob
import math
import os
from collections.abc import Iterable
from typing import Any

import numpy as np
import tensorflow as tf

from vqinpaint.errors import ModelError, first_line
from vqinpaint.files.plain_paths import plain_path

_LONGEST = 160  # characters that are shown of TensorFlow's own words


class Bundle:
    """A checkpoint that is as large as it says.

    Args:
      prefix: of its files.

    Attributes:
      shapes: of all values, by name.

    Raises:
      ModelError: files are missing, cut or damaged.
    """

    def __init__(self, prefix: str):
        self._prefix = prefix
        size = _size_of_data(prefix)
        self._reader = self._guarded(
            lambda: tf.train.load_checkpoint(plain_path(prefix))
        )
        self.shapes: dict[str, tuple[int, ...]] = {
            name: tuple(shape)
            for name, shape in self._reader.get_variable_to_shape_map().items()
        }
        types = self._reader.get_variable_to_dtype_map()
        named = sum(
            math.prod(shape) * types[name].size for name, shape in self.shapes.items()
        )
        if named > size:
            raise damaged(prefix, f"its index names {named} bytes, it has {size}")

    def read(self, name: str) -> Any:
        """A value, whose checksum is compared. Raises ModelError."""
        return self._guarded(lambda: self._reader.get_tensor(name))

    def verify(self) -> None:
        """Reads every value once. Raises ModelError."""
        for name in self.shapes:
            self.read(name)

    def _guarded(self, call):
        try:
            return call()
        except Exception as error:  # of many kinds, whatever the damage
            raise damaged(self._prefix, first_line(error)) from None


def damaged(prefix: str, reason: str) -> ModelError:
    """The error for a checkpoint that cannot be used."""
    return ModelError(
        f"the checkpoint {prefix} is damaged or incomplete ({reason[:_LONGEST]}); copy "
        "or fetch it again."
    )


def require_finite(variables: Iterable[Any], path: str) -> None:
    """Refuses weights that are no numbers, which would complete pictures in black.

    Args:
      variables: of TensorFlow.
      path: where they came from.

    Raises:
      ModelError: one of them holds NaN or infinity.
    """
    for variable in variables:
        values = variable.numpy()
        if values.dtype.kind == "f" and not np.isfinite(values).all():
            raise ModelError(
                f"{path} holds weights that are not finite ({variable.name}); train or "
                "fetch it again."
            )


def _size_of_data(prefix):
    """Bytes of the files with the values; all of them must be regular files."""
    found = sorted(glob.glob(f"{glob.escape(prefix)}.data-*-of-*"))
    for path in (f"{prefix}.index", *(found or [f"{prefix}.data-00000-of-00001"])):
        if not os.path.isfile(path):
            told = "no regular file" if os.path.exists(path) else "missing"
            raise damaged(prefix, f"{os.path.basename(path)} is {told}")
    return sum(map(os.path.getsize, found))
