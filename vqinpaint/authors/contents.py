"""Sorts what the authors' checkpoints hold into what is used and what is left out."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from vqinpaint.authors.checkpoint import TF1Checkpoint
from vqinpaint.errors import ModelError

PARTS = (
    "vq_encoder",
    "vq_decoder",
    "structure_condition",
    "structure_pixelcnn",
    "texture_generator",
    "texture_discriminator",
)
_VQVAE, _STRUCTURE, _TEXTURE = PARTS[:2], PARTS[2:4], PARTS[4:]
_AVERAGE = "/ExponentialMovingAverage"
_OPTIMIZER = re.compile(r".*/Adam(_1)?|beta[12]_power")
# Names of what zero-debiased moving averages keep beside their values.
DEBIASING = re.compile(r".*/(biased|local_step)")


class Source(NamedTuple):
    """Where the value of a variable is stored."""

    checkpoint: TF1Checkpoint
    name: str  # in the checkpoint

    @property
    def shape(self) -> tuple[int, ...]:
        return self.checkpoint.shapes[self.name]

    @property
    def size(self) -> int:
        """How many numbers it has."""
        return math.prod(self.shape)

    def read(self) -> np.ndarray:
        """The value; see `TF1Checkpoint.read`."""
        return self.checkpoint.read(self.name)


class Contents(NamedTuple):
    """What one or three checkpoints hold, sorted out."""

    sources: dict[str, Source]  # by the authors' names without suffixes of averages
    left_out: dict[str, list[str]]  # names that are deliberately not used, by reason

    def left_out_in_words(self) -> str:
        """How many variables are left out for which reason, in one line."""
        counts = [f"{len(n)} {reason}" for reason, n in self.left_out.items() if n]
        return ", ".join(counts) or "nothing"


def full_model(checkpoint: TF1Checkpoint) -> Contents:
    """Contents of a model as the authors' save_full_model.py writes it.

    Raises:
      ModelError: a part is missing altogether.
    """
    _require_parts(checkpoint, PARTS, "give the three stages instead: --vqvae, ...")
    sources = {}
    left_out: dict[str, list[str]] = {"Adam slots": []}
    for name in sorted(checkpoint.shapes):
        if _OPTIMIZER.fullmatch(name):
            left_out["Adam slots"].append(name)
        else:
            sources[name] = Source(checkpoint, name)
    return Contents(sources, left_out)


def joined_stages(
    vqvae: TF1Checkpoint, structure: TF1Checkpoint, texture: TF1Checkpoint
) -> Contents:
    """Contents of the folders that the authors' three training scripts write.

    They are joined as the authors do it: the structure generator by its Polyak averages,
    the texture networks as they are, and the VQ-VAE as the later stages store it, which
    is by its averages.

    Raises:
      ModelError: a part is missing, or the stages carry different VQ-VAEs.
    """
    hint = "see to it that each flag names its own stage's folder."
    _require_parts(vqvae, _VQVAE, hint)
    _require_parts(structure, _VQVAE + _STRUCTURE, hint)
    _require_parts(texture, _VQVAE + _TEXTURE, hint)
    left_out: dict[str, list[str]] = {
        "Adam slots": [],
        "raw weights behind averages": [],
        "the same VQ-VAE again": [],
    }
    used = {}
    for stage in (vqvae, structure, texture):
        used[stage] = _without_training_state(stage, left_out)
    sources = dict(used[texture])
    for name, source in used[structure].items():
        if not name.startswith(_VQVAE):
            sources[name] = source
    for stage in (structure, vqvae):
        copies = {}
        for name, source in used[stage].items():
            if DEBIASING.fullmatch(name):
                sources[name] = source
            elif name.startswith(_VQVAE):
                copies[name] = source
        _require_same_vqvae(copies, used[texture])
        left_out["the same VQ-VAE again"] += [s.name for s in copies.values()]
    return Contents(sources, left_out)


def _without_training_state(stage, left_out):
    """A stage's sources by plain name, averages instead of raw weights."""
    sources = {}
    for name in sorted(stage.shapes):
        if _OPTIMIZER.fullmatch(name):
            left_out["Adam slots"].append(name)
        elif name + _AVERAGE in stage.shapes:
            left_out["raw weights behind averages"].append(name)
        else:
            sources[name.removesuffix(_AVERAGE)] = Source(stage, name)
    return sources


def _require_parts(checkpoint, parts, hint):
    found = {name.split("/")[0] for name in checkpoint.shapes}
    missing = [part for part in parts if part not in found]
    if len(missing) == len(parts):
        raise ModelError(
            f"{checkpoint.prefix} is a checkpoint of another network: none of its "
            f"{len(checkpoint.shapes)} variables belongs to {listed(parts)} (it has "
            f"{listed(sorted(checkpoint.shapes), 3)}); name one of this network."
        )
    if missing:
        have = [part for part in PARTS if part in found]
        raise ModelError(
            f"{checkpoint.prefix} holds only {listed(have)}; {listed(missing)} "
            f"missing: {hint}"
        )


def _require_same_vqvae(copies, reference):
    differing = [
        name
        for name, source in copies.items()
        if name not in reference
        or not np.array_equal(source.read(), reference[name].read())
    ]
    if differing:
        raise ModelError(
            f"{next(iter(copies.values())).checkpoint.prefix} holds another VQ-VAE than "
            f"the texture stage was trained on ({listed(differing)} differ); give "
            "three stages of one training."
        )


def listed(names: Iterable[str], most: int = 12) -> str:
    """The first `most` names in one line, and how many more there are."""
    names = list(names)
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
