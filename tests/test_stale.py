"""What says that it is done must belong to what is there."""

import json
import shutil

import pytest

from tests import tiny
from vqinpaint import outputs
from vqinpaint.errors import ModelError
from vqinpaint.models.vqvae import VQVAE
from vqinpaint.options import OptimizerOptions
from vqinpaint.runs import folders, locating
from vqinpaint.runs.checkpoints import Checkpoints
from vqinpaint.stages.vqvae import VQVAEStage


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    run = tmp_path_factory.mktemp("stale") / "run"
    tiny.run_folder(run)
    return run


@pytest.fixture
def run_dir(trained, tmp_path):
    return str(shutil.copytree(trained, tmp_path / "run"))


def _train_again(run_dir):
    """The VQ-VAE of the same step with other weights."""
    folder = folders.checkpoints_folder(run_dir, "vqvae")
    shutil.rmtree(folder)
    vqvae = VQVAE(tiny.OPTIONS)
    tiny.randomise(vqvae.encoder)
    stage = VQVAEStage(tiny.OPTIONS, OptimizerOptions(), vqvae)
    Checkpoints(folder, stage.checkpoint_items()).save(1)


def test_another_vqvae_of_the_same_step_is_refused(run_dir):
    folders.check_vqvae(run_dir, "texture")
    _train_again(run_dir)
    with pytest.raises(ModelError, match="of other weights, although at step-1 too"):
        folders.check_vqvae(run_dir, "texture")


def test_runs_of_earlier_versions_say_no_digest(run_dir):
    path = folders.options_path(run_dir, "texture")
    with open(path, encoding="utf-8") as file:
        options = json.load(file)
    del options["vqvae_digest"]
    with open(path, "w", encoding="utf-8") as file:
        json.dump(options, file)
    _train_again(run_dir)
    folders.check_vqvae(run_dir, "texture")


def test_the_weights_of_a_run_are_known_by_their_content(run_dir):
    before = locating.weights_of_run(run_dir)
    assert locating.weights(locating.locate(run_dir)) == before
    _train_again(run_dir)
    assert locating.weights_of_run(run_dir) != before


def test_an_export_says_of_which_weights_it_is(tmp_path):
    (tmp_path / "saved_model.pb").write_bytes(b"")
    assert locating.weights(locating.locate(str(tmp_path))) is None
    (tmp_path / "options.json").write_text('{"weights": "abc"}')
    assert locating.weights(locating.locate(str(tmp_path))) == "abc"


@pytest.mark.parametrize("text", ["mine", "{}", "[]", '{"stage": "texture"}'])
def test_options_of_another_program_stay(tmp_path, text):
    path = tmp_path / "vqvae" / "options.json"
    path.parent.mkdir()
    path.write_text(text)
    with pytest.raises(outputs.Taken, match="options.json"):
        folders.check_options(str(tmp_path), "vqvae")
    assert path.read_text() == text
