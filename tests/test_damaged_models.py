"""Damaged exports and runs: one line that says what is damaged, before any work."""

import os
import pathlib
import shutil

import numpy as np
import pytest

from tests import tiny
from vqinpaint.errors import ModelError
from vqinpaint.joined import calls, loading
from vqinpaint.runs import checkpoints, folders, locating

INDEX = "variables/variables.index"
DATA = "variables/variables.data-00000-of-00001"
FILES = ("saved_model.pb", INDEX, DATA, "fingerprint.pb", "options.json")


def _refused(path):
    with pytest.raises(ModelError) as caught:
        location = locating.locate(str(path))
        locating.fingerprint(location)
        loading.load(str(path))
    text = str(caught.value)
    assert "\n" not in text and len(text) < 800
    return text


@pytest.fixture
def export(exported, tmp_path):
    return pathlib.Path(shutil.copytree(exported[1], tmp_path / "model"))


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_of_an_export_is_named(export, name):
    (export / name).unlink()
    assert os.path.basename(name).split("-")[0] in _refused(export) or (
        name == "saved_model.pb" and "neither saved_model.pb" in _refused(export)
    )


@pytest.mark.parametrize("name", FILES)
def test_a_pipe_in_an_exports_place_is_not_waited_for(export, name):
    (export / name).unlink()
    os.mkfifo(export / name)
    _refused(export)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("share", [0.0, 0.5, 0.999])
def test_a_cut_file_of_an_export_is_damage(export, name, share):
    data = (export / name).read_bytes()
    (export / name).write_bytes(data[: int(len(data) * share)])
    if name == "options.json":
        assert "cannot be read as JSON" in _refused(export)
    else:
        assert "damaged" in _refused(export)


@pytest.mark.parametrize(
    ("name", "shares"),
    [
        *((name, (0.1, 0.6, 0.95)) for name in FILES[:3]),
        # It holds hashes that are not needed besides; the first is that of the graph.
        ("fingerprint.pb", (0.1,)),
    ],
)
def test_a_flipped_bit_of_an_export_is_found(export, name, shares):
    """By TensorFlow's checksums: of the tensors, of the index, of graph and index."""
    whole = (export / name).read_bytes()
    for share in shares:
        data = bytearray(whole)
        data[int(len(data) * share)] ^= 4
        (export / name).write_bytes(data)
        assert "damaged" in _refused(export)


def test_options_of_another_model_do_not_fit(export):
    text = (export / "options.json").read_text()
    for size in (128, 4096):
        changed = text.replace('"image_size": 64', f'"image_size": {size}')
        (export / "options.json").write_text(changed)
        assert f"image_size is {size}" in _refused(export)
    changed = text.replace('"image_size": 64', '"image_size": 20032')
    (export / "options.json").write_text(changed)
    assert "at most 4096" in _refused(export)


@pytest.fixture(scope="module")
def whole_run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run") / "run"
    tiny.run_folder(folder)
    return folder


@pytest.fixture
def run(whole_run, tmp_path):
    return pathlib.Path(shutil.copytree(whole_run, tmp_path / "run"))


@pytest.mark.parametrize("stage", folders.STAGES)
@pytest.mark.parametrize("name", ["step-1.index", "step-1.data-00000-of-00001"])
@pytest.mark.parametrize("damage", ["cut", "flip", "empty", "pipe", "missing"])
def test_a_damaged_checkpoint_is_one_line(run, stage, name, damage):
    path = run / stage / "checkpoints" / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 4
    path.unlink()
    if damage == "pipe":
        os.mkfifo(path)
    elif damage != "missing":
        size = {"cut": len(data) // 2, "flip": len(data), "empty": 0}[damage]
        path.write_bytes(data[:size])
    if damage == "flip":  # perhaps of a value that training alone needs
        with pytest.raises(ModelError, match="damaged"):
            checkpoints.verify(str(path.with_suffix("")))
        return
    text = _refused(run)
    assert "damaged" in text or "has no trained" in text or "is incomplete" in text


def test_weights_that_are_not_finite_are_refused(run):
    from vqinpaint.models.texture import Texture
    from vqinpaint.options import OptimizerOptions
    from vqinpaint.runs.checkpoints import Checkpoints
    from vqinpaint.stages.texture import TextureStage

    parts = tiny.VQVAE(tiny.OPTIONS), Texture(tiny.OPTIONS)
    weight = parts[1].generator.trainable_variables[0]
    weight.assign(np.full(weight.shape, np.nan, np.float32))
    stage = TextureStage(tiny.OPTIONS, OptimizerOptions(), *parts)
    path = folders.checkpoints_folder(str(run), "texture")
    Checkpoints(path, stage.checkpoint_items()).save(2)
    assert "not finite" in _refused(run)


@pytest.mark.parametrize("part", ["generator", "prior"])
def test_completions_that_are_not_finite_are_an_error_and_not_black(part):
    model = tiny.inpainter()
    network = getattr(model.inpainter.frozen, part)
    for variable in network.trainable_variables:
        variable.assign(np.full(variable.shape, np.nan, np.float32))
    if part == "prior":
        for layer in model.inpainter.frozen._fused:
            layer.fused.assign(np.full(layer.fused.shape, np.nan, np.float32))
    image = np.zeros([64, 64, 3], np.uint8)
    mask = np.full([64, 64], 255, np.uint8)
    with pytest.raises(ModelError, match="not finite") as caught:
        calls.sample(model, image, mask, [0])
    assert "\n" not in str(caught.value)
