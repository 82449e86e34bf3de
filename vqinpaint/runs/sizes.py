"""Holds the sizes that an options.json names against those of the checkpoint.

Networks are made by these sizes before they take the checkpoint's values, so that a
wrong size would fill the memory before anything could be compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vqinpaint.errors import ModelError
from vqinpaint.options.families import PARTS
from vqinpaint.options.fields import kinds
from vqinpaint.runs.bundles import Bundle


def require_sizes(
    path: str, model: Mapping[str, Any], stage: str, checkpoint: str
) -> None:
    """Refuses options that name larger sizes than a stage's checkpoint can have.

    Every width of a network is a dimension of one of its values at least, and a block
    has a value of its own, so none of the options exceeds both the largest dimension and
    the number of values.

    Args:
      path: of options.json, for the message.
      model: what it says of the model, of the form that `options_files` checks.
      stage: whose checkpoint it is.
      checkpoint: its prefix. One that cannot be read is left to who restores it, as an
        earlier one may take its place.

    Raises:
      ModelError: names the first such option.
    """
    try:
        shapes = Bundle(checkpoint).shapes
    except ModelError:
        return
    most = max(len(shapes), *(max(shape, default=0) for shape in shapes.values()))
    for name, kind in kinds(PARTS[stage]).items():
        value = model[stage].get(name, 0)
        if kind is int and value > most:
            raise ModelError(
                f"{path} does not fit {checkpoint}: model.{stage}.{name} is {value}, but "
                f"no size there exceeds {most}; copy or fetch the run again."
            )
