"""Writes what one tier of Python and TensorFlow makes, for the other tier to read.

  python -m tests.tiers tests/goldens/tiers/tensorflow-2.15.tar.xz

The archive holds a run folder of a tiny model, trained for two steps a stage; an export
of it; and in `expected.npz` what comes next: the losses of the third and fourth step of
every stage, and the completions of one picture.
"""

import dataclasses
import pathlib
import sys
import tarfile
import tempfile

import numpy as np
import tensorflow as tf

from tests import tiny
from vqinpaint import exporting
from vqinpaint.environment.keras2 import keras
from vqinpaint.joined import loading
from vqinpaint.options import DataOptions, LoopOptions, OptimizerOptions
from vqinpaint.runs import folders
from vqinpaint.runs.checkpoints import Checkpoints
from vqinpaint.stages import making
from vqinpaint.stages.base import Batch

GOLDENS = pathlib.Path(__file__).parent / "goldens" / "tiers"
OPTIONS = dataclasses.replace(
    tiny.OPTIONS,
    structure=dataclasses.replace(
        tiny.OPTIONS.structure, condition_channels=1, condition_residual_channels=1
    ),
)
OPTIMIZER = OptimizerOptions(learning_rate=1e-3)


def batch(step):
    """The batch of one step: two pictures with a hole in the middle."""
    return Batch(tiny.images(seed=step), tiny.center_masks())


def step(stage, number):
    """One training step; returns its losses as float32 by name."""
    scalars = stage.train_step(batch(number), tf.constant(number, tf.int64))
    return {name: np.float32(value) for name, value in scalars.items()}


def make_stage(name, run):
    return making.make_stage(name, OPTIONS, OPTIMIZER, str(run), seed=0)


def checkpoints(stage, run):
    folder = folders.checkpoints_folder(str(run), stage.name)
    return Checkpoints(folder, stage.checkpoint_items())


def complete(model):
    """Two completions of one picture by a loaded model: dict of arrays."""
    image = tf.cast(127 * (tiny.images(1)[0] + 1), tf.uint8)
    mask = tf.cast(255 * tiny.center_masks(1)[0], tf.uint8)
    result = model.sample(
        image,
        mask,
        tf.constant([0, 1]),
        tf.constant([1.0, 1.0]),
        tf.constant(0),
        tf.constant(1.0),
    )
    return {name: result[name].numpy() for name in ("codes", "completed", "bits")}


def write(folder):
    run, expected = folder / "run", {}
    for name in folders.STAGES:
        keras.utils.set_random_seed(0)
        stage = make_stage(name, run)
        for number in range(2):
            step(stage, number)
        checkpoints(stage, run).save(2)
        options = OPTIONS, DataOptions(), OPTIMIZER, LoopOptions()
        folders.write_options(str(run), name, *options, records=None)
        for number, which in ((2, "third"), (3, "fourth")):
            for key, value in step(stage, number).items():
                expected[f"{name}|{which}|{key}"] = value
    model, options = loading.load(str(run))
    expected.update({f"completion|{k}": v for k, v in complete(model).items()})
    facts = {"version": "tiers", "tensorflow": tf.__version__}
    exporting.write_saved_model(
        model, options, str(folder / "export" / "1"), facts, "tiny", "", thorough=False
    )
    np.savez_compressed(folder / "expected.npz", **expected)


def main(archive):
    with tempfile.TemporaryDirectory() as folder:
        write(pathlib.Path(folder))
        with tarfile.open(archive, "w:xz") as tar:
            tar.add(folder, ".")


if __name__ == "__main__":
    main(sys.argv[1])
