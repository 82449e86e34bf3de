"""Figures of completions, with intervals and by the share that is missing."""

import sys

import numpy as np
import pytest

from tests import networks_world
from tests.known_errors import pictures_with_errors
from vqinpaint import metrics
from vqinpaint.evaluating import measurement
from vqinpaint.evaluating.measurement import Measurement
from vqinpaint.evaluating.networks import Networks
from vqinpaint.evaluating.protocol import warnings
from vqinpaint.options.figures import FigureOptions

# A fixture, which pytest finds by its name in this file.
networks_options = networks_world.networks_options


def _column(pictures, networks=None, **options):
    measured = Measurement([("completed", metrics.HoleL1())], networks)
    for one in pictures:
        measured.add(*one)
    return measured.column(**options)


def test_figures_are_parted_by_the_share_that_is_missing():
    # 1/4 and 3/8 fall into the second part, 1/2 into the third, 3/4 and 1 into the last.
    column = _column(pictures_with_errors([1 / 8, 1 / 4, 3 / 8, 1 / 2, 3 / 4, 1]))
    assert column["by_missing_share"] == {
        "0-20": {"pictures": 1, "hole_l1": 1.0},
        "20-40": {"pictures": 2, "hole_l1": 2.5},
        "40-60": {"pictures": 1, "hole_l1": 4.0},
        "60-100": {"pictures": 2, "hole_l1": 5.5},
    }
    assert column["hole_l1"] == 3.5
    assert column["missing_share"] == {"least": 0.125, "mean": 0.5, "largest": 1.0}


def test_one_part_is_no_part_and_intervals_are_a_choice():
    column = _column(pictures_with_errors([1 / 4, 1 / 4]), intervals=False)
    assert list(column) == ["hole_l1", "missing_share"]


def test_networks_see_several_pictures_at_once_with_the_same_figures(
    networks_options, monkeypatch
):
    pictures = list(pictures_with_errors(np.linspace(0.1, 0.9, 12)))
    networks = Networks(networks_options)
    first = _column(pictures, networks)
    networks.save()
    monkeypatch.setattr("vqinpaint.evaluating.measurement.AT_ONCE", 1)
    again = Networks(networks_options)  # reads what was kept
    second = _column(pictures[::-1], again)
    # Parts follow the order of pictures; the rest is of sums in float32 and float64.
    for column in (first, second):
        column.pop("is_10_parts"), column.pop("mis_10_parts")
    names = [name for name, value in first.items() if not isinstance(value, dict)]
    assert {"fid", "kid", "precision", "p_ids", "u_ids", "lpips", "mis"} < set(names)
    wanted = {name: first[name] for name in names}
    assert {name: second[name] for name in names} == pytest.approx(wanted, rel=1e-4)
    assert set(first["intervals"]) >= set(names) - {"is", "mis"}
    assert first["by_missing_share"]["0-20"]["pictures"] == 2
    assert set(networks.facts) == {"inception", "lpips"}


def test_without_scikit_learn_the_other_figures_are_measured(
    networks_options, monkeypatch
):
    monkeypatch.setitem(sys.modules, "sklearn.svm", None)
    options = FigureOptions(inception=networks_options.inception)
    column = _column(
        pictures_with_errors([0.2] * 3), Networks(options), intervals=False
    )
    assert {"fid", "kid", "is"} <= set(column)
    assert not {"p_ids", "u_ids"} & set(column)
    (told,) = warnings(5000, options)
    assert told.startswith("P-IDS and U-IDS are left out") and "[metrics]" in told


def test_few_pictures_are_warned_of():
    options = FigureOptions(inception="graph.pb")
    assert len(warnings(1999, options)) == 2
    assert len(warnings(2000, options)) == 1
    assert warnings(2048, options) == [] == warnings(1, FigureOptions())


def test_a_share_on_the_edge_belongs_to_the_part_above():
    shares = np.array([0.0, 0.2, 0.4, 0.6, 1.0])
    found = [measurement._within(shares, *part).tolist() for part in measurement._PARTS]
    assert np.argmax(found, axis=0).tolist() == [0, 1, 2, 3, 3]
    assert np.sum(found, axis=0).tolist() == [1] * 5
