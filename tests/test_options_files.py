"""options.json of runs and exports, as others may have written it."""

import json
import pathlib
import re
import shutil

import pytest

from tests import tiny
from vqinpaint.errors import ModelError
from vqinpaint.runs import folders, locating, options_files

_LIST: list = []
_DEEP = json.loads("[" * 300 + "]" * 300)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run") / "run"
    tiny.run_folder(folder)
    return folder


@pytest.fixture
def run(whole, tmp_path):
    return pathlib.Path(shutil.copytree(whole, tmp_path / "run"))


def _changed(path, key, value):
    """Gives one entry, such as "model.vqvae.codes", another value; ... removes it."""
    values = json.loads(path.read_text())
    *parents, last = key.split(".")
    holder = values
    for parent in parents:
        holder = holder[parent]
    if value is ...:
        del holder[last]
    else:
        holder[last] = value
    path.write_text(json.dumps(values))


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("model", ..., "model is missing"),
        ("model", _LIST, "model is a list"),
        ("model", None, "model is null"),
        ("model", _DEEP, "model is a list"),
        ("model.image_size", ..., "model.image_size is missing"),
        ("model.image_size", "64", "model.image_size is '64'"),
        ("model.image_size", 20_000, "at most 4096"),
        ("model.image_size", 2**40, "at most 4096"),
        ("model.vqvae", ..., "model.vqvae is missing"),
        ("model.vqvae", 3, "model.vqvae is 3"),
        ("model.vqvae.codes", 2**40, "model.vqvae.codes is 1099511627776, but no size"),
        ("model.vqvae.codes", 2**80, "a whole number is wanted"),
        ("model.vqvae.codes", 1.7, "model.vqvae.codes is 1.7"),
        ("model.vqvae.codes", 0, "codes is 0; it must be at least 1"),
        ("model.vqvae.residual_blocks", 10**9, "residual_blocks is 1000000000, but no"),
        ("model.vqvae.channels", 200_000, "channels is 200000, but no size there"),
        ("model.vqvae.decay", float("nan"), "model.vqvae.decay is nan"),
        ("model.vqvae.new", 1, "does not know model.vqvae.new"),
        ("version", 3, "version is 3; a text"),
        ("family", _LIST, "family is a list"),
        ("records", 7, "records is 7"),
        ("vqvae_checkpoint", {}, "vqvae_checkpoint is an object"),
    ],
)
def test_an_odd_entry_is_one_short_line(run, key, value, words):
    _changed(run / "vqvae" / "options.json", key, value)
    with pytest.raises(ModelError, match=re.escape(words)) as caught:
        locating.locate(str(run))
        folders.model_options(str(run))
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 500


@pytest.mark.parametrize("stage", ["structure", "texture"])
def test_sizes_of_every_stage_are_held_against_its_checkpoint(run, stage):
    name = {"structure": "residual_blocks", "texture": "generator_channels"}[stage]
    _changed(run / stage / "options.json", f"model.{stage}.{name}", 10**9)
    with pytest.raises(ModelError, match=f"{name} is 1000000000, but no size"):
        folders.model_options(str(run))


@pytest.mark.parametrize("text", ["", "[]", "null", "3", '"x"', "{}", "[" * 99999])
def test_another_file_is_one_short_line(run, text):
    (run / "vqvae" / "options.json").write_text(text)
    with pytest.raises(ModelError) as caught:
        folders.model_options(str(run))
    assert "options.json" in str(caught.value) and len(str(caught.value)) < 400


def test_files_of_every_version_are_read(run):
    """Keys that later versions write are left alone, and those they added may lack."""
    path = run / "vqvae" / "options.json"
    expected = folders.model_options(str(run))
    assert expected == tiny.OPTIONS
    for key in ("family", "vqvae_checkpoint", "records", "data", "loop", "optimizer"):
        _changed(path, key, ...)
    _changed(path, "version", "0.1.0")
    _changed(path, "of_a_later_one", {"a": [1]})
    _changed(path, "model.vqvae.epsilon", ...)
    assert folders.model_options(str(run)) == expected
    assert locating.locate(str(run)).family == options_files.DEFAULT_FAMILY


def test_a_checkpoint_that_cannot_be_read_is_left_to_who_restores_it(run):
    """Training goes on from the one before it."""
    for path in (run / "vqvae" / "checkpoints").glob("step-1.*"):
        path.write_bytes(b"damaged")
    assert folders.saved_options(str(run), "vqvae")["model"]["image_size"] == 64
