"""Figures of sets of features, against closed forms, plain loops and SciPy."""

import itertools
import math
import sys

import numpy as np
import pytest
import scipy.linalg

from vqinpaint import metrics
from vqinpaint.errors import SetupError
from vqinpaint.metrics.coverage import coverage_error, ranks
from vqinpaint.metrics.discriminability import discriminability
from vqinpaint.metrics.frechet import frechet_distance
from vqinpaint.metrics.inception_score import (
    inception_score,
    modified_inception_score,
    softmax,
)
from vqinpaint.metrics.intervals import bootstrap, jackknife
from vqinpaint.metrics.kernel_distance import (
    kernel_distance,
    kernel_distance_of_subsets,
)
from vqinpaint.metrics.manifolds import manifolds

# Sums of some hundred products in float64.
EXACT = {"rel": 1e-9, "abs": 1e-9}


def normal(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def white(count, width, seed):
    """Vectors whose mean is 0 and whose covariance is 1, not nearly but exactly."""
    x = normal(count, width, seed=seed)
    x -= x.mean(axis=0)
    return np.linalg.qr(x)[0] * np.sqrt(count - 1)


def test_frechet_distance_of_aligned_gaussians_is_the_closed_form():
    scales = np.array([1.0, 2, 3, 0.5]), np.array([2.0, 1, 3, 4])
    turn = scipy.linalg.qr(normal(4, 4))[0]
    first = white(30, 4, 1) * scales[0] @ turn
    second = white(50, 4, 2) * scales[1] @ turn + np.array([1, 0, 0, 2])
    wanted = 5 + np.square(scales[0] - scales[1]).sum()
    assert frechet_distance(first, second) == pytest.approx(wanted, **EXACT)


def test_frechet_distance_equals_scipys_root_of_matrices():
    first, second = normal(40, 6, seed=1), normal(30, 6, seed=2) @ normal(6, 6, seed=3)
    c1, c2 = np.cov(first.T), np.cov(second.T)
    root = scipy.linalg.sqrtm(c1 @ c2).real
    gap = np.square(first.mean(0) - second.mean(0)).sum()
    wanted = gap + np.trace(c1 + c2 - 2 * root)
    assert frechet_distance(first, second) == pytest.approx(wanted, rel=1e-8)


def test_frechet_distance_is_the_same_in_either_space():
    first, second = normal(20, 5, seed=1), normal(30, 5, seed=2) * 2 + 1
    wider = [np.pad(x, ((0, 0), (0, 40))) for x in (first, second)]
    found = frechet_distance(*wider), frechet_distance(first, second)
    assert found[0] == pytest.approx(found[1], **EXACT)


def test_frechet_distance_of_equal_sets_is_nothing():
    first = normal(20, 5)
    # Roots of rounding errors of 1e-16.
    assert frechet_distance(first, first[::-1]) == pytest.approx(0, abs=1e-6)


def test_kernel_distance_is_its_definition():
    first, second = normal(7, 3, seed=1), normal(5, 3, seed=2) + 0.5

    def kernel(x, y):
        return (sum(a * b for a, b in zip(x, y)) / 3 + 1) ** 3

    def within(rows):
        pairs = list(itertools.permutations(rows, 2))
        return sum(kernel(*pair) for pair in pairs) / len(pairs)

    both = [kernel(*pair) for pair in itertools.product(first, second)]
    wanted = within(first) + within(second) - 2 * sum(both) / len(both)
    assert kernel_distance(first, second) == pytest.approx(wanted, **EXACT)


def test_kernel_distance_does_not_depend_on_blocks(monkeypatch):
    first, second = normal(50, 3, seed=1), normal(60, 3, seed=2)
    wanted = kernel_distance(first, second)
    monkeypatch.setattr("vqinpaint.metrics.kernel_distance._BLOCK", 7)
    assert kernel_distance(first, second) == pytest.approx(wanted, **EXACT)


def test_subsets_of_all_vectors_give_the_kernel_distance():
    first, second = normal(20, 3, seed=1), normal(20, 3, seed=2)
    mean, spread = kernel_distance_of_subsets(first, second, subsets=3)
    assert mean == pytest.approx(kernel_distance(first, second), **EXACT)
    assert spread == pytest.approx(0, abs=1e-9)


def test_the_mean_over_subsets_is_that_of_all_vectors():
    first, second = normal(200, 3, seed=1), normal(200, 3, seed=2) + 1
    mean, spread = kernel_distance_of_subsets(first, second, subsets=400, size=50)
    # Unbiased: the mean of 400 draws, four standard errors.
    difference = abs(mean - kernel_distance(first, second))
    assert 0 < difference < 4 * spread / math.sqrt(400)


def by_hand(rows):
    overall = [sum(column) / len(rows) for column in zip(*rows)]
    divergence = [
        sum(p * math.log(p / q) for p, q in zip(row, overall) if p) for row in rows
    ]
    entropy = [-sum(p * math.log(p) for p in row if p) for row in rows]
    mean = [sum(values) / len(rows) for values in (divergence, entropy)]
    return math.exp(mean[0]), math.exp(-mean[1])


def test_inception_scores_are_their_definitions():
    rows = softmax(3 * normal(12, 5))
    rows[0] = [1, 0, 0, 0, 0]
    for splits in (1, 3):
        size = 12 // splits
        parts = [by_hand(rows[i : i + size]) for i in range(0, 12, size)]
        wanted = np.mean(parts, axis=0)
        assert inception_score(rows, splits) == pytest.approx(wanted[0], **EXACT)
        found = modified_inception_score(rows, splits)
        assert found == pytest.approx(wanted[1], **EXACT)


def test_sure_pictures_of_one_class_have_the_best_modified_score_only():
    rows = np.tile([[0.0, 1, 0]], (6, 1))
    assert (inception_score(rows), modified_inception_score(rows)) == (1, 1)


def manifolds_by_loops(truth, filled, k):
    def distance(x, y):
        return math.dist(x, y)

    def radius(i, rows):
        return sorted(distance(rows[i], y) for j, y in enumerate(rows) if j != i)[k - 1]

    of_truth = [radius(i, truth) for i in range(len(truth))]
    of_filled = [radius(i, filled) for i in range(len(filled))]
    held = [[distance(t, f) < r for t, r in zip(truth, of_truth)] for f in filled]
    back = [[distance(t, f) < r for f, r in zip(filled, of_filled)] for t in truth]
    return {
        "precision": np.mean([any(row) for row in held]),
        "recall": np.mean([any(row) for row in back]),
        "density": np.mean([sum(row) / k for row in held]),
        "coverage": np.mean([any(column) for column in zip(*held)]),
    }


@pytest.mark.parametrize("block", [5, 1024])
def test_precision_to_coverage_are_their_definitions(monkeypatch, block):
    monkeypatch.setattr("vqinpaint.metrics.manifolds._BLOCK", block)
    truth, filled = normal(23, 2, seed=1), normal(19, 2, seed=2) + 1.2
    found = manifolds(truth, filled, 3).figures()
    assert found == pytest.approx(manifolds_by_loops(truth, filled, 3), **EXACT)
    assert len(set(found.values())) == 4 and not {0.0, 1.0} & set(found.values())


def test_sets_far_apart_are_told_apart_and_equal_ones_are_not():
    truth = normal(60, 4)
    apart = discriminability(truth, truth + 100).figures()
    assert apart == {"p_ids": 0, "u_ids": 0}
    same = discriminability(truth, truth.copy()).figures()
    assert same["u_ids"] == 0.5


def test_paired_answers_compare_a_completion_with_its_own_truth():
    # One axis tells all: completions lie lower, but two are above their own truth.
    truth = np.array([[0.0], [1], [2], [3], [4], [5]])
    filled = truth - np.array([[3], [3], [-1], [3], [-1], [3]])
    assert discriminability(truth, filled).figures()["p_ids"] == pytest.approx(2 / 6)


def test_a_missing_library_is_told_in_one_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.svm", None)
    with pytest.raises(SetupError, match=r"\[metrics\]"):
        discriminability(normal(4, 2), normal(4, 2))


def _posterior(width, pictures=400, number=20):
    """Ranks of truths of variance 1 among samples of another spread."""
    draw = np.random.default_rng(0)
    found = [
        ranks(
            draw.normal(size=3),
            width * draw.normal(size=(number, 3)),
            draw.normal(size=3),
        )
        for _ in range(pictures)
    ]
    return coverage_error(*np.array(found).T, number)


def test_a_posterior_is_found_calibrated_and_a_narrow_one_is_not():
    # Kolmogorov's distribution: below 1.95 / sqrt(400) in 999 of 1000 cases.
    assert _posterior(1.0) < 0.098
    assert _posterior(0.3) > 0.2


def test_ties_are_shared_out():
    nearer, equal = ranks(np.zeros(2), np.zeros((3, 2)), np.ones(2))
    assert (nearer, equal) == (0, 3)
    assert coverage_error(np.array([0]), np.array([3]), 3) == pytest.approx(
        0, abs=1e-12
    )


def _pictures(count, seed=0, number=3):
    draw = np.random.default_rng(seed)
    mask = np.zeros((8, 8), np.uint8)
    mask[2:6, 1:5] = 255
    for _ in range(count):
        truth = draw.integers(0, 256, (8, 8, 3)).astype(np.uint8)
        filled = np.repeat(truth[None], number, axis=0)
        filled[:, 2:6, 1:5] = draw.integers(0, 200, (number, 4, 4, 3))
        yield truth, mask, filled


def _network(pictures):
    assert pictures.dtype == np.uint8
    flat = pictures.reshape(len(pictures), -1) / 255.0
    return (flat @ normal(192, 6, seed=5)).astype(np.float32)


WEIGHTS = normal(6, 4, seed=6)


def _measured(metric, pictures):
    for one in pictures:
        metric.add(*one)
    return metric.result()


def test_figures_of_sets_are_of_truths_and_first_completions():
    pictures = list(_pictures(30))
    found = _measured(metrics.SetFigures(_network, WEIGHTS), pictures)
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
    pictures = list(_pictures(30))
    found = [
        _measured(metrics.SetFigures(_network, WEIGHTS, with_classifier=False), order)
        for order in (pictures, pictures[::-1])
    ]
    for figures in found:  # those of parts do
        figures.pop("is_10_parts"), figures.pop("mis_10_parts")
    assert found[0] == pytest.approx(found[1], rel=1e-9)


def test_few_pictures_give_the_figures_that_they_can():
    found = _measured(
        metrics.SetFigures(_network, WEIGHTS, with_classifier=False), _pictures(1)
    )
    assert list(found) == ["is", "mis"]


def _mean_difference(first, second):
    return np.abs(first.astype("f8") - second).mean(axis=(1, 2, 3))


def test_perceptual_figures_are_means_of_their_distance():
    ((truth, mask, filled),) = _pictures(1, number=4)
    found = _measured(
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
    found = _measured(
        metrics.PerceptualFigures(_mean_difference), _pictures(2, number=1)
    )
    assert {v for name, v in found.items() if "diversity" in name} == {0.0}


def test_coverage_of_pictures_depends_on_neither_order_nor_names():
    pictures = list(_pictures(20))
    found = [
        _measured(metrics.PosteriorCoverage(), order)
        for order in (pictures, pictures[::-1])
    ]
    assert found[0] == pytest.approx(found[1], **EXACT)
    assert 0 < found[0]["coverage_error"] < 1


def test_pictures_without_a_hole_say_nothing_of_coverage():
    pictures = list(_pictures(20))
    whole = [(truth, np.zeros_like(mask), found) for truth, mask, found in pictures]
    found = _measured(metrics.PosteriorCoverage(), pictures + whole)
    assert found == _measured(metrics.PosteriorCoverage(), pictures)
    (alone,) = _measured(metrics.PosteriorCoverage(), whole).values()
    assert np.isnan(alone)


def _table(values):
    table = metrics.Rows()
    for value in values:
        table.keep(error=value)
    return table


def test_bootstrapped_intervals_of_a_mean_are_those_of_theory():
    values = normal(400) * 2 + 5
    low, high = bootstrap(_table(values), draws=2000)["error"]
    error = values.std() / math.sqrt(400)
    # An end of 2,000 draws is off by about 4 % of the standard error.
    assert low == pytest.approx(values.mean() - 1.96 * error, abs=0.2 * error)
    assert high == pytest.approx(values.mean() + 1.96 * error, abs=0.2 * error)


def test_two_tables_get_the_same_draws():
    values = normal(50)
    first, second = (
        bootstrap(_table(v), draws=50)["error"] for v in (values, values + 3)
    )
    assert np.subtract(second, first) == pytest.approx([3, 3], **EXACT)


def test_infinite_figures_have_no_interval():
    assert bootstrap(_table([1.0, math.inf]), draws=20) == {}


def test_the_jackknife_of_a_mean_is_its_standard_error():
    values = normal(30)
    low, high = jackknife(_table(values), groups=30)["error"]
    error = values.std(ddof=1) / math.sqrt(30)
    # 1.96 is 1.959964.
    assert (high - low) / 2 == pytest.approx(1.96 * error, rel=1e-4)
    assert (high + low) / 2 == pytest.approx(values.mean(), **EXACT)


@pytest.mark.parametrize("function", [frechet_distance, kernel_distance, manifolds])
def test_unfitting_sets_are_refused(function):
    for first, second in (
        (normal(1, 3), normal(20, 3)),
        (normal(20, 3), normal(20, 4)),
    ):
        with pytest.raises(ValueError, match="give it"):
            function(first, second)
