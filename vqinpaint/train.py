"""Trains one stage: python -m vqinpaint.train --stage=vqvae --data=... --run_dir=...

Stages go in the order vqvae, structure, texture; the last two find the VQ-VAE in the
same run folder and do not need one another. The same command resumes.
"""

import dataclasses
import os
import re
import sys

from vqinpaint.flagging import FLAGS, define, flags, given, read, run_main

import tensorflow as tf  # isort: skip  # after flagging, which quietens its log

from vqinpaint import runs
from vqinpaint.data import pipeline, records
from vqinpaint.errors import ModelError, UsageError
from vqinpaint.loop import Loop, LoopOptions, only_writer
from vqinpaint.options import (
    DataOptions,
    ModelOptions,
    OptimizerOptions,
    StructureOptions,
    TextureOptions,
    VQVAEOptions,
    difference,
    fixed_values,
)
from vqinpaint.stages.structure import StructureStage
from vqinpaint.stages.texture import TextureStage
from vqinpaint.stages.vqvae import VQVAEStage

flags.DEFINE_string("stage", None, "vqvae, structure or texture.")
flags.DEFINE_string("data", None, "Folder of TFRecords, from tools/make_tfrecords.py.")
flags.DEFINE_string("split", "train", "Split to train on.")
flags.DEFINE_string("eval_split", "val", "Split to evaluate on; '' for none.")
flags.DEFINE_integer("eval_pictures", 500, "Pictures per evaluation; 0 = all.")
flags.DEFINE_string("run_dir", None, "Run folder; holds all three stages.")
flags.DEFINE_list(
    "devices", None, "Devices such as GPU:0,GPU:1; default all GPUs, or the CPU."
)
flags.DEFINE_bool(
    "deterministic",
    False,
    "Same bits on every run, slower on GPUs; losses.txt holds every step's exact loss.",
)
flags.DEFINE_string(
    "fault", None, "For tests: slow_save@N dawdles inside the checkpoint of step N."
)
flags.DEFINE_bool("verify_data", True, "Check every shard's sha256 first.")
_PARTS = {
    "vqvae": VQVAEOptions,
    "structure": StructureOptions,
    "texture": TextureOptions,
}
for _part, _class in _PARTS.items():
    define(_class, f"{_part}_")
for _class in (ModelOptions, DataOptions, OptimizerOptions, LoopOptions):
    define(_class)
# Flagfiles serve all stages, so each may set its own.
for _part in _PARTS:
    define(OptimizerOptions, f"{_part}_")
    flags.DEFINE_integer(
        f"{_part}_batch_size", None, f"batch_size of the {_part} stage."
    )


def _begun(stage, run_dir):
    """What the run has settled already: image_size and parts by name, as saved."""
    settled = {}
    for name in ("vqvae", stage):
        saved = runs.saved_options(run_dir, name)
        if saved is not None:
            settled["image_size"] = saved["model"]["image_size"]
            settled[name] = saved["model"][name]
    return settled


def resolve_model(stage, run_dir):
    """`ModelOptions` from the run folder and the flags.

    What a run has begun with stays: a flag that asks for something else is an error.

    Raises:
      ModelError: no VQ-VAE is trained yet, or the flags contradict the run.
    """
    if stage != "vqvae":
        runs.latest_checkpoint(run_dir, "vqvae")
        runs.check_vqvae(run_dir, stage)
    begun = _begun(stage, run_dir)
    size = {"image_size": begun.pop("image_size")} if begun else {}
    parts = {
        name: read(part, f"{name}_", **begun.get(name, {}))
        for name, part in _PARTS.items()
    }
    options = read(ModelOptions, **size, **parts)
    checks = [(size, {name: options.image_size for name in size})]
    for name, saved in begun.items():
        saved = _PARTS[name](**saved)
        checks.append((fixed_values(saved), fixed_values(parts[name])))
    for saved, asked in checks:
        if saved != asked:
            raise ModelError(
                f"{run_dir} was begun with other sizes than the flags ask for: "
                f"{difference(saved, asked)}; drop these flags or choose another "
                "--run_dir."
            )
    return options


