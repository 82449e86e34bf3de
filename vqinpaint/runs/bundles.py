"""TensorFlow's checkpoints, looked at before anything is read into memory.

A checkpoint is a file PREFIX.index, which says what there is, and PREFIX.data-... with the
values. TensorFlow compares checksums of both, but makes room for whatever sizes the index
names; here these are held against the files first.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import tensorflow as tf

from vqinpaint.errors import ModelError, first_line
from vqinpaint.files.plain_paths import plain_path
from vqinpaint.runs.bundle_index import read_index

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
        self.shapes: dict[str, tuple[int, ...]] = {
            name: value.shape
            for name, value in self._guarded(lambda: read_index(prefix)).items()
        }
        self._reader = self._guarded(
            # Unlike tf.train.load_checkpoint it looks for no checkpoint in a folder.
            lambda: tf.compat.v1.train.NewCheckpointReader(plain_path(prefix))
        )

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
