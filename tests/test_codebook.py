"""The codebook against NumPy: choice, gradient, moving averages."""

import numpy as np
import pytest
import tensorflow as tf

from vqinpaint.layers.codebook import Codebook

pytestmark = pytest.mark.numerical


def _noise(shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def test_codebook_chooses_the_nearest_code():
    layer = Codebook(8)
    x = _noise((2, 3, 3, 4))
    result = layer(x)
    codes = layer.codes.numpy().T
    distances = ((x[..., None, :] - codes) ** 2).sum(-1)
    np.testing.assert_array_equal(result.indices, distances.argmin(-1))
    np.testing.assert_allclose(
        result.commitment, distances.min(-1).sum((1, 2)) / 36, rtol=1e-4
    )


def test_codebook_gradient_passes_straight_through():
    layer, x = Codebook(8), tf.Variable(_noise((1, 2, 2, 4)))
    weights = _noise((1, 2, 2, 4), 1)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(layer(x).vectors * weights)
    np.testing.assert_array_equal(tape.gradient(loss, x), weights)


def test_first_codebook_step_replaces_the_initial_codes_by_means():
    layer = Codebook(4)
    x = _noise((1, 8, 8, 3))
    indices = layer(x).indices.numpy()
    layer.follow(layer.usage(x, indices))
    indices = indices.ravel()
    flat = x.reshape(-1, 3)
    for code in range(4):
        members = flat[indices == code]
        mean = members.mean(0) if len(members) else np.zeros(3)
        # Laplace smoothing of the counts moves a mean by about 1e-5 of itself.
        np.testing.assert_allclose(layer.codes.numpy()[:, code], mean, atol=1e-4)


def test_a_codebook_moves_only_when_told():
    layer = Codebook(4)
    layer(_noise((1, 4, 4, 3)))
    before = layer.get_weights()
    x = _noise((1, 4, 4, 3), 1)
    layer.follow(layer.usage(x, layer(x).indices), applied=False)
    for a, b in zip(before, layer.get_weights()):
        np.testing.assert_array_equal(a, b)
