"""Intervals of figures, against those of theory."""

import math

import numpy as np
import pytest

from tests.sets_world import EXACT, normal
from vqinpaint import metrics
from vqinpaint.metrics.intervals import bootstrap, jackknife


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
