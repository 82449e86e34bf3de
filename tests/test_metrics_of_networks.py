"""Figures of pictures as networks see them: of whole sets, and of perception."""

import itertools

import numpy as np
import pytest

from tests.sets_world import EXACT, figures_of, normal, pictures_with_completions
from vqinpaint import metrics
from vqinpaint.metrics.discriminability import discriminability
from vqinpaint.metrics.frechet import frechet_distance
from vqinpaint.metrics.inception_score import (
    inception_score,
    modified_inception_score,
    softmax,
)
from vqinpaint.metrics.kernel_distance import kernel_distance
from vqinpaint.metrics.manifolds import manifolds


def _network(pictures):
    assert pictures.dtype == np.uint8
    flat = pictures.reshape(len(pictures), -1) / 255.0
    return (flat @ normal(192, 6, seed=5)).astype(np.float32)


WEIGHTS = normal(6, 4, seed=6)


def test_figures_of_sets_are_of_truths_and_first_completions():
    pictures = list(pictures_with_completions(30))
    found = figures_of(metrics.SetFigures(_network, WEIGHTS), pictures)
    truth = _network(np.stack([one[0] for one in pictures]))
    first = _network(np.stack([one[2][0] for one in pictures]))
    p = softmax(first.astype("f8") @ WEIGHTS)
    wanted = {
        "is": inception_score(p),
        "mis": modified_inception_score(p),
        "is_10_parts": inception_score(p, 10),
        "mis_10_parts": modified_inception_score(p, 10),
        "fid": frechet_distance(truth, first),
        "kid": kernel_distance(truth, first),
        **manifolds(truth, first).figures(),
        **discriminability(truth, first).figures(),
    }
    assert list(found) == list(wanted)
    # The network gives float32.
    assert found == pytest.approx(wanted, rel=1e-5)


def test_figures_of_sets_do_not_depend_on_the_order():
    pictures = list(pictures_with_completions(30))
    found = [
        figures_of(metrics.SetFigures(_network, WEIGHTS, with_classifier=False), order)
        for order in (pictures, pictures[::-1])
    ]
    for figures in found:  # those of parts do
        figures.pop("is_10_parts"), figures.pop("mis_10_parts")
    assert found[0] == pytest.approx(found[1], rel=1e-9)


def test_few_pictures_give_the_figures_that_they_can():
    found = figures_of(
        metrics.SetFigures(_network, WEIGHTS, with_classifier=False),
        pictures_with_completions(1),
    )
    assert list(found) == ["is", "mis"]


def _mean_difference(first, second):
    return np.abs(first.astype("f8") - second).mean(axis=(1, 2, 3))


def test_perceptual_figures_are_means_of_their_distance():
    ((truth, mask, filled),) = pictures_with_completions(1, number=4)
    found = figures_of(
        metrics.PerceptualFigures(_mean_difference), [(truth, mask, filled)]
    )
    inside = filled * (mask[..., None] > 127)

    def between(pictures, pairs):
        a, b = (pictures[list(side)] for side in zip(*pairs))
        return _mean_difference(a, b).mean()

    pairs, steps = list(itertools.combinations(range(4), 2)), [(0, 1), (1, 2), (2, 3)]
    to_truth = _mean_difference(filled, truth[None])
    wanted = {
        "lpips": to_truth.mean(),
        "lpips_best": to_truth.min(),
        "lpips_diversity_pairs": between(filled, pairs),
        "lpips_diversity_consecutive": between(filled, steps),
        "lpips_diversity_hole_pairs": between(inside, pairs),
        "lpips_diversity_hole_consecutive": between(inside, steps),
    }
    assert list(found) == list(wanted)
    assert found == pytest.approx(wanted, **EXACT)


def test_a_single_completion_has_no_perceptual_diversity():
    found = figures_of(
        metrics.PerceptualFigures(_mean_difference),
        pictures_with_completions(2, number=1),
    )
    assert {v for name, v in found.items() if "diversity" in name} == {0.0}
