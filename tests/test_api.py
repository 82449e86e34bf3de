"""Two lines of Python complete a picture."""

import pathlib
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import vqinpaint
from tests import tiny
from vqinpaint.errors import ModelError, PictureError, UsageError
from vqinpaint.ops.images import to_uint8

IMAGE = to_uint8(tiny.images(1)[0]).numpy()
MASK = np.zeros((64, 64), np.uint8)
MASK[16:48, 16:48] = 255


@pytest.fixture(scope="module")
def model(exported):
    return vqinpaint.load(pathlib.Path(exported[1]))


def test_a_picture_is_completed_in_several_ways(model):
    result = model.complete(IMAGE, MASK, num_samples=3, seed=4)
    assert result.completed.shape == (3, 64, 64, 3) and list(result.seeds) == [4, 5, 6]
    known = MASK == 0
    for completed, image in zip(result.completed, result.images):
        np.testing.assert_array_equal(completed[known], IMAGE[known])
        np.testing.assert_array_equal(np.asarray(image), completed)
    assert len(set(result.score("bits"))) == 3
    again = model.complete(IMAGE, MASK, num_samples=1, seed=5)
    np.testing.assert_array_equal(again.completed[0], result.completed[1])


@pytest.mark.parametrize("kind", ["pillow", "bool", "channel", "inverted"])
def test_pictures_and_masks_come_in_many_forms(model, kind):
    wanted = model.complete(IMAGE, MASK, num_samples=1).completed
    forms = {
        "pillow": (Image.fromarray(IMAGE), Image.fromarray(MASK), {}),
        "bool": (IMAGE, MASK > 0, {}),
        "channel": (IMAGE, MASK[..., None], {}),
        "inverted": (IMAGE, 255 - MASK, {"invert_mask": True}),
    }
    image, mask, more = forms[kind]
    found = model.complete(image, mask, num_samples=1, **more).completed
    np.testing.assert_array_equal(found, wanted)


def test_grey_pictures_of_any_size_come_back_in_their_own(model):
    grey = np.asarray(Image.fromarray(IMAGE).convert("L").resize((150, 90)))
    mask = np.zeros((90, 150), bool)
    mask[20:40, 30:60] = True
    notes = []

    class Listener(vqinpaint.Reporter):
        def note(self, text):
            notes.append(text)

    result = model.complete(grey, mask, Listener(), num_samples=2)
    assert result.completed.shape == (2, 90, 150, 3)
    np.testing.assert_array_equal(
        result.completed[0][~mask], np.repeat(grey[~mask][:, None], 3, axis=1)
    )
    assert any("150x90" in note for note in notes)


def test_progress_is_told_from_nothing_to_all(model):
    told = {}

    class Listener(vqinpaint.Reporter):
        def progress(self, what, done, total):
            told.setdefault(what, []).append((done, total))

    model.complete(IMAGE, MASK, Listener(), num_samples=1)
    assert set(told) == {"windows", "rows of codes"}
    for steps in told.values():
        done = [step for step, _ in steps]
        assert done[0] == 0 and done == sorted(done) and steps[-1][0] == steps[-1][1]


@pytest.mark.parametrize(
    "image, mask, more, error, words",
    [
        (IMAGE / 255, MASK, {}, PictureError, "array of float64; give uint8"),
        (IMAGE[..., :2], MASK, {}, PictureError, r"shape \[64, 64, 2\]"),
        (IMAGE, MASK[:32], {}, PictureError, r"give \[64, 64\]"),
        (IMAGE, MASK.astype(float), {}, PictureError, "array of float64; give bool"),
        (IMAGE, MASK, {"num_samples": 0}, UsageError, "1 to 1000"),
        (
            IMAGE,
            MASK,
            {"keep": 1, "keep_by": "discriminator"},
            UsageError,
            "run folder",
        ),
    ],
)
def test_what_does_not_fit_is_told_in_one_line(model, image, mask, more, error, words):
    with pytest.raises(error, match=words) as caught:
        model.complete(image, mask, **more)
    assert "\n" not in str(caught.value)


def test_a_folder_without_a_model_is_told(tmp_path):
    with pytest.raises(ModelError, match="neither saved_model.pb"):
        vqinpaint.load(str(tmp_path))


def test_importing_the_package_does_not_import_tensorflow():
    code = (
        "import sys, vqinpaint; print('tensorflow' in sys.modules, vqinpaint.Request)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("False <class")


def test_names_that_are_not_there_are_attribute_errors():
    with pytest.raises(AttributeError, match="no attribute 'paint'"):
        vqinpaint.paint  # noqa: B018
    assert set(dir(vqinpaint)) >= {"load", "Model", "Request", "Result"}
