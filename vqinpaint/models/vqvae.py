"""Hierarchical VQ-VAE: structure codes at 1/8 of the side, texture codes at 1/4."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import tensorflow as tf

from vqinpaint.environment.keras2 import keras
from vqinpaint.layers.codebook import Codebook, Quantized, Usage
from vqinpaint.layers.convolution import (
    ResidualBlock,
    convolution,
    transposed_convolution,
)
from vqinpaint.ops.precision import to_full
from vqinpaint.options import ModelOptions, VQVAEOptions


class Encoded(NamedTuple):
    """Both levels of an encoded picture."""

    top: Quantized  # structure, a grid of [H/8, W/8]
    bottom: Quantized  # texture, a grid of [H/4, W/4]
    top_features: tf.Tensor  # float32 [B, H/8, W/8, D], before quantisation
    bottom_features: tf.Tensor  # float32 [B, H/4, W/4, D], before quantisation


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
    """Encodes a picture into two levels of codes (section 3.2).

    `vq_encoder_spec` in the authors' net/vqvae.py. Call with a picture [B, H, W, 3] in
    [-1, 1], H and W multiples of 8 -> `Encoded`. A call changes no codebook; training
    passes `usage` on to `follow`.

    Args:
      options: sizes, and how the codebooks follow their averages.
    """

    def __init__(self, options: VQVAEOptions, name: str = "vqvae_encoder"):
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

    def call(self, image: tf.Tensor) -> Encoded:
        x = tf.nn.elu(self.down_2(tf.nn.elu(self.down_1(image))))
        bottom = _run(self.bottom_blocks, self.bottom_in(x))
        x = self.top_in(tf.nn.elu(self.down_3(bottom)))
        top_features = to_full(self.top_out(_run(self.top_blocks, x)))
        top = self.top_codebook(top_features)
        x = self.back_up(_run(self.back_blocks, self.back_in(top.vectors)))
        bottom_features = to_full(self.bottom_out(tf.concat([bottom, x], axis=-1)))
        quantized = self.bottom_codebook(bottom_features)
        return Encoded(top, quantized, top_features, bottom_features)

    def usage(self, encoded: Encoded) -> tuple[Usage, Usage]:
        """What a call chose its codes for: (top codebook, bottom codebook)."""
        return (
            self.top_codebook.usage(encoded.top_features, encoded.top.indices),
            self.bottom_codebook.usage(encoded.bottom_features, encoded.bottom.indices),
        )

    def follow(self, usage: Iterable[Usage], applied: tf.Tensor | bool = True) -> None:
        """Moves the top and the bottom codebook; see `Codebook.follow`."""
        for codebook, own in zip((self.top_codebook, self.bottom_codebook), usage):
            codebook.follow(own, applied)


class VQDecoder(keras.Model):
    """Decodes two levels of code vectors into a picture (section 3.2).

    `vq_decoder_spec` in the authors' net/vqvae.py. Call with (top [B, h, w, D], bottom
    [B, 2h, 2w, D]) -> float32 [B, 8h, 8w, 3], about in [-1, 1] but not clipped.

    Args:
      options: sizes.
    """

    def __init__(self, options: VQVAEOptions, name: str = "vqvae_decoder"):
        super().__init__(name=name, autocast=False)
        self.top_up = transposed_convolution(options.code_dimension, name="top_up")
        self.enter = convolution(options.channels, 3, name="enter")
        self.blocks = _residual_stack(options, "blocks")
        self.up_1 = transposed_convolution(options.channels // 2, name="up_1")
        self.up_2 = transposed_convolution(3, name="up_2")

    def call(self, top: tf.Tensor, bottom: tf.Tensor) -> tf.Tensor:
        top = self.top_up(top)
        x = tf.concat([tf.cast(bottom, top.dtype), top], axis=-1)
        x = _run(self.blocks, self.enter(x))
        return to_full(self.up_2(tf.nn.elu(self.up_1(x))))

    def structure_alone(self, top: tf.Tensor) -> tf.Tensor:
        """Decodes structure with zeros for the texture, the paper's Figure 1.

        [B, h, w, D] -> float32 [B, 8h, 8w, 3], clipped to [-1, 1].
        """
        return tf.clip_by_value(self.without_texture(top), -1.0, 1.0)

    def without_texture(self, top: tf.Tensor) -> tf.Tensor:
        """The same, not clipped."""
        empty = tf.repeat(tf.repeat(tf.zeros_like(top), 2, axis=1), 2, axis=2)
        return self(top, empty)


class VQVAE(tf.Module):
    """Encoder and decoder of the VQ-VAE, with all variables made.

    Args:
      options: of the whole model.
    """

    def __init__(self, options: ModelOptions):
        super().__init__(name="vqvae")
        self.options = options.vqvae
        self.encoder = VQEncoder(options.vqvae)
        self.decoder = VQDecoder(options.vqvae)
        encoded = self.encoder(tf.zeros([1, 64, 64, 3]))
        self.decoder(encoded.top.vectors, encoded.bottom.vectors)

    def reconstruct(self, image: tf.Tensor) -> tuple[Encoded, tf.Tensor]:
        """Encodes and decodes: [B, H, W, 3] -> (`Encoded`, float32 [B, H, W, 3])."""
        encoded = self.encoder(image)
        return encoded, self.decoder(encoded.top.vectors, encoded.bottom.vectors)