def make_strategy():
    """MirroredStrategy over --devices, over all GPUs, or over the CPU.

    CPU:0,CPU:1 splits the one CPU into two logical devices.
    """
    devices = FLAGS.devices or [
        f"GPU:{i}" for i in range(len(tf.config.list_physical_devices("GPU")))
    ]
    processors = sum("CPU" in device.upper() for device in devices)
    if processors > 1:
        tf.config.set_logical_device_configuration(
            tf.config.list_physical_devices("CPU")[0],
            [tf.config.LogicalDeviceConfiguration()] * processors,
        )
    try:
        return tf.distribute.MirroredStrategy(devices or ["CPU:0"])
    except (RuntimeError, ValueError) as error:
        raise UsageError(f"--devices={','.join(devices)}: {error}.") from None


def make_stage(name, options, optimizer, run_dir, seed):
    """A stage with fresh weights, later ones on the run's trained VQ-VAE."""
    tf.keras.utils.set_random_seed(seed)
    if name == "vqvae":
        return VQVAEStage(options, optimizer)
    vqvae = runs.load_vqvae(run_dir, options)
    if name == "structure":
        return StructureStage(options, optimizer, vqvae, seed=seed)
    return TextureStage(options, optimizer, vqvae)


def read_fault():
    """The step that --fault names, or None. Raises UsageError."""
    if not FLAGS.fault:
        return None
    match = re.fullmatch(r"slow_save@(\d+)", FLAGS.fault)
    if not match:
        raise UsageError(f"--fault={FLAGS.fault}: slow_save@STEP is known.")
    return int(match[1])


def open_evaluation(options, data):
    """Batches of the evaluation split, or None where it is switched off or absent."""
    if not FLAGS.eval_split:
        return None
    manifest = os.path.join(FLAGS.data, f"{FLAGS.eval_split}.json")
    if not os.path.exists(manifest) and not FLAGS["eval_split"].present:
        print(f"{manifest} does not exist: training without evaluation.")
        return None
    split = records.open_split(FLAGS.data, FLAGS.eval_split, FLAGS.verify_data)
    return pipeline.evaluation_batches(
        split, options.image_size, data, FLAGS.eval_pictures
    )


def main():
    stage = FLAGS.stage
    if stage not in _PARTS:
        raise UsageError(
            f"--stage={stage or ''} is unknown; it must be one of {', '.join(_PARTS)}."
        )
    if not FLAGS.run_dir or not FLAGS.data:
        raise UsageError("give --data=FOLDER of TFRecords and --run_dir=FOLDER.")
    slow_save = read_fault()
    options = resolve_model(stage, FLAGS.run_dir)
    batch = getattr(FLAGS, f"{stage}_batch_size")
    data = read(DataOptions)
    if batch is not None:
        data = dataclasses.replace(data, batch_size=batch)
    optimizer = read(OptimizerOptions, f"{stage}_", **given(OptimizerOptions))
    loop_options = read(LoopOptions)
    steps = optimizer.steps or 1_000_000
    split = records.open_split(FLAGS.data, FLAGS.split, FLAGS.verify_data)
    if FLAGS.deterministic:
        tf.config.experimental.enable_op_determinism()
    strategy = make_strategy()
    if data.batch_size % strategy.num_replicas_in_sync:
        raise UsageError(
            f"batch_size ({data.batch_size}) must be a multiple of the "
            f"{strategy.num_replicas_in_sync} devices."
        )
    folder = runs.stage_folder(FLAGS.run_dir, stage)
    before = runs.saved_options(FLAGS.run_dir, stage)
    if before and before["records"]["fingerprint"] != split.fingerprint:
        print(f"note: {folder} was trained on other records so far.", file=sys.stderr)
    with only_writer(folder):
        with strategy.scope():
            trained = make_stage(stage, options, optimizer, FLAGS.run_dir, data.seed)
        loop = Loop(
            trained,
            strategy,
            folder,
            loop_options,
            open_evaluation(options, data),
            exact=FLAGS.deterministic,
            slow_save=slow_save,
        )
        runs.write_options(
            FLAGS.run_dir,
            stage,
            model=options,
            data=data,
            optimizer=optimizer,
            loop=loop_options,
            records={"split": FLAGS.split, "fingerprint": split.fingerprint},
        )
        result = loop.run(
            lambda step: pipeline.training_batches(
                split, options.image_size, data, step
            ),
            steps,
        )
    figures = ", ".join(f"{name} {value:.4g}" for name, value in result.items())
    print(f"{stage}: {steps} steps done in {folder}. {figures}")


def run():
    """Console entry."""
    run_main(main)


if __name__ == "__main__":
    run()
