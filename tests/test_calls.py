"""One keyword call for a model in memory and for an export."""

import numpy as np
import pytest
import tensorflow as tf

from tests import tiny
from tests.commands import ROOT
from vqinpaint.joined import calls, loading

SEEDS = [5, 0, 7]


@pytest.fixture(scope="module")
def model():
    return tiny.inpainter()


@pytest.fixture(scope="module")
def square():
    """(image uint8 [64, 64, 3], mask uint8 [64, 64])."""
    image = ((tiny.images(1)[0].numpy() + 1) * 127).astype(np.uint8)
    return image, (tiny.center_masks(1)[0, ..., 0].numpy() * 255).astype(np.uint8)


CONTROLS = [
    {},
    {"temperature": 0.5},
    {"temperature": 2, "top_k": 3},
    {"top_p": 0.4},
]


def _equals_the_tensors_in_order(model, image, mask, control):
    full = {"temperature": 1.0, "top_k": 0, "top_p": 1.0, **control}
    wanted = model.sample(
        tf.constant(image),
        tf.constant(mask[..., None]),
        tf.constant(SEEDS, tf.int32),
        tf.constant([full["temperature"]] * 3, tf.float32),
        tf.constant(full["top_k"], tf.int32),
        tf.constant(full["top_p"], tf.float32),
    )
    found = calls.sample(model, image, mask, SEEDS, **control)
    assert set(found) == {"completed", "structure", "codes", "bits", "entropy"}
    for name, value in found.items():
        assert isinstance(value, np.ndarray)
        np.testing.assert_array_equal(value, wanted[name], name)


@pytest.mark.parametrize("control", CONTROLS, ids=str)
def test_a_call_equals_the_tensors_in_order(model, square, control):
    _equals_the_tensors_in_order(model, *square, control)


def test_an_export_is_called_alike(square):
    exported, _ = loading.load(str(ROOT / "saved_models" / "demo"))
    _equals_the_tensors_in_order(exported, *square, CONTROLS[2])


def test_every_control_reaches_the_model(model, square):
    drawn = [calls.sample(model, *square, SEEDS, **c)["codes"] for c in CONTROLS]
    assert len({codes.tobytes() for codes in drawn}) == len(CONTROLS)


def test_masks_may_have_a_channel_and_seeds_be_anything_countable(model, square):
    image, mask = square
    wanted = calls.sample(model, image, mask, [2, 3])["completed"]
    for seeds in (range(2, 4), np.array([2, 3], np.int64), (2, 3)):
        found = calls.sample(model, image, mask[..., None], seeds)["completed"]
        np.testing.assert_array_equal(found, wanted)


def test_other_types_and_shapes_are_refused(model, square):
    image, mask = square
    for wrong in (
        (image[None], mask),
        (image, mask[None]),
        (image, mask[:32]),
        (image / 255, mask),
        (image, mask > 127),
    ):
        with pytest.raises(ValueError, match=r"give uint8 \[S, S, 3\] and uint8"):
            calls.sample(model, *wrong, SEEDS)
