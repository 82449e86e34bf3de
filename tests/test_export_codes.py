"""An export that draws texture codes and pictures from nothing."""

import json
import re

import numpy as np
import pytest
import tensorflow as tf

from tests import stand_in, tiny
from vqinpaint import exporting
from vqinpaint.completing.local import LocalEngine
from vqinpaint.completing.served import ServedEngine
from vqinpaint.errors import UsageError
from vqinpaint.exporting import single
from vqinpaint.exporting.requests import requests
from vqinpaint.options.request import Request
from vqinpaint.reporting import SILENT
from vqinpaint.servers.connecting import connect

pytestmark = pytest.mark.portable


@pytest.fixture(scope="module")
def saved(drawing_model, tmp_path_factory):
    """(`ServedInpainter`, folder of its SavedModel)"""
    model = drawing_model
    folder = str(tmp_path_factory.mktemp("models") / "codes" / "1")
    exporting.write_saved_model(
        model, tiny.OPTIONS, folder, {"version": "test"}, "codes", "", thorough=False
    )
    return model, folder


@pytest.fixture(scope="module")
def engine(saved):
    return LocalEngine(saved[1])


@pytest.mark.parametrize("name", ["generate", "details"])
def test_signatures_answer_as_the_model_does(saved, name):
    model, folder = saved
    inputs = requests(model, 2)[name]
    tensors = {key: tf.constant(value) for key, value in inputs.items()}
    wanted = model.signatures()[name](*tensors.values())
    answer = tf.saved_model.load(folder).signatures[name](**tensors)
    assert set(answer) == set(wanted) and "texture_bits" in answer
    assert (answer["texture_bits"].numpy() > 0).all()
    for key, value in wanted.items():
        if value.dtype.is_floating:
            # Optimised differently, so rounding may differ; bits are sums of hundreds.
            np.testing.assert_allclose(answer[key], value, rtol=1e-3, atol=1e-3)
        elif value.dtype == tf.uint8:
            assert np.abs(answer[key].numpy().astype(int) - value).max() <= 1
        elif key == "error":
            assert not any(value.numpy()) and not any(answer[key].numpy())


def test_the_form_for_tflite_is_the_signature(saved):
    model, _ = saved
    rows = requests(model, 1)[single.SIGNATURE]
    tensors = [tf.constant(value) for value in rows.values()]
    answer, wanted = (
        single.from_noise(model, "incremental")(*tensors),
        model.inpaint_from_noise(*tensors),
    )
    np.testing.assert_array_equal(answer["codes"], wanted["codes"])
    for name in ("completed", "bits", "texture_bits"):
        # Another order of sums.
        np.testing.assert_allclose(answer[name], wanted[name], rtol=1e-3, atol=1e-3)


def test_noise_that_is_not_finite_spoils_its_own_row_alone(saved):
    model, _ = saved
    rows = requests(model, 2)[single.SIGNATURE]
    rows["texture_noise"][0, 0, 0, 0] = np.nan
    answer = model.inpaint_from_noise(*(tf.constant(v) for v in rows.values()))
    assert np.isnan(answer["completed"][0]).all()
    assert np.isfinite(answer["completed"][1]).all()


def test_it_is_loaded_with_the_texture_that_it_has(saved, engine):
    _, folder = saved
    assert engine.texture == "codes" and engine.generates
    facts = json.loads((tf.io.gfile.GFile(f"{folder}/options.json")).read())
    assert facts["texture"] == "codes"
    card = tf.io.gfile.GFile(f"{folder}/README.md").read()
    assert "`generate` draws one picture from nothing" in card
    assert 'tf.saved_model.load("codes/1")' in card
    told = f"{folder} was exported with --texture=codes; drop --texture=generator"
    with pytest.raises(UsageError, match=re.escape(told)):
        engine.check(Request(texture="generator"))
    blank = np.zeros((64, 64, 3), np.uint8), np.full((64, 64), 255, np.uint8)
    drawn = engine.complete(*blank, [4], Request(texture_temperature=0.5), SILENT)
    assert drawn.scores["texture_bits"].shape == (1,)


def test_a_server_tells_the_bits_of_textures_too(saved, engine):
    image = tf.cast(127 * (tiny.images(1)[0] + 1), tf.uint8).numpy()
    mask = (255 * tiny.center_masks(1)[0, ..., 0]).numpy().astype(np.uint8)
    asked = image, mask, [0, 1], Request(), SILENT
    with stand_in.serve(saved[1]) as (_, urls):
        server = connect(urls["rest"], stand_in.NAME, None, 60.0)
        found = ServedEngine(server, "codes").complete(*asked)
    wanted = engine.complete(*asked)
    assert set(found.scores) == set(wanted.scores) == {"bits", "texture_bits"}
    np.testing.assert_array_equal(found.pictures, wanted.pictures)
    for name, values in wanted.scores.items():  # sums of hundreds, each rounded
        np.testing.assert_allclose(found.scores[name], values, rtol=1e-5)
