"""Mixed precision: what networks compute in, and what must stay float32."""

import contextlib

import tensorflow as tf

from vqinpaint.environment.keras2 import keras


def to_full(x):
    """To float32: for softmaxes, distances, losses and whatever leaves a network."""
    return tf.cast(x, tf.float32)


@contextlib.contextmanager
def computing_in(precision):
    """Networks made in this context keep float32 weights and compute in `precision`.

    Args:
      precision: "float32" or "bfloat16". The latter has float32's range, so that gradients
        need no scaling; float16, which has not, is left out.
    """
    before = keras.mixed_precision.global_policy()
    policy = "float32" if precision == "float32" else f"mixed_{precision}"
    keras.mixed_precision.set_global_policy(policy)
    try:
        yield
    finally:
        keras.mixed_precision.set_global_policy(before)
