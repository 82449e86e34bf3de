"""What a person looks at while a stage trains: drawn structures and where they vary."""

import math

import tensorflow as tf

from vqinpaint import sampling
from vqinpaint.ops.shapes import sizes
from vqinpaint.sampling.choice import Control
from vqinpaint.sampling.noise import gumbel

NUMBER = 3  # structures per picture


def drawn_structures(vqvae, structure, batch):
    """Structures for holed pictures, from weights that are still in training.

    Draws by whole grids, which needs no other form of the network.

    Args:
      vqvae: `VQVAE`.
      structure: `StructureGenerator`.
      batch: `Batch` of B pictures.

    Returns:
      List of `NUMBER` tensors [B, h, w, D], and the entropy of every code in the first,
      as a share of the largest possible, [B, h, w] in 0..1.
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


def as_picture(shares):
    """[B, h, w] in 0..1 -> grey pictures [B, 8h, 8w, 3] in [-1, 1]; white is 1."""
    large = tf.repeat(tf.repeat(shares, 8, axis=1), 8, axis=2)
    return tf.repeat(large[..., None] * 2 - 1, 3, axis=-1)
