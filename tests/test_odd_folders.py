"""Every command in folders whose names TensorFlow takes for patterns, or not at all."""

import json
import os

import numpy as np
import pytest
from PIL import Image

from tests import small_data, tiny
from tests.commands import run
from vqinpaint.ops.images import to_uint8

# The last byte is not UTF-8.
NAME = os.fsdecode(b"[x] *?\\caf\xe9")


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A run folder, records, a picture and a mask below such a folder."""
    world = tmp_path_factory.mktemp("odd") / NAME
    world.mkdir()
    tiny.run_folder(world / "run[1]")
    small_data.write(world / "records")
    Image.fromarray(to_uint8(tiny.images(1)[0]).numpy()).save(world / "cat.png")
    mask = np.zeros((64, 64), np.uint8)
    mask[16:40, 16:40] = 255
    Image.fromarray(mask).save(world / "mask.png")
    return world


def _inpaint(world, model, output):
    return run(
        *("-m", "vqinpaint.inpaint", f"--model={world / model}", "--num_samples=2"),
        *(f"--image={world / 'cat.png'}", f"--mask={world / 'mask.png'}"),
        f"--output={world / output}",
    )


@pytest.mark.long
def test_a_run_is_exported_and_completes_the_same(world):
    done = run(
        *("-m", "vqinpaint.export", f"--run_dir={world / 'run[1]'}", "--brief_trial"),
        f"--output={world / 'model[1]' / '1'}",
    )
    assert "loads in" in done.stdout
    for model, output in (("run[1]", "of run"), ("model[1]", "of [model]")):
        _inpaint(world, model, output)
        assert "done already" in _inpaint(world, model, output).stdout
    for name in ("cat_00.png", "cat_01.png"):
        found = {(world / o / name).read_bytes() for o in ("of run", "of [model]")}
        assert len(found) == 1


def test_a_run_is_trained_on(world):
    stage = (
        *("-m", "vqinpaint.train", "--stage=texture", f"--data={world / 'records'}"),
        *(f"--run_dir={world / 'run[1]'}", "--eval_split=", *tiny.FLAGS),
    )
    assert "resuming at step 1" in run(*stage, "--texture_steps=2").stderr
    assert "2 steps done" in run(*stage, "--texture_steps=2").stdout


def test_figures_are_written(world):
    output = world / "[figures]" / "metrics.json"
    run(
        *("-m", "vqinpaint.evaluate", f"--model={world / 'run[1]'}"),
        *(f"--data={world / 'records'}", "--split=train", f"--output={output}"),
        *("--pictures=2", "--complete=1", "--num_samples=1"),
    )
    assert json.loads(output.read_bytes())["model"] == str(world / "run[1]")
