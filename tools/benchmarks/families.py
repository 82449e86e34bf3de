"""Two models of any families on the same creatures: how near, how different, how clear.

Both complete creatures that neither was trained on, with the same seeds. What the hole
truly hides is one draw of a known distribution, so the completions are read as well.
"""

import time

import numpy as np

from vqinpaint import creatures, families, metrics, outputs
from vqinpaint.cli import FLAGS, flags
from vqinpaint.errors import UsageError
from vqinpaint.options.request import Request
from vqinpaint.pictures import png, sheets
from vqinpaint.reporting import SILENT

flags.DEFINE_string("against", None, "Model to compare with, of any family.")
flags.DEFINE_integer("creatures", 50, "Creatures to complete.")
flags.DEFINE_string("sheet", None, "PNG to write, both models' completions in a row.")

_SHOWN = 6  # creatures on the sheet
_EACH = 4  # completions of each model there


def _combination(reading):
    """What a clear completion shows, as a key."""
    shown = (
        (name, value)
        for name, value in reading.hidden.items()
        if reading.readable[name]
    )
    return tuple(shown)


class _Figures:
    """Figures of one model over all creatures."""

    def __init__(self):
        self._metrics = (
            metrics.L1(),
            metrics.HoleL1(),
            metrics.HoleL1("hole_l1_best", np.min),
            metrics.HoleDiversity(),
        )
        self._clear, self._distinct, self._seconds = [], [], []

    def add(self, truth, mask, completions, reader, seconds):
        for metric in self._metrics:
            metric.add(truth, mask, completions)
        readings = [reader.read(picture) for picture in completions]
        clear = [reading for reading in readings if reading.clear]
        self._clear.append(len(clear) / len(readings))
        self._distinct.append(len({_combination(reading) for reading in clear}))
        self._seconds.append(seconds)

    def result(self):
        found = {k: v for metric in self._metrics for k, v in metric.result().items()}
        return {
            **{name: round(float(value), 4) for name, value in found.items()},
            "clear": round(float(np.mean(self._clear)), 4),
            "distinct": round(float(np.mean(self._distinct)), 2),
            "seconds": round(float(np.median(self._seconds)), 3),
        }


def _true_distinct(creature, number):
    """How many different faces as many exact draws show."""
    drawn = [
        creatures.sample_face(creature, FLAGS.first_seed, i) for i in range(number)
    ]
    return len(
        {tuple((n, getattr(face, n)) for n in creatures.seen(face)) for face in drawn}
    )


def _row(truth, mask, completed):
    """A row of the sheet: the holed picture, the truth, then each model's completions."""
    parts = [sheets.holed(truth, mask), truth]
    gap = np.full([len(truth), 4, 3], 255, np.uint8)
    for pictures in completed:
        parts += [gap, *pictures[:_EACH]]
    return np.concatenate(parts, axis=1)


def benchmark():
    if not FLAGS.model or not FLAGS.against:
        raise UsageError("give --model and --against, a run folder or SavedModel each.")
    engines = {
        path: families.open_engine(path) for path in (FLAGS.model, FLAGS.against)
    }
    sides = {engine.side for engine in engines.values()}
    if len(sides) > 1:
        raise UsageError(
            f"the models complete pictures of {sorted(sides)}; give one side."
        )
    (side,) = sides
    figures = {path: _Figures() for path in engines}
    rows, true = [], []
    mask = creatures.holes.centre(side)
    for index in range(FLAGS.creatures):
        creature = creatures.sample(FLAGS.first_seed, index)
        truth, reader = creatures.draw(creature, side), creatures.Reader(creature, side)
        completed = []
        for path, engine in engines.items():
            start = time.perf_counter()
            answer = engine.complete(truth, mask, range(FLAGS.batch), Request(), SILENT)
            spent = time.perf_counter() - start
            figures[path].add(truth, mask, answer.pictures, reader, spent)
            completed.append(answer.pictures)
        true.append(_true_distinct(creature, FLAGS.batch))
        if index < _SHOWN:
            rows.append(_row(truth, mask, completed))
    if FLAGS.sheet:
        outputs.write(FLAGS.sheet, png.encoded(np.concatenate(rows)), replace=True)
    found = {path: own.result() for path, own in figures.items()}
    for name in next(iter(found.values())):
        values = "  ".join(f"{own[name]:10.4f}" for own in found.values())
        print(f"{name:>20}  {values}")
    return {
        "creatures": FLAGS.creatures,
        "samples": FLAGS.batch,
        "distinct_true": round(float(np.mean(true)), 2),
        "models": found,
    }
