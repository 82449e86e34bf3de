"""Plots of an evaluation: what they show, and which files they replace."""

import io
import json
import sys

import numpy as np
import pytest
from PIL import Image

from tests.known_errors import pictures_with_errors
from vqinpaint import outputs
from vqinpaint.errors import SetupError, UserError
from vqinpaint.evaluating import plots


def test_plots_need_their_library(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(SetupError, match=r"\[plots\]"):
        plots.check_library()


def _size(png):
    with Image.open(io.BytesIO(png)) as picture:
        assert picture.format == "PNG"
        return picture.size


def test_temperatures_are_points_with_their_intervals():
    columns = [
        {
            "temperature": t,
            "hole_l1": 10 + t,
            "hole_diversity": 3 * t,
            "intervals": {"hole_l1": [9 + t, 12 + t], "hole_diversity": [2 * t, 4 * t]},
        }
        for t in (0.5, 1.0)
    ]
    assert plots._bars(columns, "hole_l1") == pytest.approx(np.array([[1, 1], [2, 2]]))
    first = plots.plot_temperatures(columns)
    assert _size(first) == (600, 480)
    columns[1]["hole_diversity"] = 9
    assert plots.plot_temperatures(columns) != first
    # Other programs' completions have no temperature, and may have no intervals.
    assert _size(
        plots.plot_temperatures([{"lpips": 0.1, "lpips_diversity_hole_pairs": 0}])
    )


def test_maps_of_entropy_show_the_first_pictures():
    maps = plots.EntropyMaps()
    assert maps.plot() is None
    widths = []
    for number, (truth, mask, views) in enumerate(pictures_with_errors([0.5] * 10)):
        entropy = np.full((2, 8, 8), number + 1.0)
        maps.add(truth, mask, {**views, "entropy": entropy})
        maps.add(truth, mask, views)  # of a model without codes
        if number in (0, 7, 9):
            widths.append(_size(maps.plot())[0])
    assert widths[0] < widths[1] == widths[2]


def test_plots_replace_those_that_the_json_file_names_and_no_others(tmp_path):
    output, drawn = tmp_path / "m.json", tmp_path / "m_temperatures.png"
    plots.check(str(output))
    drawn.write_bytes(b"somebody's")
    for told in ({}, {"plots": 7}, {"plots": ["m_entropy.png"]}):
        output.write_text(json.dumps(told))
        with pytest.raises(UserError, match="m_temperatures.png"):
            plots.check(str(output))
    output.write_text(json.dumps({"plots": ["m_temperatures.png"]}))
    plots.check(str(output))
    columns = [{"hole_l1": 1.0, "hole_diversity": 2.0}]
    assert list(plots.made(str(output), columns)) == [str(drawn)]


def test_plots_of_an_earlier_evaluation_are_outdated(tmp_path):
    output = str(tmp_path / "m.json")
    assert plots.outdated(output, {}) == []
    earlier = {"plots": ["m_temperatures.png", "m_entropy.png", "../other.png"]}
    outputs.write_json(output, earlier)
    drawn = {str(tmp_path / "m_temperatures.png"): b""}
    assert plots.outdated(output, drawn) == [str(tmp_path / "m_entropy.png")]
    outputs.write_json(output, {"plots": 3}, replace=True)
    assert plots.outdated(output, {}) == []
