"""The option dataclasses of every family of models, by its name and its stages."""

from __future__ import annotations

from typing import Any

from vqinpaint.options import networks
from vqinpaint.options.networks import ModelOptions
from vqinpaint.options.pic import PicModelOptions, PicOptions

# The stages of each family, in the order in which they are trained.
STAGES = {"vqvae": tuple(networks.PARTS), "pic": ("pic",)}
# What a whole model of a family is made by.
MODELS: dict[str, Any] = {"vqvae": ModelOptions, "pic": PicModelOptions}
# The options of each part of a model, by the stage that trains it.
PARTS: dict[str, Any] = {**networks.PARTS, "pic": PicOptions}


def family_of_stage(stage: str) -> str:
    """The family that a stage belongs to."""
    return next(family for family, stages in STAGES.items() if stage in stages)
