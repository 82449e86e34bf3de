"""Tells what a training run would need and see, without training."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from vqinpaint import outputs
from vqinpaint.pictures import png, sheets
from vqinpaint.printable import printable
from vqinpaint.stages.base import Stage
from vqinpaint.training import estimate


def dry_run(
    stage: Stage,
    options: Mapping[str, Any],
    rows: int,
    batch: tuple[tf.Tensor, tf.Tensor],
    path: str,
) -> str:
    """Tells options, sizes and needs, and saves the first batch as a picture.

    Args:
      stage: one that takes a batch whole, see `estimate.activation_bytes`.
      options: values to tell by name; None is told as "default".
      rows: number of pictures that go through the networks of a device at a time.
      batch: the first one, uint8 (image [B, S, S, 3], mask [B, S, S, 1]).
      path: PNG to write, with up to eight pictures whose holes are greyed out.

    Returns:
      Some lines of text for people.
    """
    image, mask = batch
    lines = [
        f"{name:36} {'default' if value is None else value}"
        for name, value in options.items()
    ]
    for name, number in estimate.parameters(stage).items():
        lines.append(f"{'parameters of ' + name:36} {number:,}")
    activations = estimate.activation_bytes(stage, rows, image.shape[1])
    state = estimate.state_bytes(stage)
    lines.append(f"weights, averages, Adam, gradients   {state / 1e6:,.0f} MB")
    lines.append(
        f"activations of {rows} pictures kept       {activations / 1e6:,.0f} MB; "
        "work space comes on top, up to twice as much."
    )
    shown = [sheets.holed(*pair) for pair in zip(image.numpy(), mask.numpy()[..., 0])]
    os.makedirs(os.path.dirname(path), exist_ok=True)
    # A picture of that name can only be of an earlier look at the same stage.
    outputs.write(path, png.encoded(np.concatenate(shown[:8], axis=1)), replace=True)
    return "\n".join([*lines, f"first batch: {printable(path)}"])
