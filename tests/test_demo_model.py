"""The model in the box and the pictures to try it on."""

import pathlib
import re
import sys

import numpy as np
import pytest
from PIL import Image

import vqinpaint
from vqinpaint.exporting.published import without_folders
from vqinpaint.files.json_files import read_json

ROOT = pathlib.Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import draw_examples  # noqa: E402

MODEL = ROOT / "saved_models/demo"
EXAMPLES = sorted((ROOT / "examples/images").glob("*.png"))


@pytest.fixture(scope="module")
def model():
    return vqinpaint.load(str(MODEL))


def _example(path):
    image = np.asarray(Image.open(path))
    return image, np.asarray(Image.open(ROOT / "examples/masks" / path.name))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_are_completed_in_different_ways(model, path):
    image, mask = _example(path)
    side = draw_examples.SIDE
    assert image.shape == (side, side, 3) and set(np.unique(mask)) == {0, 255}
    hole = mask > 127
    drawn = model.complete(image, mask, num_samples=3)
    for completed in drawn.completed:
        np.testing.assert_array_equal(completed[~hole], image[~hole])
    codes = drawn.found[0].record["codes"]
    assert all((codes[0] != other).any() for other in codes[1:])
    pairs = drawn.completed.astype(float)[:, hole]
    # Over 2 of 255 grey levels: a person sees that they differ.
    assert np.abs(pairs[0] - pairs[1]).mean() > 2
    greedy = model.complete(image, mask, num_samples=2, temperature=0).completed
    np.testing.assert_array_equal(greedy[0], greedy[1])


def test_examples_are_what_the_script_draws():
    assert {path.stem for path in EXAMPLES} == set(draw_examples.EXAMPLES)
    for path in EXAMPLES:
        drawn = draw_examples.EXAMPLES[path.stem].drawn()
        for file, array in zip(_example(path), drawn):
            # Another processor may round a shade differently.
            assert np.abs(file.astype(int) - array).max() <= 1


def test_it_is_small_and_says_where_it_comes_from():
    size = sum(path.stat().st_size for path in MODEL.rglob("*"))
    assert size <= 40e6
    card = (MODEL / "1/README.md").read_text()
    assert re.search(r"^license: apache-2\.0$", card, re.MULTILINE)
    metrics = read_json(str(MODEL / "1/options.json"))["metrics"]
    assert without_folders(metrics) == metrics
    assert metrics["bits_per_code"] < metrics["marginal_bits"] / 2
