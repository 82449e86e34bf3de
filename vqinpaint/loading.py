"""Finds the model that --model names: a SavedModel, a folder of versions, or a run."""

import os

import tensorflow as tf

from vqinpaint import runs, sampling
from vqinpaint.errors import ModelError, UsageError
from vqinpaint.options import ModelOptions, read_json
from vqinpaint.serving import ServedInpainter


def load(path, num_samples=4, sampler=None):
    """Loads a model for completing pictures.

    Args:
      path: SavedModel folder, folder with integer versions of it, or run folder.
      num_samples: completions per picture in a run's batch signatures.
      sampler: name in `sampling.SAMPLERS`; None = the default, or what a SavedModel was
        exported with.

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
        return load_saved_model(path, sampler)
    if os.path.isdir(os.path.join(path, "vqvae")):
        return load_run(path, num_samples, sampler)
    raise ModelError(
        f"{path} holds neither saved_model.pb nor a run's vqvae folder; name a "
        "SavedModel (saved_models/NAME) or a --run_dir of vqinpaint.train."
    )


def load_run(run_dir, num_samples=4, sampler=None):
    """Joins the three trained stages of a run. See `load`."""
    options = runs.model_options(run_dir)
    for stage in ("structure", "texture"):
        runs.check_vqvae(run_dir, stage)
    inpainter = ServedInpainter(
        options,
        runs.load_vqvae(run_dir, options),
        runs.load_structure(run_dir, options),
        runs.load_texture(run_dir, options).generator,
        num_samples=num_samples,
        sampler=sampler or sampling.DEFAULT,
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
        text = str(error).splitlines()[0][:160]
        raise ModelError(
            f"{path} cannot be loaded as a model of vqinpaint ({text}); export it again."
        ) from None
    return model, options
