"""Ranks of truths among completions, and how far a sampler's are from even."""

import numpy as np
import pytest

from tests.sets_world import EXACT, figures_of, pictures_with_completions
from vqinpaint import metrics
from vqinpaint.metrics.coverage import coverage_error, ranks


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


def test_coverage_of_pictures_depends_on_neither_order_nor_names():
    pictures = list(pictures_with_completions(20))
    found = [
        figures_of(metrics.PosteriorCoverage(), order)
        for order in (pictures, pictures[::-1])
    ]
    assert found[0] == pytest.approx(found[1], **EXACT)
    assert 0 < found[0]["coverage_error"] < 1


def test_pictures_without_a_hole_say_nothing_of_coverage():
    pictures = list(pictures_with_completions(20))
    whole = [(truth, np.zeros_like(mask), found) for truth, mask, found in pictures]
    found = figures_of(metrics.PosteriorCoverage(), pictures + whole)
    assert found == figures_of(metrics.PosteriorCoverage(), pictures)
    (alone,) = figures_of(metrics.PosteriorCoverage(), whole).values()
    assert np.isnan(alone)
