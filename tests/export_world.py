"""What an export of the tiny model is asked for."""

import tensorflow as tf

SIGNATURES = (
    "serving_default",
    "details",
    "inpaint",
    "inpaint_from_noise",
    "entropy",
    "encode",
    "reconstruct",
)


def tensors(inputs):
    """Arrays by name as tensors by name."""
    return {name: tf.constant(value) for name, value in inputs.items()}
