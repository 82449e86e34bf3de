"""Pictures from nothing: what is drawn, what is kept, and what is written."""

import dataclasses
import json
import re

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from vqinpaint.completing import generated_files
from vqinpaint.completing.engine import Completions
from vqinpaint.completing.generating import generate
from vqinpaint.errors import ModelError, UsageError
from vqinpaint.joined.classifiers import load_classifier
from vqinpaint.options.generation import Generation
from vqinpaint.options.request import Request
from vqinpaint.outputs import Taken


class Painter:
    """An engine whose pictures are as bright as their seeds; brighter ones score higher."""

    side, codes, name, fingerprint = 8, 4, "painter", "1"

    def __init__(self, scores=("discriminator", "bits")):
        self.asked, self._scores = [], scores

    def check(self, request):
        pass

    def complete(self, image, mask, seeds, request, reporter):
        assert (mask == 255).all() and not image.any()
        self.asked.extend(seeds)
        values = np.array(seeds)
        pictures = np.broadcast_to(
            values[:, None, None, None] * 7 % 256, (len(seeds), 8, 8, 3)
        ).astype(np.uint8)
        scores = {name: pictures.mean(axis=(1, 2, 3)) for name in self._scores}
        return Completions(pictures, scores, record={"codes": values})


def test_everything_drawn_is_kept_without_rejection():
    engine = Painter(scores=())
    result = generate(engine, Request(seed=5), Generation(num_samples=20))
    assert list(result.seeds) == engine.asked == list(range(5, 25))
    assert result.scores is None and result.drawn == 20


def test_the_best_share_is_kept_best_first():
    engine = Painter()
    wanted = Generation(num_samples=10, accept=0.25)
    result = generate(engine, Request(), wanted)
    assert engine.asked == list(range(40)) and result.drawn == 40
    values = np.arange(40) * 7 % 256
    np.testing.assert_array_equal(result.seeds, np.argsort(-values, kind="stable")[:10])
    np.testing.assert_array_equal(result.scores, np.sort(values)[::-1][:10])
    np.testing.assert_array_equal(result.pictures[:, 0, 0, 0], values[result.seeds])
    np.testing.assert_array_equal(result.found.record["codes"], result.seeds)


def test_a_classifier_decides_where_one_is_given():
    darkest = generate(
        Painter(),
        Request(),
        Generation(num_samples=3, accept=0.1),
        classifier=lambda pictures: -pictures.mean(axis=(1, 2, 3)),
    )
    assert list(darkest.seeds) == [0, 1, 2]
    with pytest.raises(UsageError, match="no discriminator to choose by; give"):
        generate(Painter(scores=()), Request(), Generation(accept=0.5))


@pytest.mark.parametrize("accept, drawn", [(1, 16), (0.5, 32), (0.3, 54), (0.1, 160)])
def test_as_many_are_drawn_as_the_share_needs(accept, drawn):
    assert Generation(accept=accept).drawn == drawn


@pytest.mark.parametrize(
    "values, words",
    [
        ({"accept": 0}, "accept is 0; it must be above 0 and at most 1"),
        ({"accept": 1.5}, "accept is 1.5; it must be above 0"),
        ({"accept": float("nan")}, "accept is nan; it must be above 0"),
        ({"accept": 1e-5}, "needs 1600000 drawn pictures; at most 100000"),
        ({"num_samples": 0}, "num_samples is 0; it must be 1 to 1000"),
        ({"classifier": "m"}, "every drawn picture is kept; give accept below 1"),
    ],
)
def test_impossible_wishes_are_told(values, words):
    with pytest.raises(UsageError, match=re.escape(words)):
        Generation(**values)


def test_seeds_must_fit_into_32_bits():
    with pytest.raises(UsageError, match="seeds of all 32 drawn pictures must fit"):
        Generation(accept=0.5).seeds(Request(seed=2**31 - 20, num_samples=1))


