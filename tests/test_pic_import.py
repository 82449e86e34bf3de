"""The authors' checkpoints of Pluralistic Image Completion, in both formats of PyTorch.

The files are written from the fixture's weights, as the authors' training writes them:
each tensor of a convolution under two names, discriminators with parts that are not used.
VQINPAINT_PIC_CHECKPOINT names a folder of PyTorch's own files, with expected completions
beside it, that are read too.
"""

import json
import os
import pathlib

import numpy as np
import pytest
import tensorflow as tf

from tests import pic_oracle as oracle
from tests import torch_world
from tests.commands import run
from vqinpaint.authors import pic_checkpoint
from vqinpaint.errors import ModelError
from vqinpaint.models.pic import Seen
from vqinpaint.ops.images import hide
from vqinpaint.runs import folders, networks

pytestmark = pytest.mark.portable

# Float32 sums in another order through some thirty layers; seen 1.2e-5.
TOLERANCE = 1e-4
# Of no consequence for the weights; it fits every depth.
SIDE = 1024


def _state(network):
    """The tensors of one network by the authors' names."""
    state, keys = {}, json.loads((oracle.FOLDER / "weights.json").read_text())
    for entry in keys:
        if entry["name"].startswith(network + "/") and entry["used"]:
            value = oracle.arrays("weights").get(entry["name"])
            for key in entry["checkpoint_keys"] if value is not None else ():
                state[key] = value
    for key in [key for key in state if key.endswith("conv1.module.weight_u")]:
        state[key[:-1] + "v"] = np.zeros(9, np.float32)
    if network.startswith("D"):
        state["attn2.alpha"] = np.zeros(1, np.float32)
        state["attn2.model.conv1.module.bias"] = np.zeros(8, np.float32)
    return state


def _write(folder, prefix, write, networks=("E", "G", "D", "D_rec"), version="latest"):
    folder.mkdir(exist_ok=True)
    for network in networks:
        state = {prefix + k: torch_world.tensor(v) for k, v in _state(network).items()}
        (folder / f"{version}_net_{network}.pth").write_bytes(write(state))
    return str(folder)


def _load(folder):
    sources = {
        n: pic_checkpoint.read(p) for n, p in pic_checkpoint.find(folder).items()
    }
    options = pic_checkpoint.infer_options(sources, SIDE)
    return pic_checkpoint.load(sources, options), options


def _last(pic, image, mask, noises):
    """The largest picture of each noise, in PyTorch's layout."""
    features = pic.encoder(hide(image, mask))
    prior, seen = pic.prior(features[-1]), Seen.of(features, mask)
    pictures = [pic.generator(prior.at(noise), *seen)[-1] for noise in noises]
    return np.stack([oracle.nchw(picture) for picture in pictures])


@pytest.mark.parametrize(
    "prefix, write",
    [("module.", torch_world.sequence), ("", torch_world.zipped)],
    ids=["published", "zip"],
)
def test_completions_are_those_of_the_weights(tmp_path, prefix, write):
    pic, options = _load(_write(tmp_path / "net", prefix, write))
    assert options.pic == oracle.options()
    inputs = oracle.arrays("inference")
    image, mask = map(tf.constant, oracle.holed(inputs["image01"], inputs["mask"]))
    found = _last(pic, image, mask, map(oracle.nhwc, inputs["noise"]))
    assert oracle.error(found, inputs["one_update/gen_last"]) < TOLERANCE


if os.environ.get("VQINPAINT_PIC_CHECKPOINT"):

    def test_files_that_pytorch_wrote_complete_as_expected():
        folder = pathlib.Path(os.environ["VQINPAINT_PIC_CHECKPOINT"])
        pic, _ = _load(str(folder))
        inputs = dict(np.load(folder.parent / "expected.npz"))
        image, mask = map(tf.constant, oracle.holed(inputs["image01"], inputs["mask"]))
        found = _last(pic, image, mask, map(oracle.nhwc, inputs["noise"]))
        hole = oracle.nchw(mask)
        composite = hole * found + (1 - hole) * oracle.nchw(image)
        difference = np.abs(composite - inputs["sequential/composite"]).max()
        print(f"{folder}: largest difference {difference:.2g}")
        assert difference < TOLERANCE


def test_a_run_folder_trains_on_with_all_four_networks(tmp_path):
    pic, options = _load(_write(tmp_path / "net", "", torch_world.zipped))
    run_dir = str(tmp_path / "run")
    pic_checkpoint.write_run_folder(pic, options, run_dir)
    again = networks.load_pic(run_dir, folders.pic_options(run_dir))
    for one, other in zip(pic.variables, again.variables):
        np.testing.assert_array_equal(one, other)


def test_the_newest_iteration_is_taken_where_there_is_no_latest(tmp_path):
    for version in ("900", "1000"):
        for network in ("E", "G"):
            (tmp_path / f"{version}_net_{network}.pth").touch()
    found = pic_checkpoint.find(str(tmp_path))
    assert {os.path.basename(p) for p in found.values()} == {
        "1000_net_E.pth",
        "1000_net_G.pth",
    }


def _spoilt(folder, network, change):
    """Writes a network again after changing its tensors."""
    state = _state(network)
    change(state)
    state = {k: torch_world.tensor(v) for k, v in state.items()}
    (folder / f"latest_net_{network}.pth").write_bytes(torch_world.zipped(state))


def _without(name):
    return lambda state: state.pop(name)


def _with(name, value):
    return lambda state: state.update({name: np.float32(value)})


MISTAKES = {
    "another network": (
        "E",
        lambda state: state.clear() or state.update(weight=np.zeros((3, 3), "f")),
        "no kernel block0.conv2.module.weight_bar",
    ),
    "a missing tensor": (
        "G",
        _without("decoder1.model.0.weight"),
        "has nothing as decoder1.model.0.weight",
    ),
    "another shape": (
        "G",
        _with("attn1.gamma", [1, 2]),
        r"has \[2\] as attn1.gamma, where .* has \[1\]",
    ),
    "an unknown tensor": ("G", _with("style.weight", [1]), "holds style.weight"),
    "numbers that are not finite": (
        "G",
        _with("attn1.gamma", [np.nan]),
        "no finite numbers in attn1.gamma",
    ),
    "other widths": (
        "E",
        _with("encoder1.conv2.module.weight_bar", np.zeros((24, 16, 3, 3))),
        "encoder stages of",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_checkpoints_of_other_models_are_refused_by_name(tmp_path, name):
    network, change, words = MISTAKES[name]
    _write(tmp_path, "", torch_world.zipped, ("E", "G"))
    _spoilt(tmp_path, network, change)
    with pytest.raises(ModelError, match=words):
        _load(str(tmp_path))


def test_mistakes_are_one_line_and_exit_code_5(tmp_path):
    (tmp_path / "latest_net_E.pth").write_bytes(b"\x80\x02cos\nsystem\n")
    command = "-m", "vqinpaint.import_pic", f"--checkpoint={tmp_path}"
    out = f"--output={tmp_path / 'model' / '1'}"
    done = run(*command, out, code=5)
    assert "has no latest_net_G.pth" in done.stderr and done.stderr.count("\n") == 1
    (tmp_path / "latest_net_G.pth").write_bytes(b"no pickle")
    done = run(*command, out, code=5)
    assert "latest_net_E.pth cannot be read" in done.stderr
    assert done.stderr.count("\n") == 1 and not (tmp_path / "model").exists()
