"""Mixed precision: products in bfloat16, everything delicate in float32."""

import numpy as np
import pytest
import tensorflow as tf

from tests import tiny
from tests.stage_world import NAMES, make_stage, variables_of
from vqinpaint.layers.codebook import Codebook
from vqinpaint.layers.spectral import SpectralConvolution
from vqinpaint.layers.weight_norm import WeightNormConvolution
from vqinpaint.ops import attention
from vqinpaint.ops.precision import computing_in
from vqinpaint.stages.base import Batch


@pytest.mark.parametrize("name", NAMES)
def test_a_step_in_bfloat16_is_close_to_one_in_float32(name):
    full = make_stage(name, dropout=0.0)
    with computing_in("bfloat16"):
        mixed = make_stage(name, dropout=0.0)
    batch = Batch(tiny.images(4), tiny.center_masks(4))
    step = tf.constant(0, tf.int64)
    wanted, found = full.train_step(batch, step), mixed.train_step(batch, step)
    # bfloat16 keeps three digits.
    for key in wanted:
        np.testing.assert_allclose(found[key], wanted[key], rtol=0.02, atol=0.01)
    assert any(float(wanted[key]) != float(found[key]) for key in wanted)
    assert {v.dtype for v in variables_of(mixed)} <= {tf.float32, tf.int64}
    moments = [
        np.concatenate([v.numpy().ravel() for v in s.optimizer.variables[1:]])
        for s in (full, mixed)
    ]
    cosine = np.dot(*moments) / np.prod([np.linalg.norm(m) for m in moments])
    # Codes near a tie change, and with them the gradient; seen 0.94 to 0.999.
    assert cosine > 0.9


def test_delicate_layers_stay_in_float32():
    x = tf.constant(np.random.default_rng(0).normal(size=(2, 8, 8, 4)).astype("f"))
    with computing_in("bfloat16"):
        codebook, spectral = Codebook(8), SpectralConvolution(6)
        normed = WeightNormConvolution(4, (3, 3))
    assert codebook(tf.cast(x, tf.bfloat16)).vectors.dtype == tf.float32
    assert spectral(x).dtype == normed(x).dtype == tf.bfloat16
    assert normed.kernel().dtype == tf.float32
    assert spectral.arrived().dtype == tf.float32
    values = np.linalg.norm(normed.kernel().numpy().reshape(-1, 4), axis=0)
    np.testing.assert_allclose(values, 1, rtol=1e-6)  # bfloat16 would be off by 1e-3


def test_attention_normalises_in_float32():
    """Weights of a thousand equal places sum to one, which bfloat16 sums would not."""
    x = tf.zeros([1, 32, 32, 8], tf.bfloat16)
    ones = tf.ones([1, 32, 32, 8], tf.bfloat16)
    out = tf.cast(attention.causal_attention(x, x, ones, 2), tf.float32)
    # Each weight is rounded once, to eight bits; the sum of many stays as close.
    np.testing.assert_allclose(out.numpy().reshape(-1, 8)[1:], 1, rtol=2**-7)
