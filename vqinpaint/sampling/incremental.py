"""One code at a time, with everything cached that earlier codes have settled."""

from __future__ import annotations

from typing import Any, Callable

import tensorflow as tf

from vqinpaint.sampling import rows
from vqinpaint.sampling.choice import Control, Draw


def sample(
    make_steps: Callable[[int], Any],
    noise: tf.Tensor,
    control: Control,
    on_row: Callable[[tf.Tensor], Any] | None = None,
    guess: tf.Tensor | None = None,
) -> Draw:
    """Draws a grid of codes place by place in raster order, from the step interface.

    Args:
      make_steps: function from the number of columns asked for at once to the step
        interface; see `rows.sample`.
      noise, control, on_row, guess: as of `naive.sample`; it takes no guess either.

    Returns:
      `sampling.choice.Draw`.
    """
    del guess
    return rows.sample(make_steps(1), noise, control, on_row)
