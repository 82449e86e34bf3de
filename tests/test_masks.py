"""Holes for training: what they cover and how they are drawn."""

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image, ImageDraw

from vqinpaint.ops import masks


def test_center_mask_hides_the_middle_quarter():
    mask = masks.center(256).numpy()[..., 0]
    assert mask.mean() == 0.25
    assert mask[64:192, 64:192].all() and not mask[:64].any()


def _draws(number, key=0):
    """What chance decides about `number` masks."""
    return tf.stack([masks.draws(tf.constant([key, i])) for i in range(number)])


def test_boxes_are_half_as_wide_and_stop_short_of_the_last_row_and_column():
    """The authors draw the corner below 64 - 32, that bound excluded."""
    drawn = masks.box(64, _draws(200)).numpy()[..., 0]
    for mask in drawn:
        rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
        assert np.ptp(rows) == np.ptp(columns) == 31
        assert mask.sum() == 32 * 32
    union = drawn.any(axis=0)
    assert union[0].any() and union[-2].any() and not union[-1].any()
    assert union[:, 0].any() and union[:, -2].any() and not union[:, -1].any()


@pytest.mark.parametrize("seed", range(6))
def test_strokes_equal_pillows_lines_and_dots(seed):
    """The authors draw with Pillow; the same segments must cover the same pixels."""
    draws = masks.draws([3, seed])[None]
    starts, ends, widths, used = (x.numpy()[0] for x in masks.segments(256, draws))
    picture = Image.new("L", (256, 256))
    pen = ImageDraw.Draw(picture)
    for a, b, width in zip(starts[used], ends[used], widths[used]):
        pen.line([*a, *b], fill=1, width=int(width))
        for x, y in (a, b):
            r = width // 2
            pen.ellipse([x - r, y - r, x + r, y + r], fill=1)
    drawn = np.asarray(picture) > 0
    ours = masks.strokes(256, draws).numpy()[0, ..., 0]
    overlap = (drawn & ours).sum() / (drawn | ours).sum()
    # Pillow rounds edges its own way: a pixel along the outline.
    assert overlap > 0.9


@pytest.mark.parametrize("seed", range(40))
def test_strokes_hold_the_pixels_within_reach_of_a_segment(seed):
    """Spans by rows against the distance of every pixel to every segment."""
    size = 64 if seed % 2 else 256
    draws = masks.draws([seed, 1])[None]
    starts, ends, widths, used = (x.numpy()[0] for x in masks.segments(size, draws))
    grid = np.stack(np.meshgrid(*[np.arange(size)] * 2), -1).astype(np.float64)
    near, edge = np.zeros([2, size, size], bool)
    for a, b, width in zip(starts[used], ends[used], widths[used]):
        length = max(((b - a) ** 2).sum(), 1e-6)
        share = np.clip(((grid - a) @ (b - a)) / length, 0, 1)[..., None]
        distance = np.linalg.norm(grid - a - share * (b - a), axis=-1)
        near |= distance <= width / 2
        edge |= np.abs(distance - width / 2) < 2e-3  # rounding may decide either way
    drawn = masks.strokes(size, draws).numpy()[0, ..., 0]
    np.testing.assert_array_equal(drawn | edge, near | edge)


def test_random_is_a_fair_coin_between_box_and_strokes():
    areas = masks.random(64, _draws(200)).numpy().sum(axis=(1, 2, 3))
    boxes = (areas == 32 * 32).sum()
    assert 70 < boxes < 130  # four deviations of 200 fair coins


@pytest.mark.parametrize("make", [masks.box, masks.strokes, masks.random])
def test_a_mask_does_not_depend_on_the_batch_it_is_drawn_in(make):
    draws = _draws(9)
    together = make(64, draws).numpy()
    alone = [make(64, one[None]).numpy()[0] for one in draws]
    np.testing.assert_array_equal(together, alone)
    assert (together[0] != together[1]).any()


@pytest.mark.parametrize("size", [64, 256])
def test_strokes_follow_the_recipe(size):
    """Counts, widths and turns within the authors' ranges, and using all of them."""
    starts, ends, widths, used = (
        x.numpy() for x in masks.segments(size, _draws(400, key=1))
    )
    used = used.reshape(400, 3, 11)
    strokes, corners = used.any(2).sum(1), used.sum(2)[used.any(2)]
    assert set(strokes) == {1, 2, 3} and set(corners) == set(range(4, 12))
    low, high = (int(width * size / 256) for width in (12, 39))
    assert set(widths.ravel()) == set(range(low, high + 1))
    places = np.concatenate([starts, ends])
    assert (places == np.floor(places)).all()
    assert places.min() == 0 and places.max() == size  # walks are stopped at the border
    walked = np.linalg.norm(ends - starts, axis=-1)
    # Mean length of a segment where the border did not cut it: an eighth of the
    # diagonal, twice that at most (and a pixel by rounding).
    assert walked.max() <= 2 * np.sqrt(2) * size / 8 + 2
