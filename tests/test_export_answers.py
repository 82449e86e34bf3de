"""What the signatures of an export answer."""

import numpy as np
import pytest
import tensorflow as tf

from tests.export_world import SIGNATURES, tensors
from vqinpaint.exporting.requests import requests


@pytest.mark.portable
@pytest.mark.parametrize("name", SIGNATURES)
def test_a_row_gives_the_same_bytes_alone_and_in_any_batch(exported, loaded, name):
    inputs = requests(exported[0], 3)[name]
    together = loaded[name](**tensors(inputs))
    for row in range(3):
        one = {key: value[row : row + 1] for key, value in inputs.items()}
        for key, value in loaded[name](**tensors(one)).items():
            # What noise draws is priced for the whole batch at once.
            exact = not (name == "inpaint_from_noise" and key == "bits")
            compare = (
                np.testing.assert_array_equal if exact else np.testing.assert_allclose
            )
            compare(value[0], together[key][row], *(() if exact else (1e-5,)))


def _serve(loaded, image, mask, seed=0):
    def encode(picture):
        return tf.io.encode_png(tf.constant(picture))[None]

    answer = loaded["serving_default"](
        image_bytes=encode(image),
        mask_bytes=encode(mask),
        seed=tf.constant([seed]),
        temperature=tf.constant([1.0]),
    )
    return np.stack(
        [tf.io.decode_png(png).numpy() for png in answer["completed_bytes"][0]]
    )


@pytest.mark.parametrize("shape", [(64, 64), (100, 80), (40, 130)])
def test_a_server_takes_any_size_and_never_sees_what_is_hidden(loaded, shape):
    generator = np.random.default_rng(1)
    image, other = generator.integers(0, 256, (2, *shape, 3), np.uint8)
    mask = np.zeros((*shape, 1), np.uint8)
    mask[10:30, 10:35] = 255
    completed = _serve(loaded, image, mask)
    hidden = np.where(mask > 127, other, image)
    np.testing.assert_array_equal(completed, _serve(loaded, hidden, mask))
    assert completed.shape == (2, *shape, 3)
    known = np.broadcast_to(mask == 0, completed.shape)
    whole = np.broadcast_to(image, completed.shape)
    np.testing.assert_array_equal(completed[known], whole[known])
    assert (completed[~known] != whole[~known]).any()


def test_a_mask_of_another_size_is_resized_by_nearest_neighbour(loaded):
    image = np.random.default_rng(1).integers(0, 256, (64, 64, 3), np.uint8)
    mask = np.zeros((64, 64, 1), np.uint8)
    mask[16:32, 32:48] = 255
    small = mask[::4, ::4]
    np.testing.assert_array_equal(
        _serve(loaded, image, mask), _serve(loaded, image, small)
    )
