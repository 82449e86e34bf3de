"""Flags of the command that trains."""

from __future__ import annotations

from vqinpaint.cli.flagging import define, flags
from vqinpaint.options import (
    DataOptions,
    LoopOptions,
    ModelOptions,
    OptimizerOptions,
)
from vqinpaint.options.families import PARTS

# These flags belong to the command that asks for them, in --help too.
flags.disclaim_key_flags()


def define_training_flags() -> None:
    """Makes the flags for data, run folder and devices, and for all training options."""
    flags.DEFINE_string(
        "stage",
        None,
        "Stage to train: vqvae, then structure and texture in any order, and bottom if "
        "texture codes shall be drawn; or pic, which is a model of its own (Pluralistic "
        "Image Completion).",
    )
    flags.DEFINE_string(
        "data", None, "Folder of TFRecords that vqinpaint.make_tfrecords wrote."
    )
    flags.DEFINE_string(
        "split", "train", "Name of the split to train on. Default: 'train'."
    )
    flags.DEFINE_string(
        "eval_split",
        "val",
        "Name of the split to evaluate on; an empty name evaluates on none. Default: 'val'.",
    )
    flags.DEFINE_integer(
        "eval_pictures",
        500,
        "Number of pictures in an evaluation; 0 takes the whole split. Default: 500.",
    )
    flags.DEFINE_string(
        "run_dir",
        None,
        "Run folder; it holds all stages, each in a folder of its own.",
    )
    flags.DEFINE_string(
        "start_from",
        None,
        "Model, SavedModel or run folder, with whose weights a new run begins; where the run "
        "folder exists already, the run goes on.",
    )
    flags.DEFINE_list(
        "devices",
        None,
        "Devices that share each batch, such as GPU:0,GPU:1. Default: all GPUs, or the CPU.",
    )
    flags.DEFINE_bool(
        "deterministic",
        False,
        "Compute the same bits on every run, which is slower on GPUs, and write every step's "
        "exact loss to losses.txt. Default: False.",
    )
    flags.DEFINE_list(
        "fault",
        None,
        "Faults to inject, for tests: nan@N spoils the pictures of step N, slow_save@N stalls "
        "inside the checkpoint of step N.",
    )
    flags.DEFINE_bool(
        "dry_run",
        False,
        "Print all options, sizes and memory needs, write the first batch as a picture, and "
        "stop. Default: False.",
    )
    flags.DEFINE_bool(
        "verify_data",
        True,
        "Compare each shard's SHA-256 with the manifest before training. Default: True.",
    )
    for part, options_class in PARTS.items():
        define(options_class, f"{part}_")
    for options_class in (ModelOptions, DataOptions, OptimizerOptions, LoopOptions):
        define(options_class)
    # Flagfiles serve all stages, so each may set its own.
    for part in PARTS:
        define(OptimizerOptions, f"{part}_")
        flags.DEFINE_integer(
            f"{part}_batch_size",
            None,
            f"Pictures in a step of the {part} stage. Default: batch_size.",
        )
