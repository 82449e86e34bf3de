"""Loads models of Pluralistic Image Completion; see `joined.loading`."""

from __future__ import annotations

import dataclasses
from typing import Any

from vqinpaint.errors import ModelError
from vqinpaint.joined import loading
from vqinpaint.joined.pic_inpainter import FusedPic, PicInpainter
from vqinpaint.joined.pic_signatures import ServedPic
from vqinpaint.models.pic import Pic
from vqinpaint.options.pic import PicModelOptions
from vqinpaint.runs import folders, locating, networks
from vqinpaint.runs.options_files import PicExportFile, read_export

_FUNCTIONS = {"sample": {"completed"}}


def load(path: str, image_size: int | None = None) -> tuple[Any, PicModelOptions]:
    """Loads a model for completing pictures.

    Args:
      path: SavedModel folder, folder with integer versions of it, or run folder.
      image_size: another side of the pictures than it was trained on, for a run.

    Returns:
      (model, its options); the model has the function `sample` of `ServedPic`.

    Raises:
      ModelError: nothing usable is there.
      UsageError: the model has no pictures of that side.
    """
    location = locating.locate(path)
    if location.kind == locating.RUN:
        return load_run(location.path, image_size=image_size)
    if image_size:
        raise ModelError(
            f"{location.path} is a SavedModel, whose picture size is fixed; --size=native "
            "needs the run folder."
        )
    path = location.path
    options = read_export(path, PicExportFile).model.options()
    model, sides = loading.opened(path, _FUNCTIONS, loading.side_of, tuple(_FUNCTIONS))
    if sides != [options.image_size] * 2:
        raise loading.other_model(
            path,
            f"image_size is {options.image_size}, but the graph completes pictures of "
            f"{sides}",
        )
    return model, options


def load_run(
    run_dir: str,
    num_samples: int = 4,
    image_size: int | None = None,
    half: bool = False,
) -> tuple[ServedPic, PicModelOptions]:
    """Joins the networks of a run; see `load` and `join`."""
    options = folders.pic_options(run_dir)
    if image_size:
        options = dataclasses.replace(options, image_size=image_size)
    pic = networks.load_pic(run_dir, options)
    return join(options, pic, num_samples, half=half), options


def join(
    options: PicModelOptions,
    pic: Pic,
    num_samples: int = 4,
    judged: bool = True,
    half: bool = False,
) -> ServedPic:
    """Joins built networks into one model with all signatures.

    Args:
      options: sizes.
      pic, judged, half: as of `FusedPic`.
      num_samples: completions of a row in the signatures.
    """
    inpainter = PicInpainter(options, FusedPic(pic, judged, half))
    return ServedPic(inpainter, num_samples)
