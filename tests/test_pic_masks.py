"""Holes of Pluralistic Image Completion: rebuilt from recorded draws, and random ones."""

import json

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from tests import pic_oracle as oracle
from vqinpaint.data.masks import FolderMasks, augmented
from vqinpaint.ops import masks, pic_masks
from vqinpaint.ops.images import turned

RECORDED = json.loads((oracle.GOLDENS / "mask_draws.json").read_text())
MASKS = dict(np.load(oracle.GOLDENS / "masks.npz"))
NUMBERS = range(6)


def _hole(name):
    """bool [H, W] of a recorded mask, in which 1 is visible."""
    return MASKS[name] == 0


def _values(name):
    """The drawn numbers one after another, and how many shapes they are of."""
    values = [draw[-1] for draw in RECORDED[name]]
    return iter(values[1:]), values[0]


@pytest.mark.parametrize("number", NUMBERS)
def test_recorded_boxes_give_the_authors_hole(number):
    hole = _hole(f"regular_{number}")
    values, count = _values(f"regular_{number}")
    rows = [[next(values) for _ in range(4)] for _ in range(count)]
    rows = tf.constant([rows], tf.float32)
    found = pic_masks.boxes(hole.shape[0], rows, tf.fill([1, count], True))
    np.testing.assert_array_equal(found[0, ..., 0], hole)


@pytest.mark.parametrize("number", NUMBERS)
def test_recorded_shapes_give_the_authors_hole_but_for_borders(number):
    hole = _hole(f"irregular_{number}")
    values, count = _values(f"irregular_{number}")
    kinds, rows = [], []
    for _ in range(count):
        coin = next(values)
        kind = 0 if coin < 0.6 else 2 if coin > 0.8 else 1
        taken = [next(values) for _ in range((5, 3, 8)[kind])]
        turns = taken[4:7] if kind == 2 else [0, 0, 0]
        places = [*taken[:-1], 0, 0][:4]
        kinds.append(kind)
        rows.append([*places, *turns, taken[-1]])
    found = pic_masks.shapes(
        hole.shape[0],
        tf.constant([kinds]),
        tf.constant([rows], tf.float32),
        tf.fill([1, count], True),
    )[0, ..., 0].numpy()
    # OpenCV rounds what it draws to whole pixels; seen 1.6 % of all pixels at most.
    assert (found != hole).mean() < 0.02
    assert (found & hole).sum() / (found | hole).sum() > 0.95


@pytest.mark.parametrize("side", [128, 256])
def test_the_centre_is_the_authors(side):
    hole = masks.center(side)[..., 0].numpy()
    np.testing.assert_array_equal(hole, _hole(f"centre_{side}"))


@pytest.mark.parametrize(
    "kind, mean", [("regular", 0.315), ("irregular", 0.529), ("pic", 0.422)]
)
def test_random_holes_are_as_large_as_the_authors(kind, mean):
    seeds = tf.stack([tf.range(400), tf.zeros([400], tf.int32)], axis=1)
    draws = tf.map_fn(pic_masks.draws, seeds, fn_output_signature=tf.float32)
    make = tf.function(lambda rows: getattr(pic_masks, kind)(256, rows))
    shares = np.concatenate(
        [make(part).numpy().mean((1, 2, 3)) for part in tf.split(draws, 8)]
    )
    # Recorded for 256x256; shares vary by 0.16, their mean over 400 holes by 0.008.
    assert abs(shares.mean() - mean) < 0.03
    # A hole depends on its own row alone.
    np.testing.assert_allclose(make(draws[3:4]).numpy().mean(), shares[3])


@pytest.mark.parametrize("number", range(3))
def test_recorded_turns_of_a_mask_file_give_the_authors_hole(number):
    file = MASKS[f"external_{number}_file"]
    told = RECORDED[f"external_{number}"]
    # To the authors every pixel that is not black is missing.
    mask = (file[..., None] > 0).astype(np.uint8) * 255
    angle = tf.constant(told["angle_degrees"])
    found = augmented(tf.constant(mask), told["flipped"], angle, 256)[..., 0] > 0
    hole = _hole(f"external_{number}_mask")
    # A turned place that lies between two pixels may be rounded to the other one.
    assert (found.numpy() != hole).mean() < 1e-3


def test_masks_of_files_are_mirrored_and_turned(tmp_path):
    hole = np.zeros((64, 64), np.uint8)
    hole[20:40, 5:20] = 255
    Image.fromarray(hole).save(tmp_path / "a.png")
    masks = FolderMasks(64, str(tmp_path), augment=True)
    drawn = [masks.draw(tf.constant([0, i], tf.int64)).numpy() for i in range(8)]
    np.testing.assert_array_equal(drawn[3], masks.draw(tf.constant([0, 3], tf.int64)))
    assert len({mask.tobytes() for mask in drawn}) == 8
    left = [bool(mask[:, :32].any()) for mask in drawn]
    assert any(left) and not all(left)
    for mask in drawn:
        assert set(np.unique(mask)) == {0, 255}
        # Turning keeps the area to the rim; no part of this hole leaves the picture.
        assert abs(int((mask > 0).sum()) - 300) < 30


def test_turning_by_a_right_angle_and_back_changes_nothing():
    image = tf.constant(np.random.default_rng(0).integers(0, 256, (9, 9, 3)), tf.uint8)
    there = turned(image, tf.constant(90.0))
    np.testing.assert_array_equal(there, np.rot90(image))
    np.testing.assert_array_equal(turned(there, tf.constant(-90.0)), image)
