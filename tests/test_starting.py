"""New runs that begin with the weights of a model."""

import json
import shutil

import numpy as np
import pytest
import tensorflow as tf

from tests import small_data, tiny
from tests.commands import run
from vqinpaint.errors import ModelError
from vqinpaint.joined import loading
from vqinpaint.joined.unfused import trainable_networks
from vqinpaint.layers.codebook import Usage
from vqinpaint.runs import folders
from vqinpaint.stages.run_folder import write_run_folder
from vqinpaint.training.starting import start_run


@pytest.fixture(scope="module")
def unfused(exported):
    return trainable_networks(exported[1])


def _rejoined(unfused):
    options, networks = unfused
    parts = networks["vqvae"], networks["structure"], networks["texture"].generator
    return loading.join(options, *parts, num_samples=2)


def test_networks_of_an_export_complete_as_it_does(exported, unfused):
    model, again = exported[0], _rejoined(trainable_networks(exported[1]))
    image = (255 * (tiny.images(1)[0] + 1) / 2).numpy().astype(np.uint8)
    mask = (255 * tiny.center_masks(1)[0]).numpy().astype(np.uint8)
    asked = (image, mask, tf.range(3), tf.ones([3]), tf.constant(0), tf.constant(1.0))
    expected, found = model.sample(*asked), again.sample(*asked)
    np.testing.assert_array_equal(found["codes"], expected["codes"])
    # Kernels were normalised once more, which moves them by a rounding.
    np.testing.assert_allclose(found["bits"], expected["bits"], rtol=1e-5)
    np.testing.assert_array_equal(found["completed"], expected["completed"])


def test_codes_of_an_export_stay_where_nothing_is_learnt(unfused):
    encoder = unfused[1]["vqvae"].encoder
    for codebook in (encoder.top_codebook, encoder.bottom_codebook):
        before = codebook.codes.numpy()
        same = Usage(tf.constant(codebook.counts), tf.constant(codebook.sums))
        codebook.follow(same)
        # Smoothing of the counts moves codes by about epsilon, 1e-5.
        np.testing.assert_allclose(codebook.codes, before, rtol=1e-4)


def test_training_goes_on_from_an_export_and_then_from_itself(exported, tmp_path):
    data, folder = small_data.write(tmp_path / "data"), tmp_path / "run"
    train = (
        *("-m", "vqinpaint.train", "--stage=structure", *tiny.FLAGS),
        *(f"--data={data}", "--eval_split=", f"--run_dir={folder}", "--log_every=1"),
        f"--start_from={exported[1]}",
    )
    told = run(*train, "--structure_steps=1").stdout
    assert f"{folder}: begins with the weights of {exported[1]}." in told
    told = run(*train, "--structure_steps=2").stdout
    assert "begins" not in told
    lines = (folder / "structure/log.jsonl").read_text().splitlines()
    assert [json.loads(line)["step"] for line in lines][-2:] == [1, 2]


def test_what_priors_saw_of_nothing_is_told_on(unfused, tmp_path):
    options, networks = unfused
    shares, source = {"structure": 0.25}, str(tmp_path / "source")
    write_run_folder(networks, options, source, shares)
    assert start_run(source, str(tmp_path / "run"))
    assert folders.full_holes(str(tmp_path / "run"), "structure") == 0.25
    assert folders.full_holes(str(tmp_path / "run"), "texture") == 0


def test_a_folder_without_a_model_is_named_and_nothing_is_made(tmp_path):
    (tmp_path / "empty").mkdir()
    done = run(
        *("-m", "vqinpaint.train", "--stage=structure", "--data=nowhere"),
        *(f"--run_dir={tmp_path / 'run'}", f"--start_from={tmp_path / 'empty'}"),
        code=ModelError.exit_code,
    )
    assert str(tmp_path / "empty") in done.stderr and done.stderr.count("\n") == 1
    assert not (tmp_path / "run").exists()


def test_what_an_export_tells_of_full_holes_is_read(exported, tmp_path):
    folder = tmp_path / "model" / "1"
    shutil.copytree(exported[1], folder)
    path = folder / "options.json"
    facts = json.loads(path.read_text())
    path.write_text(json.dumps({**facts, "full_holes": {"structure": 0.5}}))
    assert start_run(str(folder), str(tmp_path / "run"))
    assert folders.full_holes(str(tmp_path / "run"), "structure") == 0.5
    path.write_text(json.dumps({**facts, "full_holes": {"structure": 7}}))
    with pytest.raises(ModelError, match="full_holes must be from 0 to 1"):
        start_run(str(folder), str(tmp_path / "other"))
