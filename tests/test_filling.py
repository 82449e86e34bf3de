"""Smooth filling of holes."""

import numpy as np
import pytest
import tensorflow as tf

from vqinpaint.ops.filling import fill_smoothly


def _box(height, width, channels=1):
    mask = np.zeros((1, height, width, 1), "f")
    mask[:, height // 4 : -(height // 4), width // 3 : -(width // 3)] = 1
    image = np.random.default_rng(0).uniform(-1, 1, (1, height, width, channels))
    return tf.constant(image.astype("f")), tf.constant(mask)


@pytest.mark.parametrize("shape", [(16, 16), (24, 40), (9, 21), (1, 8)])
def test_known_pixels_stay_and_hidden_ones_do_not_matter(shape):
    image, mask = _box(shape[0] * 4, shape[1] * 4, 3)
    filled = fill_smoothly(image, mask)
    # A sum with 0 times the coarser level.
    np.testing.assert_allclose(filled * (1 - mask), image * (1 - mask), atol=1e-6)
    np.testing.assert_array_equal(
        filled, fill_smoothly(image * (1 - mask) + mask, mask)
    )


def test_filling_lies_between_the_known_values():
    image, mask = _box(32, 48)
    known = image[mask == 0]
    filled = fill_smoothly(image, mask)
    # Means, so nothing new; rounding of a dozen float32 sums.
    assert known.numpy().min() - 1e-5 <= filled.numpy().min()
    assert filled.numpy().max() <= known.numpy().max() + 1e-5


def test_one_colour_fills_with_itself():
    image, mask = _box(32, 32)
    filled = fill_smoothly(tf.ones_like(image) * 0.25, mask)
    np.testing.assert_allclose(filled, 0.25, rtol=1e-6)  # float32


def test_nothing_known_gives_zeros():
    image, mask = _box(16, 16)
    assert not fill_smoothly(image, tf.ones_like(mask)).numpy().any()
