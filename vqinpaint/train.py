"""Trains one stage: python -m vqinpaint.train --stage=vqvae --data=... --run_dir=...

Stages go in the order vqvae, structure, texture; the last two find the VQ-VAE in the
same run folder and do not need one another. The same command resumes.
"""

import contextlib
import dataclasses
import os
import sys

from vqinpaint.flagging import FLAGS, define, flags, given, read, run_main

import tensorflow as tf  # isort: skip  # after flagging, which quietens its log

from vqinpaint import runs
from vqinpaint.data import pipeline, records
from vqinpaint.errors import ModelError, UsageError
from vqinpaint.ops.precision import computing_in
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
from vqinpaint.training import (
    Faults,
    Loop,
    LoopOptions,
    Workers,
    dry_run,
    make_strategy,
    only_writer,
)

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
flags.DEFINE_list(
    "fault",
    None,
    "For tests: nan@N spoils the pictures of step N, slow_save@N dawdles inside its "
    "checkpoint.",
)
flags.DEFINE_bool(
    "dry_run", False, "Print options, sizes and needs, keep a first picture, and stop."
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


def make_stage(name, options, optimizer, run_dir, seed):
    """A stage with fresh weights, later ones on the run's trained VQ-VAE."""
    tf.keras.utils.set_random_seed(seed)
    # The trained VQ-VAE keeps its full precision: its codes are what others learn.
    vqvae = None if name == "vqvae" else runs.load_vqvae(run_dir, options)
    with computing_in(optimizer.precision):
        if name == "vqvae":
            return VQVAEStage(options, optimizer)
        if name == "structure":
            return StructureStage(options, optimizer, vqvae, seed=seed)
        stage = TextureStage(options, optimizer, vqvae)
    if runs.saved_options(run_dir, "structure"):
        # Only to look at: completions of drawn structures in TensorBoard. Made last, so
        # that initial weights do not depend on it.
        stage.structure = runs.load_structure(run_dir, runs.model_options(run_dir))
    return stage


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


def _check_batch(size, replicas, parts):
    if size % (replicas * parts):
        raise UsageError(
            f"batch_size ({size}) must be a multiple of {replicas} devices times "
            f"{parts} parts (--accumulate)."
        )


def _records_text(split, data, step):
    numbers = pipeline.records_at(split, data, step - 1)
    return f"records {', '.join(map(str, numbers))} of {split.manifest['split']}"


def _flat(**parts):
    """Option dataclasses as one dict, names joined by dots."""
    found = {}
    for name, part in parts.items():
        for field, value in dataclasses.asdict(part).items():
            found[f"{name}.{field}"] = value
    return found


def main():
    stage = FLAGS.stage
    if stage not in _PARTS:
        raise UsageError(
            f"--stage={stage or ''} is unknown; it must be one of {', '.join(_PARTS)}."
        )
    if not FLAGS.run_dir or not FLAGS.data:
        raise UsageError("give --data=FOLDER of TFRecords and --run_dir=FOLDER.")
    faults = Faults.parse(FLAGS.fault)
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
    strategy = make_strategy(FLAGS.devices)
    _check_batch(data.batch_size, strategy.num_replicas_in_sync, optimizer.accumulate)
    folder = runs.stage_folder(FLAGS.run_dir, stage)
    before = runs.saved_options(FLAGS.run_dir, stage)
    if before and before["records"]["fingerprint"] != split.fingerprint:
        print(f"note: {folder} was trained on other records so far.", file=sys.stderr)

    def batches(context, step):
        return pipeline.training_batches(split, options.image_size, data, step, context)

    def make():
        with strategy.scope():
            return make_stage(stage, options, optimizer, FLAGS.run_dir, data.seed)

    flat = _flat(
        **{name: getattr(options, name) for name in ("vqvae", stage)},
        data=data,
        optimizer=optimizer,
        loop=loop_options,
    )
    if FLAGS.dry_run:
        rows = data.batch_size // strategy.num_replicas_in_sync
        first = next(iter(batches(None, 0)))
        dry_run(make(), flat, rows, first, f"{folder}_first_batch.png")
        return
    chief = Workers(strategy).chief
    with only_writer(folder) if chief else contextlib.nullcontext():
        loop = Loop(
            make(),
            strategy,
            folder,
            loop_options,
            open_evaluation(options, data),
            exact=FLAGS.deterministic,
            faults=faults,
            hyperparameters=flat,
        )
        if chief:
            runs.write_options(
                FLAGS.run_dir,
                stage,
                model=options,
                data=data,
                optimizer=optimizer,
                loop=loop_options,
                records={"split": FLAGS.split, "fingerprint": split.fingerprint},
            )
        result = loop.run(batches, steps, lambda step: _records_text(split, data, step))
    figures = ", ".join(f"{name} {value:.4g}" for name, value in result.items())
    print(f"{stage}: {steps} steps done in {folder}. {figures}")


def run():
    """Console entry."""
    run_main(main)


if __name__ == "__main__":
    run()
