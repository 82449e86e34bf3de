"""Texture generator with structural attention, and its patch discriminator."""

from __future__ import annotations

from collections.abc import Iterable

import tensorflow as tf

from vqinpaint.environment.keras2 import keras
from vqinpaint.layers.convolution import (
    GatedConvolution,
    GatedUpConvolution,
    convolution,
)
from vqinpaint.layers.spectral import SpectralConvolution
from vqinpaint.ops import attention
from vqinpaint.ops.images import known_pixels
from vqinpaint.ops.precision import to_full
from vqinpaint.options import ModelOptions, TextureOptions

_DILATIONS = (1, 2, 4, 8, 16)


class TextureGenerator(keras.Model):
    """Fills the hole along a given structure (section 3.4).

    `texture_generator_spec` in the authors' net/texture_generator.py. Call with (image
    [B, H, W, 3] in [-1, 1], mask [B, H, W, 1], 1 where missing, structure
    [B, H/8, W/8, D] of code vectors) -> whole picture float32 [B, H, W, 3] in [-1, 1].
    Missing pixels are zeroed first; the caller pastes the known ones back.

    Args:
      options: sizes.
    """

    def __init__(self, options: TextureOptions, name: str = "texture_generator"):
        super().__init__(name=name, autocast=False)
        self.scale = options.attention_scale
        width = options.generator_channels

        def gated(name, filters, kernel=3, **kwargs):
            return GatedConvolution(filters, kernel, name=name, **kwargs)

        def up(name, filters):
            return GatedUpConvolution(filters, 3, name=name)

        self.enter = gated("enter", width, 5)
        self.down_1 = gated("down_1", 2 * width, strides=2)
        self.half = gated("half", 2 * width)
        self.down_2 = gated("down_2", 4 * width, strides=2)
        self.structure_1 = gated("structure_1", 4 * width)
        self.structure_2 = gated("structure_2", 4 * width)
        self.structure_up = up("structure_up", 4 * width)
        self.join = gated("join", 4 * width)
        self.context = [
            gated(f"context_{i}", 4 * width, dilation_rate=dilation)
            for i, dilation in enumerate(_DILATIONS)
        ]
        self.after_1 = gated("after_1", 4 * width)
        self.after_2 = gated("after_2", 4 * width)
        self.join_quarter = gated("join_quarter", 4 * width)
        self.up_1 = up("up_1", 2 * width)
        self.join_half = gated("join_half", 2 * width)
        self.up_2 = up("up_2", width)
        self.finish = gated("finish", width)
        self.to_rgb = convolution(3, 3, name="to_rgb")

    def call(
        self, image: tf.Tensor, mask: tf.Tensor, structure: tf.Tensor
    ) -> tf.Tensor:
        half = self.half(self.down_1(self.enter(known_pixels(image, mask))))
        x = self.structure_2(self.structure_1(structure))
        x = tf.concat([self.down_2(half), self.structure_up(x)], axis=-1)
        x = self.join(x)
        for layer in self.context:
            x = layer(x)
        quarter = x
        weights = attention.structural_attention(structure, self.scale)
        x = self.after_2(self.after_1(x))
        x = tf.concat([x, attention.reassemble(weights, quarter, 2)], axis=-1)
        x = self.up_1(self.join_quarter(x))
        x = tf.concat([x, attention.reassemble(weights, half, 4)], axis=-1)
        x = self.up_2(self.join_half(x))
        return tf.tanh(to_full(self.to_rgb(self.finish(x))))


class TextureDiscriminator(keras.Model):
    """SN-PatchGAN discriminator (Yu et al. 2019, section 3.2).

    `texture_discriminator_spec` in the authors' net/texture_generator.py. Call with
    (image [B, H, W, 3] in [-1, 1], mask [B, H, W, 1], 1 where missing) -> scores float32
    [B, N] with N = ceil(H/64) * ceil(W/64) * 4 * discriminator_channels; the higher, the
    more the patch looks like one of a real picture. A call changes no spectral vector;
    training passes `arrived` on to `move`.

    Args:
      options: sizes.
    """

    def __init__(self, options: TextureOptions, name: str = "texture_discriminator"):
        super().__init__(name=name, autocast=False)
        self.steps = [
            SpectralConvolution(
                factor * options.discriminator_channels, name=f"steps_{i}"
            )
            for i, factor in enumerate((1, 2, 4, 4, 4, 4))
        ]

    def call(self, image: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
        x = tf.concat([image, mask], axis=-1)
        for step in self.steps:
            x = tf.nn.leaky_relu(step(x), 0.2)
        return to_full(tf.reshape(x, [tf.shape(x)[0], -1]))

    def arrived(self) -> list[tf.Tensor]:
        """The spectral vectors at which a call arrives, float32 [1, C] for each layer.

        They depend on the kernels, so ask before a step changes these.
        """
        return [step.arrived() for step in self.steps]

    def move(
        self, vectors: Iterable[tf.Tensor], applied: tf.Tensor | bool = True
    ) -> None:
        """Replaces every spectral vector; see `SpectralConvolution.move`."""
        for step, left in zip(self.steps, vectors):
            step.move(left, applied)


class Texture(tf.Module):
    """Texture generator and discriminator, with all variables made.

    Args:
      options: of the whole model.
    """

    def __init__(self, options: ModelOptions):
        super().__init__(name="texture")
        self.generator = TextureGenerator(options.texture)
        self.discriminator = TextureDiscriminator(options.texture)
        image, mask = tf.zeros([1, 64, 64, 3]), tf.zeros([1, 64, 64, 1])
        structure = tf.zeros([1, 8, 8, options.vqvae.code_dimension])
        self.generator(image, mask, structure)
        self.discriminator(image, mask)
