"""What holds for every metric: order, weights, refusals, and rows that are kept."""

import math

import numpy as np
import pytest

from tests.metrics_world import ALL, HEIGHT, WIDTH, hole, measured, noise, picture
from vqinpaint import metrics


@pytest.mark.parametrize("name", ALL)
def test_equal_pictures_have_the_best_value(name):
    truth = noise(HEIGHT, WIDTH, 3)
    best = {"psnr": math.inf, "ssim": 1}.get(name, 0)
    assert measured(name, (truth, hole(), np.stack([truth] * 3))) == best


@pytest.mark.parametrize("name", ALL)
def test_the_order_of_pictures_and_completions_does_not_matter(name):
    pictures = [picture(seed) for seed in range(4)]
    turned = [(truth, mask, drawn[::-1]) for truth, mask, drawn in pictures[::-1]]
    # The order of adding up may move the last bit.
    assert measured(name, *pictures) == pytest.approx(
        measured(name, *turned), rel=1e-12
    )


@pytest.mark.parametrize("name", ALL)
def test_every_picture_counts_alike(name):
    # Whatever the number of its completions.
    pictures = [picture(0, number=2), picture(1, number=5), picture(2, number=3)]
    alone = [measured(name, one) for one in pictures]
    assert len(set(alone)) == 3
    assert measured(name, *pictures) == pytest.approx(np.mean(alone), rel=1e-12)


@pytest.mark.parametrize("kind", ["l1", "psnr", "ssim", "hole_l1"])
@pytest.mark.parametrize("reduce", [np.min, np.max])
def test_completions_are_valued_one_by_one(kind, reduce):
    truth, mask, completions = picture(number=4)
    metric = ALL[kind]("extreme", reduce)
    metric.add(truth, mask, completions)
    alone = [measured(kind, (truth, mask, one[None])) for one in completions]
    assert len(set(alone)) == 4
    assert metric.result() == {"extreme": reduce(alone)}


@pytest.mark.parametrize("name", ALL)
def test_wrong_arrays_are_refused_and_leave_no_row(name):
    truth, mask, completions = picture()
    metric = ALL[name]()
    for wrong in (
        (truth / 127.5 - 1, mask, completions),
        (truth, mask > 127, completions),
        (truth, mask[..., None], completions),
        (truth, mask.T, completions),
        (truth, mask, completions.astype(np.float32)),
        (truth, mask, completions[0]),
        (truth, mask, completions[:0]),
        (truth, mask, completions.swapaxes(1, 2)),
        (truth[None], mask, completions),
    ):
        with pytest.raises(ValueError, match=r"give it uint8 \[H, W, 3\]") as caught:
            metric.add(*wrong)
        assert "\n" not in str(caught.value)
    assert len(metric) == 0
    with pytest.raises(ValueError, match="no picture yet"):
        metric.result()


def test_a_bootstrap_summarises_chosen_rows_again():
    metric = metrics.HoleL1()
    for seed in range(5):
        metric.add(*picture(seed))
    values = metric.values()
    assert metric.summarise(values) == metric.result()
    chosen = [4, 0, 4, 4, 2]
    again = metric.summarise({name: rows[chosen] for name, rows in values.items()})
    alone = [measured("hole_l1", picture(seed)) for seed in chosen]
    assert again["hole_l1"] == pytest.approx(np.mean(alone), rel=1e-12)


class _DistanceOfMeans(metrics.PerPicture):
    """Between the mean colours of two sets: what FID is, in small."""

    def measure(self, truth, mask, completions):
        return {
            "truths": truth.mean(axis=(0, 1)),
            "found": completions.mean(axis=(1, 2)),
        }

    def summarise(self, values):
        truths, found = (values[name].reshape(-1, 3) for name in ("truths", "found"))
        return {"distance": float(np.linalg.norm(truths.mean(0) - found.mean(0)))}


def test_a_metric_of_a_whole_set_fits_the_contract():
    metric = _DistanceOfMeans()
    pictures = [picture(seed) for seed in range(3)]
    for one in pictures:
        metric.add(*one)
    truths = np.stack([truth for truth, _, _ in pictures]).mean(axis=(0, 1, 2))
    found = np.stack([drawn for _, _, drawn in pictures]).mean(axis=(0, 1, 2, 3))
    wanted = math.sqrt(((truths - found) ** 2).sum())
    assert metric.result()["distance"] == pytest.approx(wanted, rel=1e-12)
    one = metric.summarise(
        {name: rows[[1, 1]] for name, rows in metric.values().items()}
    )
    assert one != metric.result()
