"""Creatures on disk: pictures as PNG, attributes as CSV, holes as PNG."""

import csv
import io
import os

from PIL import Image

from vqinpaint.creatures import holes
from vqinpaint.creatures.attributes import HIDDEN, NAMES, TRAINING, VALIDATION, sample
from vqinpaint.creatures.drawing import draw

SPLITS = {"train": TRAINING, "val": VALIDATION}


def name_of(index):
    """File name of a creature's picture."""
    return f"{index:08d}.png"


def drawn(job):
    """Samples and draws one creature; takes one argument, as pools of processes want.

    Args:
      job: (seed, index, stream, side).

    Returns:
      (`Creature`, bytes of its picture as PNG).
    """
    seed, index, stream, side = job
    creature = sample(seed, index, stream)
    return creature, _png(draw(creature, side))


def attributes_writer(file):
    """Writes the head of a CSV table of attributes.

    Args:
      file: text file that is open for writing with newline="".

    Returns:
      Function of the name of a picture's file and its `Creature` that writes a line.
    """
    writer = csv.DictWriter(file, ["file", *NAMES])
    writer.writeheader()
    return lambda name, creature: writer.writerow(
        {"file": name, **creature.visible(), **creature.hidden()}
    )


def write_holes(folder, side):
    """Writes the masks centre.png and one per hidden attribute into a folder."""
    os.makedirs(folder, exist_ok=True)
    masks = {name: holes.for_attribute(name, side) for name in HIDDEN}
    for name, mask in {"centre": holes.centre(side), **masks}.items():
        with open(os.path.join(folder, f"{name}.png"), "wb") as file:
            file.write(_png(mask))


def _png(array):
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, "PNG")
    return buffer.getvalue()
