"""Completions of drawn creatures against the exact distribution of what is hidden.

The sample data set's attributes come from a known table, so that the true completions of
a hole are known where other pictures have one each. Each completion is read as the
creature that it is nearest to. The table of errors compares with fillings of other
libraries, for which it needs the development extra.
"""

import functools
import math
from typing import NamedTuple

import numpy as np
import tensorflow as tf
from tqdm import tqdm

from benchmarks import calibration_tables, classical, common
from vqinpaint import creatures, families, metrics, outputs
from vqinpaint.cli import FLAGS, flags
from vqinpaint.errors import UsageError
from vqinpaint.ops import masks
from vqinpaint.options.request import Request
from vqinpaint.pictures import png, sheets
from vqinpaint.pictures.masks import is_missing
from vqinpaint.reporting import SILENT

flags.DEFINE_list("temperatures", ["1", "0.7"], "Temperatures to draw at.")
flags.DEFINE_string(
    "holes",
    "centre",
    "What is hidden: centre, strokes (as in training with --mask=random), or one "
    f"attribute of {', '.join(creatures.HIDDEN)}.",
)
flags.DEFINE_bool(
    "classical", True, "Whether to fill the same holes by OpenCV and scikit-image too."
)

_SHOWN = 8  # rows of the sheet
_COLUMNS = 6


class Case(NamedTuple):
    """One creature with a hole."""

    creature: creatures.Creature
    image: np.ndarray  # uint8 [S, S, 3], without a hole
    mask: np.ndarray  # uint8 [S, S], 255 where missing

    @property
    def holed(self):
        """What a model or a filling is given."""
        return np.where(is_missing(self.mask)[..., None], np.uint8(0), self.image)


def case(number, side):
    """The `Case` of that number, for pictures of that side."""
    creature = common.creature(number)
    if FLAGS.holes == "centre":
        mask = creatures.holes.centre(side)
    elif FLAGS.holes == "strokes":
        draws = masks.draws(tf.constant([FLAGS.data_seed, number]))
        drawn = masks.strokes(side, draws[None])[0, ..., 0].numpy()
        mask = np.where(drawn, np.uint8(255), np.uint8(0))
    else:
        mask = creatures.holes.for_attribute(FLAGS.holes, side)
    return Case(creature, creatures.draw(creature, side), mask)


def error_metrics(number):
    """The metrics of a column of the table of errors, for that many completions."""
    best = [metrics.HoleL1("hole_l1_best", np.min)] if number > 1 else []
    return [metrics.HoleL1(), *best, metrics.PSNR(), metrics.SSIM()]


