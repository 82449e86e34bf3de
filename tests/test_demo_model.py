"""The model in the box and the pictures to try it on."""

import pathlib

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from vqinpaint.files.json_files import read_json
from vqinpaint.joined import loading

ROOT = pathlib.Path(__file__).parent.parent
MODEL = ROOT / "saved_models/demo"
EXAMPLES = sorted((ROOT / "examples/images").glob("*.png"))


@pytest.fixture(scope="module")
def model():
    return loading.load(str(MODEL))[0]


def _draw(model, image, mask, temperature=1.0):
    result = model.sample(
        tf.constant(image),
        tf.constant(mask[..., None]),
        tf.range(3),
        tf.fill([3], temperature),
        tf.constant(0),
        tf.constant(1.0),
    )
    return {name: value.numpy() for name, value in result.items()}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_are_completed_in_different_ways(model, path):
    image = np.asarray(Image.open(path))
    mask = np.asarray(Image.open(ROOT / "examples/masks" / path.name))
    assert image.shape == (64, 64, 3) and set(np.unique(mask)) == {0, 255}
    hole = mask > 127
    drawn = _draw(model, image, mask)
    for completed in drawn["completed"]:
        np.testing.assert_array_equal(completed[~hole], image[~hole])
    assert all((drawn["codes"][0] != codes).any() for codes in drawn["codes"][1:])
    pairs = drawn["completed"].astype(float)[:, hole]
    # Over 2 of 255 grey levels: a person sees that they differ.
    assert np.abs(pairs[0] - pairs[1]).mean() > 2
    greedy = _draw(model, image, mask, 0.0)["completed"]
    np.testing.assert_array_equal(greedy[0], greedy[1])


def test_it_is_small_and_says_where_it_comes_from():
    size = sum(path.stat().st_size for path in MODEL.rglob("*"))
    assert size <= 40e6
    card = (MODEL / "1/README.md").read_text()
    assert "Microsoft Corporation" in card and "license: mit" in card
    licence = ROOT / "saved_models/LICENSE-fluentui-emoji.txt"
    assert "Permission is hereby granted" in licence.read_text()
    metrics = read_json(str(MODEL / "1/options.json"))["metrics"]
    assert metrics["bits_per_code"] < metrics["marginal_bits"] / 2
