"""What training would be like, without training."""

import os

import numpy as np

from vqinpaint.pictures import files, sheets
from vqinpaint.training import estimate


def dry_run(stage, options, rows, batch, path):
    """Prints options, sizes and needs, and keeps the first batch as a picture.

    Args:
      stage: `Stage`.
      options: dict by name.
      rows: pictures of a batch for each device.
      batch: uint8 (image [B, S, S, 3], mask [B, S, S, 1]), the first.
      path: PNG to write.
    """
    image, mask = batch
    for name, value in options.items():
        print(f"{name:36} {value}")
    for name, number in estimate.parameters(stage).items():
        print(f"{'parameters of ' + name:36} {number:,}")
    at_a_time = rows // stage.parts
    activations = estimate.activation_bytes(stage, at_a_time, image.shape[1])
    state = estimate.state_bytes(stage)
    print(f"weights, averages, Adam, gradients   {state / 1e6:,.0f} MB")
    print(
        f"activations of {at_a_time} pictures kept       {activations / 1e6:,.0f} MB; "
        "work space comes on top, up to twice as much."
    )
    shown = [sheets.holed(*pair) for pair in zip(image.numpy(), mask.numpy()[..., 0])]
    os.makedirs(os.path.dirname(path), exist_ok=True)
    files.save(path, np.concatenate(shown[:8], axis=1))
    print(f"first batch: {path}")
