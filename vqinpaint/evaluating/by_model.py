"""Measuring a model: its codes, and what it makes of pictures with holes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from vqinpaint import families, metrics
from vqinpaint.data import pipeline
from vqinpaint.data.records import Split
from vqinpaint.evaluating import plots
from vqinpaint.evaluating.measured import Measured
from vqinpaint.evaluating.measurement import AT_ONCE, Measurement
from vqinpaint.evaluating.networks import Networks
from vqinpaint.evaluating.protocol import protocol
from vqinpaint.evaluating.subject import Outcome, Wanted, completion_metrics
from vqinpaint.joined import calls
from vqinpaint.reporting import SILENT, Reporter
from vqinpaint.runs import locating

_CODES, _COMPLETIONS = "codes", "completions"


class OfModel:
    """See `subject.Subject`.

    Args:
      wanted: options, which name the model.
      split: the records.

    Raises:
      ModelError: the model cannot be loaded.
      UsageError: there is no such choice of texture.
    """

    def __init__(self, wanted: Wanted, split: Split) -> None:
        self._wanted, self._split, options = wanted, split, wanted.options
        self._family = families.family_of(options.model)
        choice = self._family.choice_of(options.texture)
        self._model, sizes = self._family.load(options.model, **choice)
        self._side = sizes.image_size

    def check(self) -> None:
        """See `Subject.check`."""

    def work(self) -> dict[str, int]:
        """See `Subject.work`: `codes` of whole pictures, and `completions`."""
        options, most = self._wanted.options, len(self._split)
        codes = min(options.pictures or most, most) if self._family.has_codes else 0
        return {_CODES: codes, _COMPLETIONS: min(options.complete, most)}

    def step(self, kind: str) -> int:
        """See `Subject.step`."""
        batch = self._wanted.data.batch_size
        return batch if kind == _CODES else math.lcm(batch, AT_ONCE)

    def empty(self, networks: Networks) -> Measured:
        """See `Subject.empty`."""
        columns = [
            Measurement(self._metrics(temperature), networks)
            for temperature in self._wanted.options.temperatures()
        ]
        return Measured(columns, networks)

    def measure(
        self,
        kind: str,
        first: int,
        count: int,
        measured: Measured,
        reporter: Reporter = SILENT,
    ) -> None:
        """See `Subject.measure`."""
        measure = self._codes if kind == _CODES else self._completions
        measure(first, count, measured, reporter)

    def outcome(self, measured: Measured) -> Outcome:
        """See `Subject.outcome`."""
        wanted, columns = self._wanted, []
        codes: dict[str, float] = {}
        if len(measured.codes):
            codes = {"pictures": len(measured.codes), **measured.codes.result()}
        if len(measured.texture):
            codes |= measured.texture.result()
        number = wanted.options.num_samples
        for column, temperature in zip(measured.columns, wanted.options.temperatures()):
            if len(column):
                setting = {
                    "pictures": len(column),
                    "num_samples": number,
                    "temperature": temperature,
                }
                columns.append({**setting, **column.column(wanted.figures.intervals)})
        location = locating.locate(wanted.options.model)
        facts: dict[str, Any] = {
            "weights": locating.weights(location),
            **({"texture": "codes"} if calls.draws_texture(self._model) else {}),
            "protocol": {
                **protocol(self._side, wanted.data, measured.networks),
                "seeds": f"{number} from {number} * (number of the picture, from 0) on",
            },
        }
        return Outcome(facts, codes, columns)

    def _batches(self, first, count):
        data = self._wanted.data
        return pipeline.evaluation_batches(self._split, self._side, data, count, first)

    def _codes(self, first, count, measured, reporter):
        """Error of the VQ-VAE, and what the priors know of true codes."""
        model, total = self._model, math.ceil(count / self._wanted.data.batch_size)
        batches = self._batches(first, count)
        for image, mask in reporter.each("batches of codes", batches, total):
            with calls.failures_told():
                answers = (
                    model.reconstruct(image)["reconstruction"],
                    model.bits(image, mask),
                    model.encode(image)["top"],
                )
                bits = ()
                if calls.draws_texture(model):
                    bits = np.mean(model.texture_bits(image, mask), axis=(1, 2))
            measured.codes.add(image, *answers)
            for mean in bits:
                measured.texture.keep(texture_bits_per_code=mean)

    def _completions(self, first, count, measured, reporter):
        """Completes each picture with seeds of its own, the same at every temperature.

        With the same seeds for all pictures, completions of different pictures would not
        be independent draws, as figures of sets and of coverage take them to be.
        """
        number = self._wanted.options.num_samples
        temperatures = self._wanted.options.temperatures()
        for column, temperature in zip(measured.columns, temperatures):
            detail = f"T = {temperature:g}" if len(temperatures) > 1 else ""
            pictures = self._batches(first, count).unbatch()
            pictures = reporter.each(_COMPLETIONS, pictures, count, detail)
            for place, (image, mask) in enumerate(pictures, start=first):
                image, mask = image.numpy(), mask.numpy()[..., 0]
                seeds = range(place * number, (place + 1) * number)
                views = self._sample(image, mask, seeds, temperature)
                column.add(image, mask, views)
                shown = column is measured.columns[0] and place < plots.MOST_MAPS
                if shown and self._wanted.figures.plots:
                    measured.maps.add(image, mask, views)

    def _metrics(self, temperature):
        def again(image, mask):
            return self._sample(image, mask, [0], temperature)["completed"][0]

        chosen = completion_metrics(self._family.has_codes)
        if self._wanted.options.reinpaint:
            chosen.append(("completed", metrics.Reinpainting(again)))
        return chosen

    def _sample(self, image, mask, seeds, temperature):
        return self._family.sample(
            self._model, image, mask, seeds, temperature=temperature
        )
