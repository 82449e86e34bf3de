"""What a model or a server must answer, and how its answers are held against that."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from vqinpaint.errors import ModelError


class Wanted(NamedTuple):
    """What one of the outputs must be.

    Attributes:
      dtype: of NumPy; object stands for bytes objects.
      shape: all of it.
      below: what whole numbers must be smaller than; they must be at least 0. None leaves
        them alone.
    """

    dtype: Any
    shape: tuple[int, ...]
    below: int | None = None

    @property
    def size(self) -> int:
        """How many values there are."""
        return math.prod(self.shape)


def checked(
    outputs: Mapping[str, np.ndarray], wanted: Mapping[str, Wanted], source: str
) -> dict[str, np.ndarray]:
    """The outputs that are wanted; others are left out.

    Args:
      outputs: arrays by name.
      wanted: what each must be, by name.
      source: who answers, for messages.

    Raises:
      ModelError: one is missing, of another type or shape, not finite or out of range.
    """
    for name, want in wanted.items():
        if name not in outputs:
            raise _unfit(source, f"answers without {name}")
        value = outputs[name]
        if value.dtype != want.dtype or value.shape != want.shape:
            raise _unfit(
                source,
                f"answers {name} as {value.dtype} {shown(value.shape)} instead of "
                f"{np.dtype(want.dtype)} {shown(want.shape)}",
            )
        if value.dtype.kind == "f" and not np.isfinite(value).all():
            raise _unfit(source, f"answers {name} with values that are not finite")
        if want.below is not None and value.size:
            if value.min() < 0 or value.max() >= want.below:
                raise _unfit(
                    source,
                    f"answers {name} from {value.min()} to {value.max()}, with "
                    f"{want.below} codes",
                )
    return {name: outputs[name] for name in wanted}


def shown(shape: tuple[int, ...]) -> str:
    """A shape in few characters."""
    text = str([int(size) for size in shape[:8]])
    return text if len(shape) <= 8 else f"{text[:-1]}, ...]"


def _unfit(source, told):
    return ModelError(f"{source} {told}; it is damaged, or no model of vqinpaint.")
