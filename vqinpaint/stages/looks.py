"""Pictures to look at while a stage trains: drawn codes and where they vary."""

from __future__ import annotations

import math

import tensorflow as tf

from vqinpaint import sampling
from vqinpaint.layers.codebook import Codebook
from vqinpaint.models.prior import GatedPrior
from vqinpaint.models.structure import StructureGenerator
from vqinpaint.models.vqvae import VQVAE
from vqinpaint.ops.shapes import sizes
from vqinpaint.sampling.choice import Control
from vqinpaint.sampling.noise import gumbel
from vqinpaint.stages.base import Batch

NUMBER = 3  # draws per picture


def drawn_structures(
    vqvae: VQVAE, structure: StructureGenerator, batch: Batch
) -> tuple[list[tf.Tensor], tf.Tensor]:
    """Draws structures for holed pictures: `drawn_codes` of the structure prior.

    Args:
      vqvae: trained.
      structure: trained, or in training.
      batch: B pictures with their masks.
    """
    condition = structure.condition(batch.image, batch.mask)
    return drawn_codes(structure.prior, vqvae.encoder.top_codebook, condition)


def drawn_codes(
    prior: GatedPrior, codebook: Codebook, condition: tf.Tensor
) -> tuple[list[tf.Tensor], tf.Tensor]:
    """Draws grids of codes, always from the same seeds.

    The sampler calls the prior on whole grids, so that it needs no step interface of it
    (`models.prior_steps`).

    Args:
      prior: trained, or in training.
      codebook: whose codes it draws.
      condition: float32 [B, h, w, C], as the prior takes it.

    Returns:
      (`NUMBER` grids of code vectors, float32 [B, h, w, D] each; the entropy of every
      code of the first grid as a share of log2(K), float32 [B, h, w] in 0..1).
    """
    number, height, width, _ = sizes(condition)
    control = Control(tf.ones([number]), tf.constant(0), tf.constant(1.0))

    def logits_of(codes):
        return prior(codebook.vectors_of(codes), condition)

    drawn = []
    for i in range(NUMBER):
        seeds = tf.range(i * number, (i + 1) * number)
        noise = gumbel(seeds, [height, width, codebook.size])
        draw = sampling.BY_LOGITS["fixed_point_grid"](logits_of, noise, control)
        drawn.append(draw)
    vectors = [codebook.vectors_of(draw.codes) for draw in drawn]
    return vectors, drawn[0].entropy / math.log2(codebook.size)


def as_picture(shares: tf.Tensor, cell: int = 8) -> tf.Tensor:
    """Shows values of codes as grey pictures.

    Args:
      shares: float32 [B, h, w] in 0..1; 1 becomes white.
      cell: c, pixels along the side of a code.

    Returns:
      float32 [B, c * h, c * w, 3] in [-1, 1].
    """
    large = tf.repeat(tf.repeat(shares, cell, axis=1), cell, axis=2)
    return tf.repeat(large[..., None] * 2 - 1, 3, axis=-1)
