"""Completions that differ most from one another."""

import itertools

import numpy as np
from PIL import Image

from tests.folder_world import SIDE, Painter
from vqinpaint.api import Model
from vqinpaint.completing.choosing import most_different


def _spread(fillings, chosen):
    """The smallest distance between two of those that are chosen."""
    pairs = itertools.combinations(chosen, 2)
    return min(np.abs(fillings[a].astype(int) - fillings[b]).mean() for a, b in pairs)


def test_one_of_each_kind_is_chosen():
    kinds = np.repeat([[0], [90], [180], [255]], 5, axis=0).astype(np.uint8)
    noise = np.random.default_rng(0).integers(0, 4, [20, 300])
    fillings = np.clip(kinds.astype(int) + noise, 0, 255).astype(np.uint8)
    assert {i // 5 for i in most_different(fillings, 4)} == {0, 1, 2, 3}


def test_the_spread_is_at_least_half_of_the_best():
    fillings = np.random.default_rng(1).integers(0, 256, [9, 2]).astype(np.uint8)
    best = max(_spread(fillings, c) for c in itertools.combinations(range(9), 3))
    # Were it less, all would lie within less than best / 2 of one of the first two, so two
    # of the best three would share that one and be closer than best.
    assert _spread(fillings, most_different(fillings, 3)) >= best / 2


def test_equal_fillings_are_each_chosen_once():
    chosen = most_different(np.zeros([5, 12], np.uint8), 5)
    assert sorted(chosen) == [0, 1, 2, 3, 4]


def test_a_request_keeps_the_most_different():
    picture, mask = Image.new("RGB", (SIDE, SIDE)), np.zeros([SIDE, SIDE], bool)
    mask[:8] = True
    asked = {"num_samples": 9, "keep": 3, "keep_by": "difference"}
    result = Model(Painter()).complete(picture, mask, **asked)
    # The painter's shades grow with the seed.
    assert result.seeds == [4, 0, 8]
    assert result.found[0].scores["bits"].tolist() == result.seeds
