"""Loads joined models: from a run folder, or from a SavedModel that was made of one."""

from __future__ import annotations

import contextlib
import dataclasses

import tensorflow as tf
from absl import logging

from vqinpaint import sampling
from vqinpaint.errors import ModelError, UsageError, first_line
from vqinpaint.files.plain_paths import plain_path
from vqinpaint.joined import saved_graph
from vqinpaint.joined.codes_inpainter import CodesInpainter
from vqinpaint.joined.inpainter import Inpainter
from vqinpaint.joined.pruning import pruned
from vqinpaint.joined.signatures import FUNCTIONS, ServedInpainter
from vqinpaint.options import ModelOptions
from vqinpaint.runs import folders, locating, networks
from vqinpaint.runs.bundles import require_finite
from vqinpaint.runs.options_files import read_export

# The outputs of a SavedModel's functions that are used; "" is a single one without a name.
_FUNCTIONS = {
    "sample": {"completed", "structure", "codes", "bits", "entropy"},
    "encode": {"top"},
    "reconstruct": {"reconstruction"},
    "bits": {""},
}


def load(path, num_samples=4, sampler=None, image_size=None, texture=None):
    """Loads a model for completing pictures.

    Args:
      path: SavedModel folder, folder with integer versions of it, or run folder.
      num_samples: completions per picture in a run's batch signatures.
      sampler: name in `sampling.SAMPLERS`; None = the default, or what a SavedModel was
        exported with.
      image_size: another side of the pictures than it was trained on, for a run.
      texture: name in `options.request.TEXTURES`; None = what a SavedModel was exported
        with, and for a run the generator, if it has been trained.

    Returns:
      (model, `ModelOptions`); the model has the functions of `ServedInpainter`.

    Raises:
      ModelError: nothing usable is there; a file of it is damaged; or a SavedModel holds
        operations that models of this project do not need, see `saved_graph`.
      UsageError: a SavedModel was exported with another sampler or texture.
    """
    location = locating.locate(path)
    if location.kind == locating.RUN:
        return load_run(
            location.path, num_samples, sampler, image_size, texture=texture
        )
    if image_size:
        raise ModelError(
            f"{location.path} is a SavedModel, whose picture size is fixed; --size=native "
            "needs the run folder."
        )
    return load_saved_model(location.path, sampler, texture)


def join(
    options: ModelOptions,
    vqvae,
    structure,
    generator,
    num_samples: int = 4,
    sampler: str = sampling.DEFAULT,
    half: bool = False,
    bottom=None,
    generates: bool = False,
) -> ServedInpainter:
    """Joins built networks into one model with all signatures.

    Args:
      options, vqvae, structure, generator, sampler, half: as of `inpainter.Inpainter`.
      num_samples: completions of a row in the signatures.
      bottom: as of `codes_inpainter.CodesInpainter`; None = the generator fills holes.
      generates: as of `signatures.ServedInpainter`.
    """
    kind = Inpainter if bottom is None else CodesInpainter
    inpainter = kind(options, vqvae, structure, generator, sampler, half, bottom)
    return ServedInpainter(inpainter, num_samples, generates)


def load_run(
    run_dir, num_samples=4, sampler=None, image_size=None, half=False, texture=None
):
    """Joins the trained stages of a run; see `load` and `join`."""
    options = folders.model_options(run_dir)
    if image_size:
        options = dataclasses.replace(options, image_size=image_size)
    trained = folders.trained_stages(run_dir)
    if texture is None:
        only_codes = "bottom" in trained and "texture" not in trained
        texture = "codes" if only_codes else "generator"
    further = "bottom" if texture == "codes" else "texture"
    for stage in ("structure", further):
        folders.check_vqvae(run_dir, stage)
    generator, bottom = None, None
    parts = (
        networks.load_vqvae(run_dir, options),
        networks.load_structure(run_dir, options),
    )
    if texture == "codes":
        bottom = networks.load_bottom(run_dir, options)
    else:
        generator = networks.load_texture(run_dir, options).generator
    priors = ("structure", "bottom") if bottom else ("structure",)
    model = join(
        options,
        *parts,
        generator,
        num_samples,
        sampler or sampling.DEFAULT,
        half,
        bottom,
        generates=all(folders.full_holes(run_dir, stage) for stage in priors),
    )
    return model, options


