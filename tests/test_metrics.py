"""Metrics against values worked out by hand or by plain loops."""

import itertools
import math

import numpy as np
import pytest

from tests.metrics_world import ALL, HEIGHT, WIDTH, hole, measured, noise, picture
from vqinpaint import metrics
from vqinpaint.metrics.similarity import structural_similarity

OF_THE_HOLE = ("hole_l1", "hole_l1_best", "hole_diversity")


def by_loops(truth, mask, completions):
    """The figures of one picture, pixel by pixel, in Python's own numbers."""
    places = list(itertools.product(range(HEIGHT), range(WIDTH)))
    missing = [place for place in places if mask[place] > 127]

    def differences(first, second, where):
        return [
            int(first[y, x, c]) - int(second[y, x, c])
            for y, x in where
            for c in (0, 1, 2)
        ]

    def l1(first, second, where):
        found = differences(first, second, where)
        return sum(map(abs, found)) / len(found)

    def psnr(first, second):
        found = differences(first, second, places)
        return 10 * math.log10(255**2 / (sum(d * d for d in found) / len(found)))

    each = [l1(one, truth, missing) for one in completions]
    pairs = [l1(*pair, missing) for pair in itertools.combinations(completions, 2)]
    number = len(completions)
    return {
        "l1": sum(l1(one, truth, places) for one in completions) / number,
        "psnr": sum(psnr(one, truth) for one in completions) / number,
        "hole_l1": sum(each) / number,
        "hole_l1_best": min(each),
        "hole_diversity": sum(pairs) / len(pairs),
    }


def ssim_by_loops(first, second):
    """Wang et al. 2004, eq. 13, one window after another, in float64."""
    along = np.arange(11) - 5
    weights = np.exp(-(along[:, None] ** 2 + along[None] ** 2) / (2 * 1.5**2))
    weights /= weights.sum()
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    height, width, channels = first.shape
    found = []
    for y, x, c in itertools.product(
        range(height - 10), range(width - 10), range(channels)
    ):
        a, b = (p[y : y + 11, x : x + 11, c].astype(float) for p in (first, second))
        mean_a, mean_b = (weights * a).sum(), (weights * b).sum()
        variance_a = (weights * (a - mean_a) ** 2).sum()
        variance_b = (weights * (b - mean_b) ** 2).sum()
        covariance = (weights * (a - mean_a) * (b - mean_b)).sum()
        found.append(
            (2 * mean_a * mean_b + c1)
            * (2 * covariance + c2)
            / ((mean_a**2 + mean_b**2 + c1) * (variance_a + variance_b + c2))
        )
    return np.mean(found)


@pytest.mark.parametrize("name", [name for name in ALL if name != "ssim"])
def test_figures_equal_plain_loops(name):
    wanted = by_loops(*picture())[name]
    # Whole numbers below 2^53: only the last divisions round.
    assert measured(name, picture()) == pytest.approx(wanted, rel=1e-12)


def test_differences_of_bytes_do_not_wrap():
    black = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    both = np.stack([black, 255 - black])
    assert measured("l1", (black, hole(), both)) == 127.5
    assert measured("l1", (255 - black, hole(), both)) == 127.5
    assert measured("hole_diversity", (black, hole(), both)) == 255
    assert measured("psnr", (black, hole(), both[1:])) == 0


@pytest.mark.parametrize("spread", [2, 20, 200])
def test_ssim_equals_plain_loops(spread):
    truth = noise(HEIGHT, WIDTH, 3)
    change = np.random.default_rng(1).normal(0, spread, (2, HEIGHT, WIDTH, 3))
    completions = np.clip(truth + change, 0, 255).astype(np.uint8)
    wanted = np.mean([ssim_by_loops(one, truth) for one in completions])
    # TensorFlow subtracts squares of up to 255^2 in float32.
    assert measured("ssim", (truth, hole(), completions)) == pytest.approx(
        wanted, abs=1e-5
    )


def test_ssim_of_flat_pictures_is_their_luminance_term():
    # No variance, no covariance: (2 a b + c1) / (a^2 + b^2 + c1) is left.
    a, b, c1 = 1, 4, (0.01 * 255) ** 2
    first, second = (np.full((12, 12, 3), grey, np.uint8) for grey in (a, b))
    wanted = (2 * a * b + c1) / (a * a + b * b + c1)
    # float32, of numbers below 20.
    assert structural_similarity(first, second) == pytest.approx(wanted, abs=1e-6)


def test_ssim_is_symmetric_and_broadcasts():
    first, second = noise(2, HEIGHT, WIDTH, 3), noise(HEIGHT, WIDTH, 3, seed=1)
    there, back = (
        structural_similarity(first, second),
        structural_similarity(second, first),
    )
    np.testing.assert_array_equal(there, back)
    assert there.shape == (2,) and there[1] == structural_similarity(first[1], second)


def test_ssim_refuses_pictures_smaller_than_its_window():
    truth = noise(16, 10, 3)
    with pytest.raises(ValueError, match=r"\[16, 10, 3\]: both sides .* 11 pixels"):
        structural_similarity(truth, truth)


@pytest.mark.parametrize("name", OF_THE_HOLE)
def test_known_pixels_do_not_count_inside_the_hole(name):
    truth, mask, completions = picture()
    changed = np.where(mask[..., None] > 127, completions, 255 - completions)
    assert measured(name, (truth, mask, changed)) == measured(name, picture())
    assert measured("l1", (truth, mask, changed)) != measured("l1", picture())


@pytest.mark.parametrize("name", OF_THE_HOLE)
def test_a_mask_without_hole_gives_zero(name):
    truth, mask, completions = picture()
    assert measured(name, (truth, 0 * mask, completions)) == 0


def test_one_completion_has_no_diversity():
    assert measured("hole_diversity", picture(number=1)) == 0


def test_the_truth_has_no_part_in_diversity():
    truth, mask, completions = picture()
    assert measured("hole_diversity", (255 - truth, mask, completions)) == measured(
        "hole_diversity", picture()
    )


def test_the_best_of_n_is_the_nearest_alone():
    truth, mask, completions = picture(number=4)
    alone = [measured("hole_l1", (truth, mask, one[None])) for one in completions]
    assert measured("hole_l1_best", (truth, mask, completions)) == min(alone)
    assert measured("hole_l1", (truth, mask, completions)) == pytest.approx(
        np.mean(alone), rel=1e-12
    )


def test_completing_once_more_compares_like_with_like():
    truth, mask, completions = picture()
    seen = []

    def complete(image, hole):
        seen.append((image, hole))
        return np.where(hole[..., None] > 127, image ^ 1, 0)  # off by one in the hole

    metric = metrics.Reinpainting(complete)
    metric.add(truth, mask, completions)
    names = ("reinpainting_l1", "reinpainting_l1_of_truth")
    assert metric.result() == dict.fromkeys(names, 1.0)
    (first, second), (true, same) = seen
    np.testing.assert_array_equal(first, completions[0])
    np.testing.assert_array_equal(true, truth)
    np.testing.assert_array_equal(second, same)
    # Of the places eight rows and six columns on, those that were known.
    for y, x in itertools.product(range(HEIGHT), range(WIDTH)):
        before = mask[(y - HEIGHT // 2) % HEIGHT, (x - WIDTH // 2) % WIDTH] > 127
        assert (second[y, x] > 127) == (before and mask[y, x] <= 127)
    assert (second > 127).sum() > 20
