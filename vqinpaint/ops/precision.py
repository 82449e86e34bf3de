"""Mixed precision: what networks compute in, and what must stay float32."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import tensorflow as tf

from vqinpaint.environment.keras2 import keras


def to_full(x: tf.Tensor) -> tf.Tensor:
    """Casts to float32: for softmaxes, distances, losses and outputs of networks.

    Args:
      x: floats of any precision and shape.
    """
    return tf.cast(x, tf.float32)


@contextlib.contextmanager
def computing_in(precision: str) -> Iterator[None]:
    """Networks made in this context keep float32 weights and compute in `precision`.

    Keras' policy of the process is set meanwhile and restored afterwards, also after an
    exception.

    Args:
      precision: "float32" or "bfloat16". bfloat16 has float32's range, so that gradients
        need no scaling. float16 has not, and is not offered.
    """
    before = keras.mixed_precision.global_policy()
    policy = "float32" if precision == "float32" else f"mixed_{precision}"
    keras.mixed_precision.set_global_policy(policy)
    try:
        yield
    finally:
        keras.mixed_precision.set_global_policy(before)
