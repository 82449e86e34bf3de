"""Bad checkpoints: one line that says why, exit code 5, nothing written."""

import concurrent.futures
import pathlib
import shutil
import subprocess

import numpy as np
import pytest

from tests.commands import ROOT, command
from tests.tf1 import write_checkpoint
from vqinpaint.authors.checkpoint import TF1Checkpoint
from vqinpaint.authors.contents import full_model, joined_stages
from vqinpaint.authors.networks import load_networks
from vqinpaint.authors.sizes import infer_options
from vqinpaint.errors import ModelError

MODEL = ROOT / "tests/goldens/tf1_full_model"
STAGES = ROOT / "tests/goldens/tf1_stages"
DATA = "model.ckpt.data-00000-of-00001"


def _copy(folder):
    shutil.copytree(MODEL, folder, ignore=shutil.ignore_patterns("*.png", "*.npz"))
    return folder


def _empty(folder):
    folder.mkdir()


def _truncated(folder):
    data = _copy(folder) / DATA
    data.write_bytes(data.read_bytes()[:-1])


def _without_data(folder):
    (_copy(folder) / DATA).unlink()


def _damaged_index(folder):
    index = _copy(folder) / "model.ckpt.index"
    index.write_bytes(index.read_bytes()[: index.stat().st_size // 2])


def _another_network(folder):
    folder.mkdir()
    write_checkpoint(folder, {"resnet/conv1/kernel": np.zeros((3, 3), "f")})


def _vqvae_only(folder):
    shutil.copytree(STAGES / "VQVAE", folder)


def _pointing_outside(folder):
    _copy(folder)
    (folder / "checkpoint").write_text(
        f'model_checkpoint_path: "../{MODEL.name}/model.ckpt"\n'
    )


def _pointing_far_outside(folder):
    _copy(folder)
    (folder / "checkpoint").write_text(f'model_checkpoint_path: "{MODEL}/model.ckpt"\n')


def _garbled_pointer(folder):
    _copy(folder)
    (folder / "checkpoint").write_bytes(b"\xff\x00 no text proto")


def _absent(folder):
    pass


BAD = {
    _empty: "no file 'checkpoint'",
    _truncated: "damaged or incomplete",
    _without_data: "damaged or incomplete",
    _damaged_index: "damaged or incomplete",
    _another_network: "another network",
    _vqvae_only: "holds only vq_encoder, vq_decoder",
    _pointing_outside: "points outside its folder",
    _pointing_far_outside: "points outside its folder",
    _garbled_pointer: "cannot be read",
    _absent: "neither a folder nor a checkpoint",
}


@pytest.fixture(scope="module")
def attempts(tmp_path_factory):
    """Every bad checkpoint given to the command: finished processes by maker."""
    world = tmp_path_factory.mktemp("bad")

    def attempt(make):
        folder = world / make.__name__
        make(folder)
        output = world / f"{make.__name__}_model" / "1"
        done = subprocess.run(
            command(
                "-m",
                "vqinpaint.import_tf1",
                f"--checkpoint={folder}",
                f"--output={output}",
                f"--run_dir={world / make.__name__}_run",
                "--image_size=64",
            ),
            capture_output=True,
            text=True,
            cwd=ROOT,
        )
        return done, list(world.glob(f"{make.__name__}_*"))

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        return dict(zip(BAD, pool.map(attempt, BAD)))


@pytest.mark.parametrize("make", BAD, ids=lambda make: make.__name__)
def test_one_line_and_nothing_written(attempts, make):
    done, written = attempts[make]
    assert done.returncode == 5
    assert done.stderr.startswith("vqinpaint: error: ")
    assert BAD[make] in done.stderr
    assert done.stderr.count("\n") == 1
    assert not written


def _contents(folder, change):
    """The golden model with its arrays changed by `change`, in place."""
    checkpoint = TF1Checkpoint(str(MODEL))
    arrays = {name: checkpoint.read(name) for name in checkpoint.shapes}
    change(arrays)
    write_checkpoint(folder, arrays)
    return full_model(TF1Checkpoint(str(folder)))


@pytest.mark.parametrize(
    "name",
    [
        "vq_encoder/conv2d_5/W",
        "structure_pixelcnn/wndense_11/g",
        "texture_discriminator/snconv2d_3/u",
        "vq_encoder/vector_quantize_1/ema_dw",
    ],
)
def test_missing_extra_and_misshapen_variables_are_named(name, tmp_path):
    def change(arrays):
        arrays["vq_decoder/mystery"] = arrays.pop(name)
        arrays["vq_decoder/conv2d_0/b"] = np.zeros(99, "f")

    contents = _contents(tmp_path, change)
    with pytest.raises(ModelError) as caught:
        load_networks(contents, infer_options(contents, 64))
    message = str(caught.value)
    assert f"missing: {name}" in message
    assert "not of this network: vq_decoder/mystery" in message
    assert "of another shape: vq_decoder/conv2d_0/b (99,) instead of" in message


def test_stages_of_different_trainings_are_refused(tmp_path):
    source = TF1Checkpoint(str(STAGES / "StructureGenerator"))
    arrays = {name: source.read(name) for name in source.shapes}
    arrays["vq_encoder/conv2d_0/b"] += 1
    write_checkpoint(tmp_path, arrays)
    with pytest.raises(ModelError, match="another VQ-VAE.*vq_encoder/conv2d_0/b"):
        joined_stages(
            TF1Checkpoint(str(STAGES / "VQVAE")),
            TF1Checkpoint(str(tmp_path)),
            TF1Checkpoint(str(STAGES / "TextureGenerator")),
        )


def test_swapped_stages_are_refused():
    vqvae, structure, texture = (
        TF1Checkpoint(str(STAGES / name))
        for name in ("VQVAE", "StructureGenerator", "TextureGenerator")
    )
    with pytest.raises(ModelError, match="structure_condition"):
        joined_stages(vqvae, texture, structure)


def test_a_prefix_works_where_the_pointer_is_wrong(tmp_path):
    folder = _copy(pathlib.Path(tmp_path / "moved"))
    (folder / "checkpoint").write_text('model_checkpoint_path: "/old/model.ckpt"\n')
    with pytest.raises(ModelError, match=str(folder / "model.ckpt")):
        TF1Checkpoint(str(folder))
    assert TF1Checkpoint(str(folder / "model.ckpt")).shapes
    (folder / "checkpoint").unlink()
    assert TF1Checkpoint(str(folder)).shapes


def test_values_that_are_not_finite_are_refused(tmp_path):
    def change(arrays):
        arrays["vq_encoder/conv2d_5/W"].flat[0] = np.nan

    contents = _contents(tmp_path, change)
    with pytest.raises(ModelError, match="conv2d_5/W that are not finite"):
        load_networks(contents, infer_options(contents, 64))


def test_a_layers_number_is_held_against_the_number_of_variables(tmp_path):
    """Networks are made by these numbers before anything can be compared."""

    def change(arrays):
        arrays["structure_pixelcnn/wnconv2d_1000000000/V"] = np.zeros(1, "f")

    with pytest.raises(ModelError, match="wnconv2d_1000000000, but only [0-9]+ var"):
        infer_options(_contents(tmp_path, change), 64)


@pytest.mark.parametrize("shape", [(), (3,), (2, 2, 2)])
def test_sizes_out_of_variables_of_another_rank_are_one_line(tmp_path, shape):
    def change(arrays):
        arrays["vq_encoder/vector_quantize_0/embedding"] = np.zeros(shape, "f")

    with pytest.raises(ModelError, match="fit no model of this network"):
        infer_options(_contents(tmp_path, change), 64)


def test_more_values_than_there_are_bytes_are_found_before_they_are_read(tmp_path):
    """TensorFlow would make room for all of them first."""
    write_checkpoint(tmp_path, {"large": np.zeros(1 << 20, "f")})
    with open(tmp_path / DATA, "r+b") as file:
        file.truncate(1 << 20)
    with pytest.raises(ModelError, match="a value ends at byte 4194304"):
        TF1Checkpoint(str(tmp_path))


def test_a_large_pointer_is_not_read(tmp_path):
    folder = _copy(tmp_path / "model")
    with open(folder / "checkpoint", "wb") as file:
        file.truncate(1 << 30)
    with pytest.raises(ModelError, match="cannot be read"):
        TF1Checkpoint(str(folder))
