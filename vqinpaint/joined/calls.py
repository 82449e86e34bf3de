"""Calling a model from Python: NumPy arrays and keywords instead of tensors in order."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from vqinpaint.answers import Wanted, checked
from vqinpaint.errors import ModelError, first_line


def sample(
    model: Any,
    image: np.ndarray,
    mask: np.ndarray,
    seeds: Sequence[int] | np.ndarray,
    *,
    temperature: float = 1.0,
    top_k: int = 0,
    top_p: float = 1.0,
    texture_temperature: float | None = None,
) -> dict[str, np.ndarray]:
    """Completes one picture once per seed.

    The one place that knows the order and the types of what `model.sample` takes, whose
    signature is fixed in every export.

    Args:
      model: `joined.inpainter.Inpainter`, or a SavedModel of one as `loading.load` gives.
      image: uint8 [S, S, 3], S the model's side; missing pixels may hold anything.
      mask: uint8 [S, S] or [S, S, 1], over 127 where the picture is missing.
      seeds: N ints; the same seed gives the same completion, alone or among others.
      temperature: of all completions, 0 or more; 0 always takes the likeliest code.
      top_k: draws among the k likeliest codes alone; 0 = among all.
      top_p: draws among the likeliest codes that together have this probability; 1 = all.
      texture_temperature: of the texture codes, if the model draws any; None takes
        `temperature`.

    Returns:
      dict of `completed` and `structure` uint8 [N, S, S, 3], `codes` int32 [N, h, w],
      `bits` and `entropy` float32 [N, h, w], and of a model that draws texture codes
      `texture_codes` int32 and `texture_bits` float32 [N, 2h, 2w]; see
      `Inpainter.sample`.

    Raises:
      ValueError: the picture or the mask has another type or shape, or the seeds,
        temperature, top_k or top_p are out of range.
      ModelError: the model fails, or answers what it must not; see `answers.checked`.
    """
    image, mask = checked_picture(image, mask)
    if texture_temperature is None:
        texture_temperature = temperature
    checked_control(seeds, temperature, top_k, top_p)
    checked_control(seeds, texture_temperature, top_k, top_p)
    seeds = np.asarray(seeds, np.int32)
    further: list[tf.Tensor] = []
    textures = {}
    if draws_texture(model):
        further.append(tf.fill([len(seeds)], float(texture_temperature)))
        shape = len(seeds), image.shape[0] // 4, image.shape[1] // 4
        textures = {
            "texture_codes": Wanted(np.int32, shape),
            "texture_bits": Wanted(np.float32, shape),
        }
    with failures_told():
        result = model.sample(
            tf.constant(image),
            tf.constant(mask),
            tf.constant(seeds),
            tf.fill([len(seeds)], float(temperature)),
            tf.constant(top_k, tf.int32),
            tf.constant(top_p, tf.float32),
            *further,
        )
        outputs = {name: value.numpy() for name, value in result.items()}
    pictures = len(seeds), *image.shape
    grid = len(seeds), image.shape[0] // 8, image.shape[1] // 8
    wanted = {
        "completed": Wanted(np.uint8, pictures),
        "structure": Wanted(np.uint8, pictures),
        "codes": Wanted(np.int32, grid),
        "bits": Wanted(np.float32, grid),
        "entropy": Wanted(np.float32, grid),
        **textures,
    }
    return checked(outputs, wanted, "the model")


def draws_texture(model: Any) -> bool:
    """Whether a model draws texture codes, in place of the texture generator."""
    return hasattr(model, "draw_texture")


@contextlib.contextmanager
def failures_told(
    what: str = "the model cannot complete this picture",
) -> Iterator[None]:
    """Makes one line of whatever TensorFlow says when a model cannot be run.

    Args:
      what: how the line begins.

    Raises:
      ModelError: in place of TensorFlow's own errors.
    """
    try:
        yield
    except (
        *(tf.errors.OpError, TypeError, ValueError),
        *(AttributeError, KeyError),
    ) as error:
        raise ModelError(
            f"{what} ({first_line(error)[:160]}); it is damaged, or no model of its kind, "
            "or there is too little memory."
        ) from None


def checked_picture(
    image: np.ndarray, mask: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """A picture and its mask, uint8 [S, S, 3] and [S, S, 1]; see `sample`.

    Raises:
      ValueError: they are of another type or shape.
    """
    image, mask = np.asarray(image), np.asarray(mask)
    if mask.ndim == 2:
        mask = mask[..., None]
    fits = image.ndim == 3 and mask.shape == (*image.shape[:2], 1)
    if not fits or {image.dtype, mask.dtype} != {np.dtype(np.uint8)}:
        raise ValueError(
            f"to complete came image {image.dtype} {list(image.shape)} and mask "
            f"{mask.dtype} {list(mask.shape)}; give uint8 [S, S, 3] and uint8 [S, S]."
        )
    return image, mask


def checked_control(
    seeds: Sequence[int] | np.ndarray,
    temperature: float,
    top_k: int = 0,
    top_p: float = 1.0,
) -> None:
    """Raises ValueError for what is out of range; see `sample`.

    Exports that were made before graphs checked this draw with anything.
    """
    limits = np.iinfo(np.int32)
    if not all(limits.min <= seed <= limits.max for seed in seeds):
        raise ValueError(f"the seeds are {list(seeds)}; each must fit into 32 bits.")
    if not (math.isfinite(temperature) and temperature >= 0):
        raise ValueError(f"temperature is {temperature}; it must be 0 or more.")
    if not (top_k >= 0 and 0 < top_p <= 1):
        raise ValueError(
            f"top_k is {top_k} and top_p is {top_p}; top_k must be 0 or more, top_p above "
            "0 and at most 1."
        )
