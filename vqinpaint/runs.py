"""A run folder: one subfolder per stage with its options, checkpoints and events."""

import os

import tensorflow as tf

from vqinpaint.errors import ModelError
from vqinpaint.loop import glob_checkpoints, restore
from vqinpaint.options import ModelOptions, read_json
from vqinpaint.stages.averages import PolyakAverages
from vqinpaint.stages.structure import StructureGenerator
from vqinpaint.stages.texture import Texture
from vqinpaint.stages.vqvae import VQVAE

STAGES = ("vqvae", "structure", "texture")


def stage_folder(run_dir, stage):
    return os.path.join(run_dir, stage)


def options_path(run_dir, stage):
    return os.path.join(run_dir, stage, "options.json")


def saved_options(run_dir, stage):
    """What a stage of a run was trained with, as a dict, or None if it never started."""
    path = options_path(run_dir, stage)
    return read_json(path) if os.path.isfile(path) else None


def latest_checkpoint(run_dir, stage):
    """Path of a stage's newest checkpoint. Raises ModelError when there is none."""
    folder = os.path.join(run_dir, stage, "checkpoints")
    path = tf.train.latest_checkpoint(folder) if glob_checkpoints(folder) else None
    if path is None:
        raise ModelError(
            f"{run_dir} has no trained {stage} stage; train it first with "
            f"python -m vqinpaint.train --stage={stage} --run_dir={run_dir}."
        )
    return path


def model_options(run_dir):
    """`ModelOptions` of a run, each part from the stage that trains it."""
    vqvae = saved_options(run_dir, "vqvae")
    if vqvae is None:
        latest_checkpoint(run_dir, "vqvae")
        raise ModelError(f"{options_path(run_dir, 'vqvae')} is missing.")
    merged = dict(vqvae["model"])
    for stage in ("structure", "texture"):
        saved = saved_options(run_dir, stage)
        if saved is not None:
            merged[stage] = saved["model"][stage]
    return ModelOptions.from_dict(merged)


def _use_averages(polyak):
    for variable, shadow in zip(polyak.variables_averaged, polyak.shadows):
        variable.assign(shadow.read_value())


def load_vqvae(run_dir, options):
    """The trained `VQVAE` of a run, with averaged weights."""
    vqvae = VQVAE(options)
    polyak = PolyakAverages(
        vqvae.encoder.trainable_variables + vqvae.decoder.trainable_variables, 0.0
    )
    path = latest_checkpoint(run_dir, "vqvae")
    status = restore(tf.train.Checkpoint(vqvae=vqvae, polyak=polyak), path)
    status.expect_partial().assert_existing_objects_matched()
    _use_averages(polyak)
    return vqvae


def load_structure(run_dir, options):
    """The trained `StructureGenerator` of a run, with averaged weights."""
    structure = StructureGenerator(options)
    polyak = PolyakAverages(
        structure.condition.trainable_variables + structure.prior.trainable_variables,
        0.0,
    )
    path = latest_checkpoint(run_dir, "structure")
    status = restore(tf.train.Checkpoint(structure=structure, polyak=polyak), path)
    status.expect_partial().assert_existing_objects_matched()
    _use_averages(polyak)
    return structure


def load_texture(run_dir, options):
    """The trained `Texture` of a run."""
    texture = Texture(options)
    path = latest_checkpoint(run_dir, "texture")
    status = restore(tf.train.Checkpoint(texture=texture), path)
    status.expect_partial().assert_existing_objects_matched()
    return texture