class Calibration:
    """All figures of a model; `measure` takes in one case after another.

    Args:
      engine: completes, encodes and renders.
      model: the same model, with `reconstruct` and `bits`.
      temperatures: to draw at.
      shown: creatures of all cases, in their order.
    """

    def __init__(self, engine, model, temperatures, shown):
        self._engine, self._model = engine, model
        # A creature's reader keeps the faces that it has drawn, for all temperatures.
        reader = functools.lru_cache(maxsize=1)(creatures.Reader)
        self._temperatures = temperatures
        self._faces = {
            temperature: metrics.CreatureFaces(shown, reader)
            for temperature in temperatures
        }
        self._recovered = {
            name: metrics.CreatureRecovery(shown, reader)
            for name in ("VQ-VAE", "true structure")
        }
        self._fillings = classical.fillings() if FLAGS.classical else {}
        self._errors = {
            **{f"temperature {t:g}": error_metrics(FLAGS.batch) for t in temperatures},
            "true structure": error_metrics(1),
            "VQ-VAE": error_metrics(1),
            **{name: error_metrics(1) for name in self._fillings},
        }
        self._bits = metrics.Rows()
        self._rows = []  # of the sheet

    def measure(self, number, case):
        """Takes in one case; `number` tells its seeds from those of others."""
        seeds = list(range(number * FLAGS.batch, (number + 1) * FLAGS.batch))
        for temperature in self._temperatures:
            request = Request(temperature=temperature)
            completions = self._engine.complete(
                case.holed, case.mask, seeds, request, SILENT
            ).pictures
            self._add(f"temperature {temperature:g}", case, completions)
            self._faces[temperature].add(case.image, case.mask, completions)
            if temperature == self._temperatures[0] and number < _SHOWN:
                self._rows.append(_sheet_row(case, completions))
        self._recover(case)
        for name, fill in self._fillings.items():
            self._add(name, case, fill(case.holed, case.mask)[None])

    def _recover(self, case):
        """Figures of the true codes: what they cost and what is left of the picture."""
        codes = self._engine.encode(case.image)
        filled = self._engine.render(case.holed, case.mask, codes).pictures
        image, mask = (tf.constant(a[None]) for a in (case.image, case.mask[..., None]))
        whole = self._model.reconstruct(image)["reconstruction"].numpy()
        for name, pictures in (("VQ-VAE", whole), ("true structure", filled)):
            self._recovered[name].add(case.image, case.mask, pictures)
            self._add(name, case, pictures)
        bits = self._model.bits(image, mask)[0].numpy().astype(float)
        cell = len(case.mask) // len(bits)
        cells = is_missing(case.mask).reshape(len(bits), cell, len(bits), cell)
        inside = cells.any(axis=(1, 3))
        self._bits.keep(
            hole_bits=bits[inside].sum(),
            hole_codes=float(inside.sum()),
            all_bits=bits.sum(),
        )

    def _add(self, name, case, completions):
        for metric in self._errors[name]:
            metric.add(case.image, case.mask, completions)

    def sheet(self):
        """uint8 [h, w, 3]: holes, completions, and as many true alternatives."""
        columns = min(FLAGS.batch, _COLUMNS)
        completed = [f"completion {i + 1}" for i in range(columns)]
        heads = ["given", *completed, *["a true one"] * columns]
        return sheets.grid(self._rows, heads=heads)

    def result(self):
        """All figures, as nested dicts."""
        errors = {}
        for name, chosen in self._errors.items():
            figures = [metric.result() for metric in chosen]
            errors[name] = {k: v for each in figures for k, v in each.items()}
        return {
            "faces": {f"{t:g}": m.result() for t, m in self._faces.items()},
            "codes": self._bits.result(),
            "recovered": {name: m.result() for name, m in self._recovered.items()},
            "errors": errors,
        }


def _sheet_row(case, completions):
    columns = min(len(completions), _COLUMNS)
    truth = creatures.alternatives(case.creature, case.mask, columns, FLAGS.data_seed)
    body = creatures.Body(case.creature, len(case.image))
    shown = [sheets.holed(case.image, case.mask), None, *completions[:columns], None]
    return [*shown, *(body.draw(other) for other in truth)]


def _temperatures():
    try:
        values = [float(text) for text in FLAGS.temperatures]
    except ValueError:
        values = []
    if not values or not all(0 <= value < math.inf for value in values):
        raise UsageError(
            f"--temperatures={','.join(FLAGS.temperatures)}: numbers, 0 or more, with "
            "commas between them."
        )
    return list(dict.fromkeys(values))


def _check_flags():
    if not FLAGS.model:
        raise UsageError("give --model of a model trained on the sample data set.")
    common.check_creatures()
    if FLAGS.holes not in ("centre", "strokes", *creatures.HIDDEN):
        raise UsageError(
            f"--holes={FLAGS.holes}: centre, strokes, or one of "
            f"{', '.join(creatures.HIDDEN)}."
        )


def benchmark():
    """--batch is the number of completions per creature, --model the model to ask."""
    _check_flags()
    temperatures = _temperatures()
    numbers = range(FLAGS.creatures)
    shown = [common.creature(number) for number in numbers]
    engine = families.open_engine(FLAGS.model)
    model, _ = families.family_of(FLAGS.model).load(FLAGS.model)
    calibration = Calibration(engine, model, temperatures, shown)
    for number in tqdm(numbers, "creatures", unit=""):
        calibration.measure(number, case(number, engine.side))
    result = calibration.result()
    print(f"{FLAGS.creatures} creatures, {FLAGS.batch} completions each, {FLAGS.holes}")
    calibration_tables.show(result, FLAGS.holes == "centre")
    if FLAGS.sheet:
        outputs.write(FLAGS.sheet, png.encoded(calibration.sheet()), replace=True)
        print(f"-> {FLAGS.sheet}")
    setting = {"creatures": FLAGS.creatures, "batch": FLAGS.batch, "holes": FLAGS.holes}
    return {**setting, "data_seed": FLAGS.data_seed, **result}
