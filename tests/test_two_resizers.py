"""One algorithm in two backends: NumPy and Pillow for files, a graph for servers."""

import numpy as np
import pytest
import tensorflow as tf
from scipy import ndimage

from vqinpaint.ops import encoded
from vqinpaint.pictures import resizing

SIDE = 64
SIZES = [(130, 70), (40, 40), (64, 200), (300, 256), (65, 65), (33, 100), (641, 479)]

pytestmark = pytest.mark.portable


def _picture(height, width, seed=0):
    noise = np.random.default_rng(seed).uniform(-300, 600, (height, width, 3))
    return ndimage.gaussian_filter(noise, (2, 2, 0)).clip(0, 255).astype(np.uint8)


def _mask(height, width):
    mask = np.zeros((height, width), np.uint8)
    mask[height // 3 : height // 2, 5 : width // 2] = 255
    return mask


@pytest.mark.parametrize("size", SIZES)
def test_a_server_shrinks_a_picture_as_the_command_line_does(size):
    image, mask = _picture(*size), _mask(*size)
    ours, our_hole = resizing.shrink_known(image, mask, SIDE)
    theirs, their_hole = encoded.fit(
        tf.constant(image), tf.constant(mask[..., None]), SIDE
    )
    np.testing.assert_array_equal(our_hole, their_hole[..., 0])
    known = our_hole == 0
    # Sums of float32 in another order may round to the next grey level.
    assert np.abs(ours.astype(int) - theirs.numpy())[known].max() <= 1


@pytest.mark.parametrize("size", SIZES)
def test_a_server_pastes_a_filling_as_the_command_line_does(size):
    image, mask = _picture(*size), _mask(*size)
    filling = _picture(SIDE, SIDE, seed=1)
    ours = resizing.paste_filling(image, mask, filling)
    theirs = encoded.paste(
        tf.constant(image), tf.constant(mask[..., None]), tf.constant(filling[None])
    )
    difference = np.abs(ours.astype(int) - theirs[0].numpy())
    assert difference[mask == 0].max() == 0
    # Pillow interpolates bytes in fixed point, TensorFlow in float32.
    assert difference.max() <= 1
