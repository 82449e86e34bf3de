"""Pictures to look at while a stage trains: drawn structures and where they vary."""

from __future__ import annotations

import math

import tensorflow as tf

from vqinpaint import sampling
from vqinpaint.models.structure import StructureGenerator
from vqinpaint.models.vqvae import VQVAE
from vqinpaint.ops.shapes import sizes
from vqinpaint.sampling.choice import Control
from vqinpaint.sampling.noise import gumbel
from vqinpaint.stages.base import Batch

NUMBER = 3  # structures per picture


def drawn_structures(
    vqvae: VQVAE, structure: StructureGenerator, batch: Batch
) -> tuple[list[tf.Tensor], tf.Tensor]:
    """Draws structures for holed pictures, always from the same seeds.

    The sampler calls the prior on whole grids, so that it needs no step interface of it
    (`models.structure_steps`).

    Args:
      vqvae: trained.
      structure: trained, or in training.
      batch: B pictures with their masks.

    Returns:
      (`NUMBER` grids of code vectors, float32 [B, H/8, W/8, D] each; the entropy of every
      code of the first grid as a share of log2(K), float32 [B, H/8, W/8] in 0..1).
    """
    codebook = vqvae.encoder.top_codebook
    condition = structure.condition(batch.image, batch.mask)
    number, height, width, _ = sizes(condition)
    control = Control(tf.ones([number]), tf.constant(0), tf.constant(1.0))

    def logits_of(codes):
        return structure.prior(codebook.vectors_of(codes), condition)

    drawn = []
    for i in range(NUMBER):
        seeds = tf.range(i * number, (i + 1) * number)
        noise = gumbel(seeds, [height, width, codebook.size])
        draw = sampling.BY_LOGITS["fixed_point_grid"](logits_of, noise, control)
        drawn.append(draw)
    vectors = [codebook.vectors_of(draw.codes) for draw in drawn]
    return vectors, drawn[0].entropy / math.log2(codebook.size)


def as_picture(shares: tf.Tensor) -> tf.Tensor:
    """Shows values of codes as grey pictures, 8x8 pixels a code.

    float32 [B, h, w] in 0..1 -> float32 [B, 8h, 8w, 3] in [-1, 1]; 1 becomes white.
    """
    large = tf.repeat(tf.repeat(shares, 8, axis=1), 8, axis=2)
    return tf.repeat(large[..., None] * 2 - 1, 3, axis=-1)
