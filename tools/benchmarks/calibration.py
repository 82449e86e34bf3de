"""Completions of drawn faces against the true conditional distribution of what is hidden.

The sample data set's attributes come from known tables, so the truth is known where real
pictures have one completion each. A hole hides one attribute wholly; each completion is
read as the value whose drawing it is closest to.
"""

import math
import random

import numpy as np
from sample_faces import HAT, HOLES, TABLES, draw_attributes, draw_hole, draw_picture
from tqdm import tqdm

from vqinpaint import families
from vqinpaint.cli import FLAGS, flags
from vqinpaint.errors import UsageError
from vqinpaint.options.request import Request
from vqinpaint.pictures.masks import is_missing
from vqinpaint.reporting import SILENT

flags.DEFINE_integer("faces", 100, "Faces per attribute.")
flags.DEFINE_list("temperatures", ["0.5", "0.8", "1", "1.2"], "To draw at.")
flags.DEFINE_integer("first_seed", 1000, "Of the faces; not those of the data set.")


def truth(attribute, face):
    """Probability of every value given what can be seen."""
    return HAT[face["colour"]] if attribute == "hat" else TABLES[attribute]


def templates(attribute, face, size):
    """float32 [values, size, size, 3]: the face with every value of the attribute."""
    values = truth(attribute, face)
    drawn = [draw_picture({**face, attribute: value}, size) for value in values]
    return np.stack([np.asarray(picture, np.float32) for picture in drawn])


def read(completed, wanted, hole):
    """Which value each completion shows.

    Args:
      completed: uint8 [N, S, S, 3].
      wanted: from `templates`.
      hole: bool [S, S].

    Returns:
      (int [N] values, bool [N] whether it shows none of them: it is further from the
      nearest than that is, half-way, from the next drawing).
    """

    def distance(a, b):
        return np.sqrt(((a[hole] - b[hole]) ** 2).mean())

    to_each = np.array(
        [[distance(c, t) for t in wanted] for c in completed.astype("f")]
    )
    nearest = to_each.argmin(axis=1)
    between = np.array([[distance(a, b) for b in wanted] for a in wanted])
    np.fill_diagonal(between, np.inf)
    return nearest, to_each.min(axis=1) > between.min(axis=1)[nearest] / 2


def _chance(tables, samples, trials=200):
    """Total variation that drawing from the truth itself would show, on average."""
    generator = np.random.default_rng(0)
    expected = sum(np.array(table) for table in tables) * samples / len(tables)
    found = []
    for _ in range(trials):
        drawn = sum(generator.multinomial(samples, table) for table in tables)
        shares = drawn / drawn.sum()
        found.append(0.5 * np.abs(shares - expected / expected.sum()).sum())
    return float(np.mean(found))


def _measure(engine, attribute, temperature):
    size, request = engine.side, Request(temperature=float(temperature))
    generator = random.Random(FLAGS.first_seed)
    mask = np.asarray(draw_hole(attribute, size))
    hole = is_missing(mask)
    tables, counts, impossible = [], 0, 0
    for number in tqdm(
        range(FLAGS.faces), f"{attribute} at {temperature}", leave=False
    ):
        face = draw_attributes(generator)
        image = np.asarray(draw_picture(face, size))
        seeds = list(range(number * FLAGS.batch, (number + 1) * FLAGS.batch))
        holed = np.where(hole[..., None], np.uint8(0), image)
        completed = engine.complete(holed, mask, seeds, request, SILENT).pictures
        table = list(truth(attribute, face).values())
        values, odd = read(completed, templates(attribute, face, size), hole)
        tables.append(table)
        counts = counts + np.bincount(values, minlength=len(table))
        impossible += odd.sum()
    wanted = np.mean(tables, axis=0)
    shares = counts / counts.sum()
    return {
        "wanted": dict(zip(truth(attribute, face), wanted.round(3).tolist())),
        "found": dict(zip(truth(attribute, face), shares.round(3).tolist())),
        "total_variation": float(0.5 * np.abs(shares - wanted).sum()),
        "by_chance": _chance(tables, FLAGS.batch),
        "impossible": float(impossible / counts.sum()),
        "standard_error": math.sqrt(0.25 / counts.sum()),
    }


def benchmark():
    """--batch is the number of completions per face, --model the model to ask."""
    if not FLAGS.model:
        raise UsageError("give --model of a model trained on the sample data set.")
    engine = families.open_engine(FLAGS.model)
    found = {}
    print(f"{FLAGS.faces} faces, {FLAGS.batch} completions each")
    print(
        f"{'attribute':10}{'temperature':>12}{'total variation':>17}{'by chance':>11}",
        end="",
    )
    print(f"{'impossible':>12}  found (true)")
    for attribute in HOLES:
        for temperature in FLAGS.temperatures:
            row = _measure(engine, attribute, temperature)
            found[f"{attribute} {temperature}"] = row
            values = ", ".join(
                f"{name} {share:.2f} ({row['wanted'][name]:.2f})"
                for name, share in row["found"].items()
            )
            print(
                f"{attribute:10}{temperature:>12}{row['total_variation']:17.3f}"
                f"{row['by_chance']:11.3f}{row['impossible']:12.1%}  {values}"
            )
    return {**found}
