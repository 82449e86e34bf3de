"""Normalisation of each picture's channels by themselves."""

from __future__ import annotations

import tensorflow as tf

from vqinpaint.environment.keras2 import keras
from vqinpaint.ops.precision import to_full


class InstanceNorm(keras.layers.Layer):
    """Mean 0 and variance 1 over the places of each picture and channel, then an affine.

    Ulyanov et al. 2016. Nothing is kept from one call to the next, so that training and
    inference compute the same. Statistics are float32 whatever x is.

    Call with x [B, h, w, C] -> [B, h, w, C].

    Args:
      epsilon: what is added to the variance.
    """

    def __init__(self, epsilon: float = 1e-5, **kwargs):
        super().__init__(**kwargs)
        self.epsilon = epsilon

    def build(self, input_shape: tf.TensorShape) -> None:
        full = {"experimental_autocast": False}
        channels = input_shape[-1:]
        self.scale = self.add_weight("scale", channels, initializer="ones", **full)
        self.shift = self.add_weight("shift", channels, initializer="zeros", **full)
        super().build(input_shape)

    def call(self, x: tf.Tensor) -> tf.Tensor:
        full = to_full(x)
        mean, variance = tf.nn.moments(full, [1, 2], keepdims=True)
        normal = (full - mean) * tf.math.rsqrt(variance + self.epsilon)
        return tf.cast(normal * self.scale + self.shift, x.dtype)

    def get_config(self) -> dict:
        return {**super().get_config(), "epsilon": self.epsilon}
