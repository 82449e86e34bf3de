"""What the calibration benchmark reads off completions, on drawings it must know."""

import random
import sys

import numpy as np
import pytest

from tests.commands import ROOT

sys.path.insert(0, str(ROOT / "tools"))

from benchmarks import calibration  # noqa: E402
from sample_faces import (  # noqa: E402
    HOLES,
    draw_attributes,
    draw_hole,
    draw_picture,
)


@pytest.mark.parametrize("size", [64, 128])
@pytest.mark.parametrize("attribute", HOLES)
def test_every_value_is_read_and_noise_is_none_of_them(attribute, size):
    generator = random.Random(0)
    hole = np.asarray(draw_hole(attribute, size)) > 127
    for _ in range(30):
        face = draw_attributes(generator)
        wanted = calibration.templates(attribute, face, size)
        noise = np.random.default_rng(0).normal(0, 5, wanted.shape)
        seen = np.clip(wanted + noise, 0, 255).astype(np.uint8)
        values, odd = calibration.read(seen, wanted, hole)
        assert values.tolist() == list(range(len(wanted))) and not odd.any()
        _, odd = calibration.read(255 - seen, wanted, hole)
        assert odd.all()
        # Nothing outside the hole tells one value from another.
        assert np.ptp(wanted[:, ~hole], axis=0).max() == 0
        true = list(calibration.truth(attribute, face))[0]
        same = draw_picture({**face, attribute: true}, size)
        np.testing.assert_array_equal(same, wanted[0])


def test_the_truth_itself_varies_as_told():
    tables = [[0.5, 0.25, 0.25]] * 100
    chance = calibration._chance(tables, 8)
    generator = np.random.default_rng(1)
    drawn = generator.choice(3, (300, 800), p=tables[0])
    found = [
        0.5 * np.abs(np.bincount(row, minlength=3) / 800 - tables[0]).sum()
        for row in drawn
    ]
    assert abs(chance - np.mean(found)) < 0.1 * chance
