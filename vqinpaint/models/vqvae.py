"""Hierarchical VQ-VAE: structure codes at 1/8 of the side, texture codes at 1/4."""

from typing import NamedTuple

import tensorflow as tf

from vqinpaint.environment.keras2 import keras
from vqinpaint.layers.codebook import Codebook, Quantized
from vqinpaint.layers.convolution import (
    ResidualBlock,
    convolution,
    transposed_convolution,
)
from vqinpaint.ops.precision import to_full


class Encoded(NamedTuple):
    """Both levels of an encoded picture."""

    top: Quantized  # structure, [B, H/8, W/8, ...]
    bottom: Quantized  # texture, [B, H/4, W/4, ...]
    top_features: tf.Tensor  # [B, H/8, W/8, D] before quantisation
    bottom_features: tf.Tensor  # [B, H/4, W/4, D] before quantisation


def _residual_stack(options, name):
    """Blocks named `name`_0, `name`_1 and so on."""
    return [
        ResidualBlock(options.channels, options.residual_channels, name=f"{name}_{i}")
        for i in range(options.residual_blocks)
    ]


def _run(blocks, x):
    for block in blocks:
        x = block(x)
    return tf.nn.elu(x)


class VQEncoder(keras.Model):
    """Picture to two levels of codes (section 3.2): [B, H, W, 3] in [-1, 1] -> Encoded.

    H and W are multiples of 8. A call moves no codebook; see `usage` and `follow`.

    Args:
      options: `VQVAEOptions`.
    """

    def __init__(self, options, name="vqvae_encoder"):
        super().__init__(name=name, autocast=False)
        width = options.channels
        self.down_1 = convolution(width // 2, 4, 2, name="down_1")
        self.down_2 = convolution(width, 4, 2, name="down_2")
        self.bottom_in = convolution(width, 3, name="bottom_in")
        self.bottom_blocks = _residual_stack(options, "bottom_blocks")
        self.down_3 = convolution(width // 2, 4, 2, name="down_3")
        self.top_in = convolution(width, 3, name="top_in")
        self.top_blocks = _residual_stack(options, "top_blocks")
        self.top_out = convolution(options.code_dimension, 1, name="top_out")
        codebook = (options.codes, options.decay, options.epsilon)
        self.top_codebook = Codebook(*codebook, name="top_codebook")
        self.back_in = convolution(width, 3, name="back_in")
        self.back_blocks = _residual_stack(options, "back_blocks")
        self.back_up = transposed_convolution(width, name="back_up")
        self.bottom_out = convolution(options.code_dimension, 1, name="bottom_out")
        self.bottom_codebook = Codebook(*codebook, name="bottom_codebook")

    def call(self, image):
        x = tf.nn.elu(self.down_2(tf.nn.elu(self.down_1(image))))
        bottom = _run(self.bottom_blocks, self.bottom_in(x))
        x = self.top_in(tf.nn.elu(self.down_3(bottom)))
        top_features = to_full(self.top_out(_run(self.top_blocks, x)))
        top = self.top_codebook(top_features)
        x = self.back_up(_run(self.back_blocks, self.back_in(top.vectors)))
        bottom_features = to_full(self.bottom_out(tf.concat([bottom, x], axis=-1)))
        quantized = self.bottom_codebook(bottom_features)
        return Encoded(top, quantized, top_features, bottom_features)

    def usage(self, encoded):
        """(`Usage` of the top codebook, of the bottom one) in an `Encoded`."""
        return (
            self.top_codebook.usage(encoded.top_features, encoded.top.indices),
            self.bottom_codebook.usage(encoded.bottom_features, encoded.bottom.indices),
        )

    def follow(self, usage, applied=True):
        """Moves both codebooks; see `Codebook.follow`."""
        for codebook, own in zip((self.top_codebook, self.bottom_codebook), usage):
            codebook.follow(own, applied)


class VQDecoder(keras.Model):
    """Two levels of code vectors to a picture (section 3.2).

    Call with (top [B, h, w, D], bottom [B, 2h, 2w, D]) -> [B, 8h, 8w, 3], not clipped.

    Args:
      options: `VQVAEOptions`.
    """

    def __init__(self, options, name="vqvae_decoder"):
        super().__init__(name=name, autocast=False)
        self.top_up = transposed_convolution(options.code_dimension, name="top_up")
        self.enter = convolution(options.channels, 3, name="enter")
        self.blocks = _residual_stack(options, "blocks")
        self.up_1 = transposed_convolution(options.channels // 2, name="up_1")
        self.up_2 = transposed_convolution(3, name="up_2")

    def call(self, top, bottom):
        top = self.top_up(top)
        x = tf.concat([tf.cast(bottom, top.dtype), top], axis=-1)
        x = _run(self.blocks, self.enter(x))
        return to_full(self.up_2(tf.nn.elu(self.up_1(x))))

    def structure_alone(self, top):
        """Decodes structure with an empty texture: [B, h, w, D] -> [B, 8h, 8w, 3].

        Clipped to [-1, 1]; the smooth pictures of the paper's Figure 1.
        """
        empty = tf.repeat(tf.repeat(tf.zeros_like(top), 2, axis=1), 2, axis=2)
        return tf.clip_by_value(self(top, empty), -1.0, 1.0)


class VQVAE(tf.Module):
    """Encoder and decoder together, built.

    Args:
      options: `ModelOptions`.
    """

    def __init__(self, options):
        super().__init__(name="vqvae")
        self.options = options.vqvae
        self.encoder = VQEncoder(options.vqvae)
        self.decoder = VQDecoder(options.vqvae)
        encoded = self.encoder(tf.zeros([1, 64, 64, 3]))
        self.decoder(encoded.top.vectors, encoded.bottom.vectors)

    def reconstruct(self, image):
        """Encodes and decodes: [B, H, W, 3] -> (Encoded, [B, H, W, 3])."""
        encoded = self.encoder(image)
        return encoded, self.decoder(encoded.top.vectors, encoded.bottom.vectors)
