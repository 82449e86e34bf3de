"""Creatures on disk: pictures as PNG, attributes as CSV, holes as PNG."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from PIL import Image

from vqinpaint import outputs
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
from vqinpaint.errors import UsageError

# Which stream of random numbers each split takes its creatures from.
SPLITS = {"train": TRAINING, "val": VALIDATION}
# Of the table of what pictures show.
COLUMNS = ("file", *NAMES)


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
    keep: bool = False,
) -> None:
    """Writes the pictures of a split, and last the table of what they show.

    The table is SPLIT_attributes.csv: a line for each picture with its name, relative to
    `folder`, and all attributes of its creature.

    Args:
      folder: folder of the data set, which exists.
      split: a name in `SPLITS`.
      jobs: what was drawn.
      results: results of `drawn` for these jobs, in their order.
      write: function of a picture's name, such as "train/00000003.png", and its bytes.
      keep: whether the lines of other pictures stay in the table.

    Raises:
      Taken: a table is there that is none of a sample data set.
    """
    path = os.path.join(folder, f"{split}_attributes.csv")
    rows = {
        name: row
        for name, row in table(path).items()
        # Pictures that are there keep their lines whatever is written now.
        if keep or os.path.exists(os.path.join(folder, name))
    }
    for job, (creature, png) in zip(jobs, results):
        name = f"{split}/{name_of(job.number)}"
        write(name, png)
        rows[name] = {"file": name, **creature.visible(), **creature.hidden()}
    outputs.write(path, csv_bytes([rows[name] for name in sorted(rows)]), replace=True)


def table(path: str, columns: Sequence[str] = COLUMNS) -> dict[str, dict[str, str]]:
    """Rows of a table by the names of their pictures; none where there is no table.

    Args:
      path: CSV file.
      columns: names of its columns; the first is that of the pictures' names.

    Raises:
      Taken: the file is no such table.
    """
    if not outputs.is_taken(path):
        return {}
    text = (outputs.read_or_none(path) or b"").decode("utf-8", "replace")
    reader = csv.DictReader(io.StringIO(text, newline=""))
    try:
        if reader.fieldnames == list(columns):
            return {row[columns[0]]: row for row in reader}
    except csv.Error:
        pass
    raise outputs.Taken(path)


def csv_bytes(
    rows: Iterable[Mapping[str, str]], columns: Sequence[str] = COLUMNS
) -> bytes:
    """A table as a CSV file."""
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, columns, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode()


def write_picture(folder: str, name: str, png: bytes) -> None:
    """Writes a picture as folder/name; its folder is made if needed.

    Raises:
      UsageError: another file is there.
    """
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if outputs.is_taken(path):
        # The same flags draw the same bytes.
        if outputs.read_or_none(path) == png:
            return
        raise UsageError(
            f"{path} exists and is another picture; choose another --output, or other "
            "numbers by --first; masks depend on --size."
        )
    outputs.write(path, png)


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
