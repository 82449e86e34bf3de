"""Pluralistic Image Completion behind the same commands as the first family."""

import json
import os

import numpy as np
import pytest
import tensorflow as tf

from tests import tiny
from vqinpaint import families
from vqinpaint.completing.served import ServedEngine
from vqinpaint.errors import ModelError, UsageError
from vqinpaint.exporting import validation
from vqinpaint.exporting.requests import requests
from vqinpaint.ops.images import to_uint8
from vqinpaint.options.pic import PicModelOptions, PicOptions
from vqinpaint.options.request import Request
from vqinpaint.reporting import SILENT
from vqinpaint.runs import locating
from vqinpaint.servers.description import Description

pytestmark = pytest.mark.portable

IMAGE = to_uint8(tiny.images(1))[0].numpy()
HOLE = (tiny.center_masks(1)[0, ..., 0] * 255).numpy().astype(np.uint8)
REQUEST = Request()


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pic") / "run"
    tiny.pic_run_folder(folder)
    return str(folder)


@pytest.fixture(scope="module")
def engine(run):
    return families.open_engine(run)


def _complete(engine, seeds, image=IMAGE, **request):
    return engine.complete(image, HOLE, seeds, Request(**request), SILENT)


def test_known_pixels_stay_and_hidden_ones_are_never_seen(engine):
    spoilt = np.where(HOLE[..., None] > 127, 255 - IMAGE, IMAGE)
    first, second = (_complete(engine, [0, 1], image) for image in (IMAGE, spoilt))
    np.testing.assert_array_equal(first.pictures, second.pictures)
    known = HOLE <= 127
    for picture in first.pictures:
        np.testing.assert_array_equal(picture[known], IMAGE[known])
    # Two seeds give two pictures.
    assert (first.pictures[0] != first.pictures[1]).any()


def test_a_seed_gives_the_same_bytes_alone_and_among_others(engine):
    alone, among = _complete(engine, [7]), _complete(engine, [3, 7, 5])
    np.testing.assert_array_equal(alone.pictures[0], among.pictures[1])
    np.testing.assert_array_equal(
        alone.scores["discriminator"][0], among.scores["discriminator"][1]
    )


def test_temperature_0_takes_the_mean_whatever_the_seed(engine):
    pictures = _complete(engine, [0, 1], temperature=0.0).pictures
    np.testing.assert_array_equal(*pictures)


def test_what_a_model_without_codes_cannot_do_is_refused(engine, run):
    for request, words in (
        ({"top_k": 3}, "top_k: models of the family pic draw no codes"),
        ({"structure_from": "a.png"}, "structure_from: models"),
        ({"keep": 1}, "take --keep_by=discriminator"),
    ):
        with pytest.raises(UsageError, match=words):
            engine.check(Request(**request))
    engine.check(Request(keep=1, keep_by="discriminator"))
    with pytest.raises(UsageError, match="drop --sampler"):
        families.open_engine(run, "naive")


@pytest.mark.long
def test_an_export_passes_every_trial(exported_pic):
    validation.validate(exported_pic[1], exported_pic[0])


def test_an_export_completes_as_its_run_does(engine, exported_pic):
    model, folder = exported_pic
    with open(os.path.join(folder, "options.json"), encoding="utf-8") as file:
        facts = json.load(file)
    assert facts["family"] == "pic" and "sampler" not in facts
    assert set(facts["signatures"]) == {
        *("serving_default", "details", "inpaint", "inpaint_from_noise")
    }
    loaded = families.open_engine(folder)
    wanted, found = _complete(engine, [4, 5]), _complete(loaded, [4, 5])
    # Graphs are optimised differently: at most one level by rounding.
    difference = found.pictures.astype(int) - wanted.pictures
    assert np.abs(difference).max() <= 1
    np.testing.assert_allclose(
        found.scores["discriminator"], wanted.scores["discriminator"], atol=1e-4
    )
    with pytest.raises(ModelError, match="needs the run folder"):
        loaded.at(128)
    # Rounding; float16 keeps three digits of a weight, 8 bits two.
    figures = facts["tflite"]
    for kind, least in (("float32", 80), ("float16", 50), ("dynamic", 20)):
        assert figures[kind]["psnr"] > least and "equal_codes" not in figures[kind]


