"""Figures of sets of features, against closed forms, plain loops and SciPy."""

import itertools
import math
import sys

import numpy as np
import pytest
import scipy.linalg

from tests.sets_world import EXACT, normal
from vqinpaint.errors import SetupError
from vqinpaint.metrics.discriminability import discriminability
from vqinpaint.metrics.frechet import frechet_distance
from vqinpaint.metrics.inception_score import (
    inception_score,
    modified_inception_score,
    softmax,
)
from vqinpaint.metrics.kernel_distance import (
    kernel_distance,
    kernel_distance_of_subsets,
)
from vqinpaint.metrics.manifolds import manifolds


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


@pytest.mark.parametrize("function", [frechet_distance, kernel_distance, manifolds])
def test_unfitting_sets_are_refused(function):
    for first, second in (
        (normal(1, 3), normal(20, 3)),
        (normal(20, 3), normal(20, 4)),
    ):
        with pytest.raises(ValueError, match="give it"):
            function(first, second)