def load_saved_model(path, sampler=None, texture=None):
    """Loads an export of this project; see `load`."""
    facts = read_export(path)
    options = facts.model.options()
    if texture not in (None, facts.texture):
        raise UsageError(
            f"{path} was exported with --texture={facts.texture}; drop "
            f"--texture={texture}, or give the run folder as --model."
        )
    if sampler not in (None, facts.sampler):
        raise UsageError(
            f"{path} was exported with --sampler={facts.sampler}; drop "
            f"--sampler={sampler}, or give the run folder as --model."
        )

    def look(model):
        model.rows_begun  # noqa: B018  # an AttributeError tells that it is missing
        return side_of(model), _number_of_codes(model)

    model, (sides, codes) = opened(path, _FUNCTIONS, look, FUNCTIONS)
    told, wanted = "", options.image_size
    if sides != [wanted] * 2:
        told = f"image_size is {wanted}, but the graph completes pictures of {sides}"
    elif codes not in (None, options.vqvae.codes):
        told = f"vqvae.codes is {options.vqvae.codes}, but the graph has {codes}"
    if told:
        raise other_model(path, told)
    return model, options


def opened(path, functions, look, kept):
    """Loads a SavedModel, whatever it holds, or says in one line why not.

    It comes without signatures, which nothing in Python needs and which take longest.

    Args:
      path: its folder.
      functions: names of the outputs that are used, by the functions of the model; "" is
        a single output without a name.
      look: function from the model to what the caller wants to know of it; it may raise
        anything.
      kept: names of the functions to load.

    Returns:
      (the model, which has the attribute `generates` too; what `look` returned).

    Raises:
      ModelError: it is damaged, refused (see `saved_graph`), or no such model.
    """
    graph = saved_graph.check(path)
    generates = "generate" in graph.signature_def
    try:
        with _quiet(), pruned(plain_path(path), graph, kept) as folder:
            model = tf.saved_model.load(folder)
        # An export of another project or of an older version lacks one of them.
        for name, outputs in functions.items():
            _require_function(model, name, outputs)
        model.generates = generates
        seen = look(model)
        require_finite(model.weights, path)
        return model, seen
    except ModelError:
        raise
    except Exception as error:  # of many kinds, whatever the damage
        text = first_line(error)[:160]
        raise ModelError(
            f"{path} is damaged, or no model of this version of vqinpaint ({text}); export "
            "it again, or fetch it again."
        ) from None


def side_of(model):
    """Height and width of the pictures that a loaded model completes."""
    return list(model.sample.concrete_functions[0].inputs[0].shape[:2])


def other_model(path, told):
    """The error for an options.json that does not belong to the graph beside it."""
    return ModelError(
        f"{path} holds an options.json of another model: model.{told}; export it "
        "again, or fetch it again."
    )


def _number_of_codes(model):
    """As the noise that structures are drawn from has it; None in early exports."""
    if not hasattr(model, "draw"):
        return None
    return model.draw.concrete_functions[0].inputs[2].shape[-1]


def _require_function(model, name, outputs):
    """Raises ValueError unless a function of that name gives these outputs."""
    (function,) = getattr(model, name).concrete_functions
    found = function.structured_outputs
    names = set(found) if isinstance(found, dict) else {""}
    if not names >= outputs:
        raise ValueError(f"{name} gives {sorted(names)}, without {sorted(outputs)}")


@contextlib.contextmanager
def _quiet():
    """Without TensorFlow's warnings, which show names of the graph as they are."""
    before = logging.get_verbosity()
    logging.set_verbosity(logging.ERROR)
    try:
        yield
    finally:
        logging.set_verbosity(before)