def test_files_list_each_other_and_replace_their_own_alone(tmp_path):
    folder = str(tmp_path)

    def write(number):
        result = generate(
            Painter(), Request(), Generation(num_samples=number, accept=0.5)
        )
        generated_files.check(folder, number)
        assert generated_files.write(result, {"model": "painter"}, folder) == []
        return result

    write(3)
    result = write(2)
    names = {"generated.json", "generated_sheet.png"}
    names |= {"generated_000.png", "generated_001.png"}
    assert {path.name for path in tmp_path.iterdir()} == names
    facts = json.loads((tmp_path / "generated.json").read_text())
    assert facts["drawn"] == 4 and set(facts["files"]) == names - {"generated.json"}
    for i, entry in enumerate(facts["pictures"]):
        assert entry["seed"] == result.seeds[i] and entry["score"] == result.scores[i]
        picture = np.asarray(Image.open(tmp_path / entry["file"]))
        np.testing.assert_array_equal(picture, result.pictures[i])
    (tmp_path / "generated_002.png").write_text("mine")
    with pytest.raises(Taken, match="generated_002.png"):
        generated_files.check(folder, 3)


def test_of_two_runs_at_a_time_the_slower_replaces_what_the_other_wrote(tmp_path):
    folder = str(tmp_path)
    results = [
        generate(Painter(), Request(seed=seed), Generation(num_samples=number))
        for seed, number in ((0, 3), (50, 2))
    ]
    for result in results:  # before either has written
        generated_files.check(folder, len(result.pictures))
    for result in results:
        generated_files.write(result, {"model": "painter"}, folder)
    facts = json.loads((tmp_path / "generated.json").read_text())
    assert [entry["seed"] for entry in facts["pictures"]] == [50, 51]
    assert {path.name for path in tmp_path.iterdir()} == {
        *facts["files"],
        "generated.json",
    }


def test_a_sheet_shows_every_picture_at_its_size():
    pictures = np.random.default_rng(0).integers(0, 255, (11, 8, 8, 3), np.uint8)
    sheet = generated_files.sheet(pictures, gap=2)
    assert sheet.shape == (2 * 10 + 2, 8 * 10 + 2, 3)
    np.testing.assert_array_equal(sheet[2:10, 2:10], pictures[0])
    np.testing.assert_array_equal(sheet[12:20, 12:20], pictures[9])


class Classifier(tf.Module):
    """Shares of red, green and blue, as a SavedModel's signature."""

    def __init__(self, dtype=tf.uint8, outputs=1):
        super().__init__()
        self.scale = tf.Variable(1.0)
        self._outputs = outputs

        @tf.function(input_signature=[tf.TensorSpec([None, 8, 8, 3], dtype, "image")])
        def classify(image):
            means = tf.reduce_mean(tf.cast(image, tf.float32), [1, 2]) * self.scale
            shares = means / tf.reduce_sum(means, axis=1, keepdims=True)
            return {f"shares_{i}": shares for i in range(outputs)}

        self.classify = classify


def _saved(folder, name="serving_default", **kind):
    model = Classifier(**kind)
    tf.saved_model.save(model, str(folder), signatures={name: model.classify})
    return str(folder)


def test_a_classifier_scores_by_its_likeliest_class(tmp_path):
    score = load_classifier(_saved(tmp_path / "rgb"), 8)
    pictures = np.zeros((40, 8, 8, 3), np.uint8)
    pictures[..., 0] = 100
    pictures[7, ..., 1] = 100
    expected = np.ones(40)
    expected[7] = 0.5
    np.testing.assert_allclose(score(pictures), expected, rtol=1e-6)  # float32


@pytest.mark.parametrize(
    "kind, side, words",
    [
        ({"dtype": tf.float32}, 8, "takes image float32 .* must take uint8"),
        ({}, 16, r"must take uint8 \[batch, 16, 16, 3\] alone"),
        ({"outputs": 2}, 8, "shares_1 float32 .* alone"),
        ({"name": "other"}, 8, "with the signature serving_default"),
    ],
)
def test_other_signatures_are_told_in_one_line(tmp_path, kind, side, words):
    folder = _saved(tmp_path / "model", **kind)
    with pytest.raises(ModelError, match=words) as told:
        load_classifier(folder, side)
    assert "\n" not in str(told.value)


def test_no_classifier_is_told_too(tmp_path):
    with pytest.raises(ModelError, match="is not a folder; name a SavedModel"):
        load_classifier(str(tmp_path / "nothing"), 8)


def test_what_the_json_keeps_of_the_options_is_all_of_them():
    shared = {f.name for f in dataclasses.fields(Generation)} & {
        f.name for f in dataclasses.fields(Request)
    }
    assert shared == {"num_samples"}
