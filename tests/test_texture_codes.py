"""Texture drawn by the bottom prior, from the joined model to the command's engine."""

import os

import numpy as np
import pytest
import tensorflow as tf

import vqinpaint
from tests import tiny
from vqinpaint.completing.local import LocalEngine
from vqinpaint.errors import ModelError, UsageError
from vqinpaint.joined import calls
from vqinpaint.options.request import Request
from vqinpaint.pictures.masks import is_missing
from vqinpaint.runs import folders

pytestmark = pytest.mark.portable

IMAGE = np.asarray(127 * (tiny.images(1)[0] + 1)).astype(np.uint8)
MASK = np.asarray(255 * tiny.center_masks(1)[0]).astype(np.uint8)


@pytest.fixture(scope="module")
def answer(drawing_model):
    return calls.sample(drawing_model, IMAGE, MASK, [3, 8, 9])


def test_known_pixels_stay_and_missing_ones_do_not_count(drawing_model, answer):
    known = ~is_missing(MASK[..., 0])
    for picture in answer["completed"]:
        np.testing.assert_array_equal(picture[known], IMAGE[known])
    other = np.where(is_missing(MASK), 255 - IMAGE, IMAGE)
    again = calls.sample(drawing_model, other, MASK, [3, 8, 9])
    for name, values in answer.items():
        np.testing.assert_array_equal(again[name], values)


def test_a_seed_gives_the_same_bytes_alone_and_among_others(drawing_model, answer):
    alone = calls.sample(drawing_model, IMAGE, MASK, [8])
    for name in ("completed", "codes", "texture_codes"):
        np.testing.assert_array_equal(alone[name][0], answer[name][1])
    assert len(np.unique(answer["texture_codes"], axis=0)) == 3


def test_texture_bits_are_those_of_the_bottom_prior(drawing_model, answer):
    frozen, hole = drawing_model.inpainter.frozen, tiny.center_masks(3)
    images = tf.repeat(IMAGE[None], 3, axis=0)
    seen = tf.cast(images, tf.float32) / 127.5 - 1
    condition, _ = frozen.texture_condition(
        seen * (1 - hole), hole, tf.constant(answer["codes"])
    )
    vectors = frozen.encoder.bottom_codebook.vectors_of(answer["texture_codes"])
    shares = tf.nn.log_softmax(frozen.bottom.prior(vectors, condition))
    bits = -tf.gather(shares, answer["texture_codes"], batch_dims=3) / np.log(2)
    # Float32 rounding of logits of order ten.
    np.testing.assert_allclose(answer["texture_bits"], bits, rtol=1e-3, atol=1e-3)


def test_each_level_has_its_own_temperature(drawing_model, answer):
    cold = [
        calls.sample(drawing_model, IMAGE, MASK, [seed], texture_temperature=0.0)
        for seed in (3, 8)
    ]
    for number, own in enumerate(cold):
        np.testing.assert_array_equal(own["codes"][0], answer["codes"][number])
        assert (own["texture_codes"][0] != answer["texture_codes"][number]).any()
    same = calls.sample(
        drawing_model, IMAGE, MASK, [3, 8], temperature=0.0, texture_temperature=0.0
    )
    np.testing.assert_array_equal(*same["completed"])


def test_generate_draws_a_row_by_its_own_seed(drawing_model):
    seeds, warm = tf.constant([5, 6]), tf.constant([1.0, 1.0])
    both = drawing_model.generate(seeds, warm)
    one = drawing_model.generate(seeds[1:], warm[1:])
    for name in ("generated", "bits", "texture_bits"):
        np.testing.assert_array_equal(both[name][1], one[name][0])
    assert (both["generated"][0].numpy() != both["generated"][1].numpy()).any()
    nothing = np.zeros_like(IMAGE), np.full_like(MASK, 255)
    drawn = calls.sample(drawing_model, *nothing, [5])
    np.testing.assert_array_equal(drawn["completed"][0], both["generated"][0])
    wrong = drawing_model.generate(seeds, tf.constant([-1.0, 1.0]))["error"].numpy()
    assert b"temperature is -1" in wrong[0] and not wrong[1]


def test_bits_of_true_texture_codes_do_not_depend_on_the_batch(drawing_model):
    images, masks = np.stack([IMAGE, 255 - IMAGE]), np.stack([MASK, MASK])
    bits = drawing_model.texture_bits(images, masks).numpy()
    assert bits.shape == (2, 16, 16) and (bits > 0).all()
    alone = drawing_model.texture_bits(images[1:], masks[1:])
    # Float32 rounding of sums in another order.
    np.testing.assert_allclose(alone[0], bits[1], rtol=1e-3, atol=1e-3)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    """A run with both stages."""
    folder = str(tmp_path_factory.mktemp("runs") / "both")
    tiny.run_folder(folder, bottom=True, full_holes=0.25)
    return vqinpaint.load(folder)


def test_a_request_chooses_the_texture_of_a_run(loaded):
    hole = MASK[..., 0]
    by_codes = loaded.complete(IMAGE, hole, num_samples=2, texture="codes")
    plain = loaded.complete(IMAGE, hole, num_samples=2)
    # The structure is drawn first, by the same prior and noise.
    np.testing.assert_array_equal(by_codes.score("bits"), plain.score("bits"))
    assert (by_codes.completed != plain.completed).any()
    assert plain.score("texture_bits") is None
    assert (by_codes.score("texture_bits") > 0).all()


def test_mistakes_are_one_line(loaded, tmp_path):
    engine = loaded.engine
    with pytest.raises(UsageError, match="take texture=codes"):
        engine.check(Request(texture_temperature=0.5))
    with pytest.raises(UsageError, match="take texture=generator"):
        engine.check(Request(texture="codes", structure_from="a.json"))
    with pytest.raises(UsageError, match="texture is 'oil'; it must be one of"):
        Request(texture="oil")
    lacking = str(tmp_path / "lacking")
    tiny.run_folder(lacking)
    with pytest.raises(ModelError, match="has no trained bottom stage; train it first"):
        LocalEngine(lacking).check(Request(texture="codes"))


def test_without_a_texture_stage_codes_are_drawn(tmp_path):
    folder = str(tmp_path / "codes")
    tiny.run_folder(folder, bottom=True, texture=False)
    assert folders.trained_stages(folder) == ["vqvae", "structure", "bottom"]
    assert LocalEngine(folder).texture == "codes"
    # As a training that was stopped before its first checkpoint leaves it.
    os.makedirs(folders.stage_folder(folder, "texture"))
    assert LocalEngine(folder).texture == "codes"
    os.rmdir(folders.stage_folder(folder, "texture"))
    assert not os.path.exists(folders.stage_folder(folder, "texture"))
