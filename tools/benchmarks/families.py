"""Two models of any families on the same creatures: how near, how different, how clear.

Both complete creatures that neither was trained on, with the same seeds. What the hole
truly hides is one draw of a known distribution, so the completions are read as well. A run
that has both textures may be named twice, as RUN:generator and RUN:codes.
"""

import collections
import functools
import os
import time

import numpy as np
from tqdm import tqdm

from benchmarks import common
from vqinpaint import creatures, families, metrics, outputs
from vqinpaint.cli import FLAGS, flags
from vqinpaint.errors import UsageError
from vqinpaint.options.request import TEXTURES, Request
from vqinpaint.pictures import png, sheets
from vqinpaint.reporting import SILENT

flags.DEFINE_string(
    "against", None, "Model to compare with, of any family; RUN:codes names a texture."
)

_SHOWN = 6  # creatures on the sheet
_EACH = 4  # completions of each model there


class _Figures:
    """Figures of one model over all creatures."""

    def __init__(self, shown, reader):
        self._metrics = (
            metrics.CreatureFaces(shown, reader),
            metrics.HoleL1(),
            metrics.HoleL1("hole_l1_best", np.min),
            metrics.HoleDiversity(),
        )
        self._seconds, self._scores = [], collections.defaultdict(list)

    def add(self, truth, mask, answer, seconds):
        for metric in self._metrics:
            metric.add(truth, mask, answer.pictures)
        self._seconds.append(seconds)
        for name, values in answer.scores.items():
            self._scores[name].extend(values)

    def result(self):
        found = {k: v for metric in self._metrics for k, v in metric.result().items()}
        scores = {name: float(np.mean(all_)) for name, all_ in self._scores.items()}
        return {**found, **scores, "seconds": float(np.median(self._seconds))}


def _row(truth, mask, completed):
    """A row of the sheet: the holed picture, the truth, then each model's completions."""
    parts = [sheets.holed(truth, mask), truth]
    gap = np.full([len(truth), 4, 3], 255, np.uint8)
    for pictures in completed:
        parts += [gap, *pictures[:_EACH]]
    return np.concatenate(parts, axis=1)


def _named(name):
    """(path, request) of a model that may end in :TEXTURE."""
    path, _, texture = name.rpartition(":")
    if texture not in TEXTURES or not path or os.path.exists(name):
        return name, Request()
    return path, Request(texture=texture)


def _opened(names):
    """{name: (engine, request)}; a run that is named twice is opened once."""
    asked = {name: _named(name) for name in names}
    paths = dict.fromkeys(path for path, _ in asked.values())
    engines = {path: families.open_engine(path) for path in paths}
    models = {name: (engines[path], request) for name, (path, request) in asked.items()}
    for engine, request in models.values():
        engine.check(request)
    return models


def benchmark():
    if not FLAGS.model or not FLAGS.against:
        raise UsageError("give --model and --against, a run folder or SavedModel each.")
    common.check_creatures()
    if FLAGS.model == FLAGS.against:
        raise UsageError("--model and --against are the same; give two models.")
    models = _opened((FLAGS.model, FLAGS.against))
    sides = {engine.side for engine, _ in models.values()}
    if len(sides) > 1:
        raise UsageError(
            f"the models complete pictures of {sorted(sides)}; give one side."
        )
    (side,) = sides
    shown = [common.creature(number) for number in range(FLAGS.creatures)]
    # A creature's reader keeps the faces that it has drawn, for both models.
    reader = functools.lru_cache(maxsize=1)(creatures.Reader)
    figures = {name: _Figures(shown, reader) for name in models}
    rows = []
    mask = creatures.holes.centre(side)
    for number, creature in enumerate(tqdm(shown, "creatures", unit="")):
        truth = creatures.draw(creature, side)
        seeds = range(number * FLAGS.batch, (number + 1) * FLAGS.batch)
        completed = []
        for name, (engine, request) in models.items():
            start = time.perf_counter()
            answer = engine.complete(truth, mask, seeds, request, SILENT)
            figures[name].add(truth, mask, answer, time.perf_counter() - start)
            completed.append(answer.pictures)
        if number < _SHOWN:
            rows.append(_row(truth, mask, completed))
    if FLAGS.sheet:
        outputs.write(FLAGS.sheet, png.encoded(np.concatenate(rows)), replace=True)
    found = {name: own.result() for name, own in figures.items()}
    names = dict.fromkeys(name for own in found.values() for name in own)
    width = 2 + max(10, *map(len, found))
    print(f"{'':>36}" + "".join(f"{name:>{width}}" for name in found))
    for name in names:
        values = "".join(
            f"{own.get(name, np.nan):{width}.4f}" for own in found.values()
        )
        print(f"{name:>36}{values}")
    return {
        "creatures": FLAGS.creatures,
        "samples": FLAGS.batch,
        "data_seed": FLAGS.data_seed,
        "models": found,
    }
