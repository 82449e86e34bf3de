"""Pictures of any size through windows: every hole filled, every known pixel kept."""

import numpy as np
import pytest

from vqinpaint.completing import windows
from vqinpaint.completing.engine import Completions
from vqinpaint.completing.filling import fill
from vqinpaint.errors import PictureError

SIDE = 64


def _noise(height, width, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def _scratch(height, width):
    y, x = np.mgrid[:height, :width]
    return np.abs(y - height / 2 - 0.3 * height * np.sin(x / 40)) < 3


MASKS = {
    "small": (300, 420, [(100, 100, 20, 30)]),
    "two far apart": (300, 420, [(10, 10, 9, 9), (250, 380, 12, 20)]),
    "two side by side": (300, 420, [(100, 100, 8, 8), (100, 120, 8, 8)]),
    "at every border": (200, 300, [(0, 40, 9, 9), (191, 0, 9, 300), (0, 290, 99, 10)]),
    "large": (300, 420, [(20, 20, 250, 380)]),
    "corner": (300, 420, [(0, 0, 150, 150)]),
    "all": (90, 130, [(0, 0, 90, 130)]),
    "narrow picture": (65, 1000, [(0, 200, 65, 600)]),
    "narrow picture, thin hole": (1000, 65, [(0, 30, 1000, 3)]),
    "tiny picture": (20, 30, [(5, 5, 9, 9)]),
    "one pixel": (300, 420, [(299, 419, 1, 1)]),
    "scratch": (300, 420, None),
}


def _mask(name):
    height, width, boxes = MASKS[name]
    if boxes is None:
        return (_scratch(height, width) * 255).astype(np.uint8)
    mask = np.zeros((height, width), np.uint8)
    for top, left, h, w in boxes:
        mask[top : top + h, left : left + w] = 255
    return mask


@pytest.mark.parametrize("name", MASKS)
def test_every_missing_pixel_is_filled_once_and_in_context(name):
    mask = _mask(name)
    steps, times = windows.cropped(mask, SIDE), np.zeros(mask.shape, int)
    for window, chosen in steps:
        assert window.height == window.width
        assert SIDE <= window.width or window.width == max(mask.shape)
        window.put(times, window.cut(times, 0) + 1, chosen)
    np.testing.assert_array_equal(times, mask > 127)
    # Scratches and far holes are taken in their own resolution.
    if name in ("small", "two far apart", "scratch", "one pixel"):
        assert max(step.window.width for step in steps) == SIDE
    if name in ("small", "two side by side", "large", "corner", "all"):
        assert len(steps) == 1


def _paint(seen):
    """An engine that fills holes with each sample's seed and notes what it was shown."""

    def complete(image, mask, seeds, number):
        seen.append((image.copy(), mask.copy(), list(seeds), number))
        assert image.shape == (SIDE, SIDE, 3) and mask.shape == (SIDE, SIDE)
        rows = [np.full_like(image, abs(seed) % 200 + 20) for seed in seeds]
        return Completions(np.stack(rows))

    return complete


@pytest.mark.parametrize("name", MASKS)
@pytest.mark.parametrize("plan", ["cropped", "resized", "native"])
def test_known_pixels_stay_and_hidden_ones_are_never_seen(name, plan):
    mask = _mask(name)
    image = _noise(*mask.shape)
    other = np.where(mask[..., None] > 127, _noise(*mask.shape, seed=1), image)
    sides = {"cropped": [SIDE], "native": [max(mask.shape)]}
    steps = getattr(windows, plan)(mask, *sides.get(plan, []))
    views, results = [], []
    for picture in (image, other):
        seen = []
        completed, found = fill(picture, mask, SIDE, [3, 7], steps, _paint(seen))
        assert len(found) == len(steps)
        results.append(completed)
        views.append(seen)
        for one in completed:
            np.testing.assert_array_equal(one[mask == 0], picture[mask == 0])
    np.testing.assert_array_equal(*results)
    for ours, theirs in zip(*views):
        hole = ours[1] > 127
        np.testing.assert_array_equal(ours[1], theirs[1])
        np.testing.assert_array_equal(ours[0][~hole], theirs[0][~hole])
    if name == "small" and plan == "cropped":
        # The first window's seeds are the samples' own: their colours fill the hole.
        assert (results[0][0][mask > 127] == 23).all()
        assert (results[0][1][mask > 127] == 27).all()


def test_samples_do_not_depend_on_one_another():
    mask, image = _mask("scratch"), _noise(300, 420)
    steps = windows.cropped(mask, SIDE)
    assert len(steps) > 4

    def run(seeds):
        return fill(image, mask, SIDE, seeds, steps, _paint([]))[0]

    np.testing.assert_array_equal(run([3, 4, 5])[1], run([4])[0])


def test_later_windows_see_what_earlier_ones_filled():
    mask, image = _mask("scratch"), np.full((300, 420, 3), 255, np.uint8)
    steps, seen = windows.cropped(mask, SIDE), []
    fill(image, mask, SIDE, [3], steps, _paint(seen))
    known = [view[mask == 0] for view, mask, _, _ in seen]
    assert (known[0] == 255).all()
    assert any((view < 255).any() for view in known[1:])
    assert [number for *_, number in seen] == list(range(len(steps)))
    assert len({seeds[0] for _, _, seeds, _ in seen}) == len(steps)


def test_feathering_stays_inside_the_hole():
    mask, image = _mask("small"), np.full((300, 420, 3), 250, np.uint8)
    steps = windows.cropped(mask, SIDE)

    def run(feather):
        seen = []
        return fill(image, mask, SIDE, [0], steps, _paint(seen), feather)[0][0]

    hard, soft = run(0), run(4)
    np.testing.assert_array_equal(hard[mask == 0], soft[mask == 0])
    changed = (hard != soft).any(axis=-1)
    assert (
        changed[100, 110] and changed[103, 115] and not changed[104:116, 104:126].any()
    )
    row = soft[100:106, 115, 0].astype(int)
    assert (np.diff(row) < 0).sum() >= 4 and row[0] < 250  # from the rim to the filling


def test_windows_of_long_narrow_pictures_are_bounded():
    mask = np.full((2, 60_000), 255, np.uint8)
    with pytest.raises(PictureError, match="60000x60000 pixels, more than 4,000,000"):
        windows.cropped(mask, 64, 4_000_000)
    mask[:, :30_000] = 0
    with pytest.raises(PictureError, match="a hole needs a window"):
        windows.cropped(mask, 64, 4_000_000)
    mask[:, 40:] = 0
    mask[:, :30] = 255
    assert windows.cropped(mask, 64, 4_000_000)
