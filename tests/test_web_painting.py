"""The hole between its picture's own size and the canvas."""

import numpy as np
import pytest

from vqinpaint.errors import PictureError
from vqinpaint.web import painting

SIZES = [(64, 64), (700, 1000), (1537, 33), (1, 5), (768, 768), (3000, 2000)]


def _mask(height, width, seed=0):
    """Single missing pixels and a block."""
    found = np.random.default_rng(seed).random([height, width]) < 0.01
    found[height // 3 : height // 2 + 1, width // 4 : width // 2 + 1] = True
    return (found * 255).astype(np.uint8)


@pytest.mark.parametrize("size", SIZES)
def test_a_mask_comes_back_bit_for_bit_where_nothing_is_painted(size):
    mask = _mask(*size)
    shown = painting.shown(mask)
    assert shown.shape == painting.canvas_size(*size[::-1])[::-1]
    assert max(shown.shape) <= painting.LARGEST
    now = painting.painted([painting.layer(shown)], shown.shape)
    np.testing.assert_array_equal(painting.merged(mask, shown, now), mask)


@pytest.mark.parametrize("size", SIZES)
def test_every_missing_pixel_is_shown_and_can_be_erased(size):
    mask = _mask(*size)
    shown = painting.shown(mask)
    none = np.zeros_like(shown)
    assert not painting.merged(mask, shown, none).any()


@pytest.mark.parametrize("size", [(64, 64), (700, 1000), (3000, 2000)])
def test_strokes_change_the_mask_near_them_alone(size):
    mask = _mask(*size)
    # A place of the canvas that shows a hole already may stand for known pixels too, which
    # then stay known.
    mask[size[0] // 2 :, size[1] // 2 :] = 0
    shown = painting.shown(mask)
    now = shown.copy()
    h, w = shown.shape
    now[h // 2 :, w // 2 :] = True
    after = painting.merged(mask, shown, now)
    rows, columns = size
    assert (after[rows // 2 + 1 :, columns // 2 + 1 :] == 255).all()
    np.testing.assert_array_equal(after[: rows // 2], mask[: rows // 2])
    np.testing.assert_array_equal(after[:, : columns // 2], mask[:, : columns // 2])


def test_a_canvas_of_another_size_is_refused():
    with pytest.raises(PictureError, match="choose the picture again"):
        painting.painted([np.zeros([5, 5, 4], np.uint8)], (6, 5))


def test_rectangles_are_added_and_must_be_inside():
    mask = np.zeros([20, 30], np.uint8)
    mask[0, 0] = 255
    marked = painting.rectangle(mask, 30, 20, 28, 17)
    assert marked.sum() == 255 * (1 + 2 * 3) and marked[17:, 28:].all()
    for corners in ((0, 0, 31, 5), (3, 3, 3, 9), (-1, 0, 4, 4)):
        with pytest.raises(PictureError, match="picture of 30x20"):
            painting.rectangle(mask, *corners)
