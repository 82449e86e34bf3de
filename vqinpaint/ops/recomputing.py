"""Gradient checkpointing: blocks that are computed a second time instead of kept."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import tensorflow as tf

_wanted = False


@contextlib.contextmanager
def recomputing(wanted: bool = True) -> Iterator[None]:
    """Blocks made in this context keep their inputs alone for the gradient, if `wanted`.

    What they compute on the way from input to output is forgotten and computed again when
    the gradient is taken (Chen et al. 2016, "Training Deep Nets with Sublinear Memory
    Cost"). Values and gradients are the same.
    """
    global _wanted
    before, _wanted = _wanted, wanted
    try:
        yield
    finally:
        _wanted = before


def wanted() -> bool:
    """Whether a block that is made now shall recompute."""
    return _wanted


def run(
    function: Callable[..., tf.Tensor], recompute: bool, *inputs: tf.Tensor | None
) -> tf.Tensor:
    """Calls a block's function, and has it computed again for the gradient if asked.

    Args:
      function: pure function of the inputs, of variables, and of anything without a
        gradient.
      recompute: what `wanted` said when the block was made.
      inputs: floats that gradients flow to, or None.
    """
    if not recompute:
        return function(*inputs)
    given = [i for i, value in enumerate(inputs) if value is not None]

    @tf.recompute_grad
    def again(*values):
        every = dict(zip(given, values))
        return function(*(every.get(i) for i in range(len(inputs))))

    return again(*(inputs[i] for i in given))
