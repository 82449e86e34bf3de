"""Where a value of a TensorFlow 1 checkpoint lives in our networks."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import tensorflow as tf


class Slot(NamedTuple):
    """A variable, or the columns of it that belong to one attention head."""

    variable: tf.Variable
    columns: slice = slice(None)  # along the last dimension

    def read(self) -> np.ndarray:
        """The value of these columns; a scalar variable's is of shape []."""
        value = self.variable.numpy()
        return value[..., self.columns] if value.ndim else value

    def write(self, value: np.ndarray) -> None:
        """Stores an array in these columns.

        Raises:
          ValueError: the array has another shape than the columns.
        """
        current = self.read()
        if current.shape != value.shape:
            raise ValueError(
                f"{self.variable.name} takes {current.shape}, not {value.shape}"
            )
        whole = self.variable.numpy()
        if whole.ndim:
            whole[..., self.columns] = value
            value = whole
        self.variable.assign(value)
