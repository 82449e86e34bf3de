"""Creatures on disk: pictures as PNG, attributes as CSV, holes as PNG."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Iterable
from typing import NamedTuple

from PIL import Image

from vqinpaint.creatures import holes
from vqinpaint.creatures.attributes import (
    HIDDEN,
    NAMES,
    TRAINING,
    VALIDATION,
    Creature,
    sample,
)
from vqinpaint.creatures.drawing import draw

# Which stream of random numbers each split takes its creatures from.
SPLITS = {"train": TRAINING, "val": VALIDATION}


class Job(NamedTuple):
    """One creature to draw; it can be sent to another process."""

    seed: int
    number: int  # of the creature within its stream
    stream: int  # a value of `SPLITS`
    side: int  # of the picture, in pixels


class Drawn(NamedTuple):
    """A creature and its picture."""

    creature: Creature
    png: bytes  # the picture as a PNG file


def name_of(index: int) -> str:
    """File name of a creature's picture."""
    return f"{index:08d}.png"


def drawn(job: Job) -> Drawn:
    """Draws one creature; a function of one argument, for pools of processes."""
    creature = sample(job.seed, job.number, job.stream)
    return Drawn(creature, _png(draw(creature, job.side)))


def write_split(
    folder: str,
    split: str,
    jobs: list[Job],
    results: Iterable[Drawn],
    write: Callable[[str, bytes], None],
) -> None:
    """Writes the pictures of a split, and the table of what they show.

    The table is SPLIT_attributes.csv: a line for each picture with its name, relative to
    `folder`, and all attributes of its creature.

    Args:
      folder: folder of the data set, which exists.
      split: a name in `SPLITS`.
      jobs: what was drawn.
      results: results of `drawn` for these jobs, in their order.
      write: function of a picture's name, such as "train/00000003.png", and its bytes.
    """
    path = os.path.join(folder, f"{split}_attributes.csv")
    with open(path, "w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, ["file", *NAMES])
        table.writeheader()
        for job, (creature, png) in zip(jobs, results):
            name = f"{split}/{name_of(job.number)}"
            write(name, png)
            table.writerow({"file": name, **creature.visible(), **creature.hidden()})


def write_picture(folder: str, name: str, png: bytes) -> None:
    """Writes a picture as folder/name; its folder is made if needed."""
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(png)


def write_holes(folder: str, side: int) -> None:
    """Writes the masks centre.png and one per hidden attribute, white where missing.

    Args:
      folder: where to; it is made if needed.
      side: of the masks, in pixels.
    """
    masks = {name: holes.for_attribute(name, side) for name in HIDDEN}
    for name, mask in {"centre": holes.centre(side), **masks}.items():
        write_picture(folder, f"{name}.png", _png(mask))


def _png(array):
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, "PNG")
    return buffer.getvalue()
