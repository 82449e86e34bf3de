"""Finds the model that --model names: a SavedModel, a folder of versions, or a run."""

import dataclasses
import os

import tensorflow as tf

from vqinpaint import sampling
from vqinpaint.errors import ModelError, UsageError, first_line
from vqinpaint.joined.signatures import ServedInpainter
from vqinpaint.json_files import read_json
from vqinpaint.ops.images import to_float
from vqinpaint.options import ModelOptions
from vqinpaint.pictures.masks import is_missing
from vqinpaint.runs import folders, networks


def load(path, num_samples=4, sampler=None, image_size=None):
    """Loads a model for completing pictures.

    Args:
      path: SavedModel folder, folder with integer versions of it, or run folder.
      num_samples: completions per picture in a run's batch signatures.
      sampler: name in `sampling.SAMPLERS`; None = the default, or what a SavedModel was
        exported with.
      image_size: another side of the pictures than it was trained on, for a run.

    Returns:
      (model, `ModelOptions`); the model has the functions of `ServedInpainter`.

    Raises:
      ModelError: nothing usable is there.
      UsageError: a SavedModel was exported with another sampler.
    """
    if not path or not os.path.isdir(path):
        raise ModelError(
            f"--model={path} is not a folder; name a SavedModel or a run folder."
        )
    versions = [v for v in os.listdir(path) if v.isdigit()]
    if versions and not os.path.exists(os.path.join(path, "saved_model.pb")):
        path = os.path.join(path, max(versions, key=int))
    if os.path.exists(os.path.join(path, "saved_model.pb")):
        if image_size:
            raise ModelError(
                f"{path} is a SavedModel, whose picture size is fixed; --size=native needs "
                "the run folder."
            )
        return load_saved_model(path, sampler)
    if os.path.isdir(os.path.join(path, "vqvae")):
        return load_run(path, num_samples, sampler, image_size)
    raise ModelError(
        f"{path} holds neither saved_model.pb nor a run's vqvae folder; name a "
        "SavedModel (saved_models/NAME) or a --run_dir of vqinpaint.train."
    )


def load_score(path, options):
    """How true a run's discriminator takes completions to be.

    Returns:
      A function from completed uint8 [N, S, S, 3] and mask uint8 [S, S, 1] to float32
      [N], higher for truer; None for a SavedModel, which holds no discriminator.
    """
    if not os.path.isdir(os.path.join(path, "texture")):
        return None
    discriminator = networks.load_texture(path, options).discriminator

    def score(completed, mask):
        hole = tf.cast(is_missing(mask), tf.float32)[None]
        # One by one, so that a score does not depend on the others.
        scores = [
            tf.reduce_mean(discriminator(to_float(one[None]), hole))
            for one in completed
        ]
        return tf.stack(scores)

    return score


def load_run(run_dir, num_samples=4, sampler=None, image_size=None, half=False):
    """Joins the three trained stages of a run. See `load`, `inpainter.Inpainter`."""
    options = folders.model_options(run_dir)
    if image_size:
        options = dataclasses.replace(options, image_size=image_size)
    for stage in ("structure", "texture"):
        folders.check_vqvae(run_dir, stage)
    inpainter = ServedInpainter(
        options,
        networks.load_vqvae(run_dir, options),
        networks.load_structure(run_dir, options),
        networks.load_texture(run_dir, options).generator,
        num_samples=num_samples,
        sampler=sampler or sampling.DEFAULT,
        half=half,
    )
    return inpainter, options


def load_saved_model(path, sampler=None):
    """Loads an export of this project. See `load`."""
    facts = read_json(os.path.join(path, "options.json"))
    options = ModelOptions.from_dict(facts["model"])
    if sampler not in (None, facts.get("sampler")):
        raise UsageError(
            f"{path} was exported with --sampler={facts.get('sampler')}; drop "
            f"--sampler={sampler}, or give the run folder as --model."
        )
    try:
        model = tf.saved_model.load(path)
        # An export of another project or of an older version lacks one of them.
        model.sample, model.rows_begun  # noqa: B018
    except (OSError, ValueError, AttributeError, tf.errors.OpError) as error:
        text = first_line(error)[:160]
        raise ModelError(
            f"{path} cannot be loaded as a model of vqinpaint ({text}); export it again."
        ) from None
    return model, options