class _Server:
    """A SavedModel's signature in place of a server."""

    def __init__(self, model):
        self.model = model

    def describe(self):
        signatures = {}
        for name, function in self.model.signatures().items():
            concrete = function.get_concrete_function()
            specs = concrete.structured_input_signature[0]
            outputs = concrete.structured_outputs
            signatures[name] = {
                "inputs": {s.name: [n or -1 for n in s.shape] for s in specs},
                "outputs": {k: [n or -1 for n in v.shape] for k, v in outputs.items()},
            }
        return Description(signatures, "1")

    def predict(self, signature, row, wanted, most):
        del most
        order = ("image_bytes", "mask_bytes", "seed", "temperature")
        dtypes = (tf.string, tf.string, tf.int32, tf.float32)
        inputs = [tf.constant([row[n]], t) for n, t in zip(order, dtypes)]
        answer = self.model.signatures()[signature](*inputs)
        return {name: np.asarray(answer[name][0]) for name in wanted}


def test_the_client_gets_what_the_model_completes(engine, exported_pic):
    served = ServedEngine(_Server(exported_pic[0]), "pic")
    assert served.codes == 0 and served.side == 64
    wanted, found = _complete(engine, [0, 1, 2]), _complete(served, [0, 1, 2])
    np.testing.assert_array_equal(found.pictures, wanted.pictures)
    np.testing.assert_allclose(
        found.scores["discriminator"], wanted.scores["discriminator"], atol=1e-5
    )
    with pytest.raises(UsageError, match="draw no codes|top_p"):
        served.check(Request(top_p=0.5))


def test_rows_that_cannot_be_used_are_not_numbers(exported_pic):
    model = exported_pic[0]
    inputs = requests(model, 2)["inpaint_from_noise"]
    inputs["temperature"] = np.array([1, np.nan], np.float32)
    completed = model.inpaint_from_noise(*map(tf.constant, inputs.values()))[
        "completed"
    ]
    assert np.isfinite(completed[0]).all() and np.isnan(completed[1]).all()


def test_runs_name_their_family(run):
    assert locating.locate(run).family == "pic"
    assert families.family_of_run(run) is families.FAMILIES["pic"]


def test_a_sampler_of_codes_is_refused(run):
    with pytest.raises(UsageError, match="drop --sampler"):
        families.FAMILIES["pic"].join_run(run, 1, "naive", False)


def test_native_size_completes_pictures_of_another_side(engine):
    image = to_uint8(tiny.images(1, size=128))[0].numpy()
    hole = (tiny.center_masks(1, 128)[0, ..., 0] * 255).numpy().astype(np.uint8)
    assert engine.at(128).side == 128
    # At least three of the smallest grid's cells, and a multiple of 64.
    assert (
        engine.at(1).side % 64 == 0 and engine.at(1).side >= 3 * 2**tiny.PIC.pic.depth
    )
    picture = engine.at(128).complete(image, hole, [0], REQUEST, SILENT).pictures[0]
    np.testing.assert_array_equal(picture[hole == 0], image[hole == 0])


def test_sizes_that_do_not_go_together_are_told():
    for options, words in (
        ({"depth": 3}, "4 to 8"),
        ({"scales": 5}, "smaller than pic_depth"),
        ({"generator_channels": 256}, "at most pic_most_channels"),
        ({"generator_channels": 16}, "less than 5 times"),
        ({"adversarial": "wgan-gp"}, "lsgan, hinge"),
        ({"kl_weight": -1.0}, "0 or more"),
    ):
        with pytest.raises(UsageError, match=words):
            PicOptions(**options)
    with pytest.raises(UsageError, match="at least 96"):
        PicModelOptions(image_size=64)
