"""Whether a picture made from a creature's codes still shows what the creature does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Callable

import numpy as np

from vqinpaint import creatures
from vqinpaint.creatures import Creature, Reader
from vqinpaint.metrics.base import Rows, check_arrays

NAMES = tuple(creatures.HIDDEN)


class CreatureRecovery(Rows):
    """Share of attributes that are read as they truly are.

    For reconstructions, or completions that were given the true structure; a completion
    with a structure of its own need not show what the truth does. What the mask hides
    wholly and the true picture shows is counted, whether or not the completion is clear.

    The figures: `recovered`, over all attributes; `recovered_ATTRIBUTE`, of each; and
    `recovered_clear`, the share of clear completions (`creatures.Reading.clear`).

    Args:
      shown: creatures of the pictures that will be added, in that order.
      reader: as of `CreatureFaces`.

    Example:
      >>> import numpy as np
      >>> from vqinpaint import creatures
      >>> from vqinpaint.metrics import CreatureRecovery
      >>> creature = creatures.sample(seed=0, index=4)
      >>> metric = CreatureRecovery([creature])
      >>> truth, mask = creatures.draw(creature, 64), creatures.holes.centre(64)
      >>> metric.add(truth, mask, truth[None])
      >>> metric.result()["recovered"]
      1.0
    """

    def __init__(
        self,
        shown: Sequence[Creature],
        reader: Callable[[Creature, int], Reader] = Reader,
    ) -> None:
        super().__init__()
        self._shown, self._reader = shown, reader

    def add(self, truth: np.ndarray, mask: np.ndarray, completions: np.ndarray) -> None:
        """See `base.Metric.add`; the next picture is of the next creature."""
        truth, mask, completions = map(np.asarray, (truth, mask, completions))
        check_arrays(truth, mask, completions)
        creature = self._shown[len(self)]
        counted = {*creatures.holes.hidden_by(mask)} & {*creatures.seen(creature)}
        reader = self._reader(creature, len(mask))
        readings = [reader.read(picture) for picture in completions]
        right = [
            [
                float(_right(reading, name, creature)) if name in counted else np.nan
                for name in NAMES
            ]
            for reading in readings
        ]
        clear = np.array([float(reading.clear) for reading in readings])
        self.keep(right=np.array(right), clear=clear)

    def summarise(self, values: Mapping[str, np.ndarray]) -> dict[str, float]:
        """See `base.Rows.summarise`; an attribute that is never counted is left out."""
        right = values["right"]  # [pictures, N, attributes]
        counted = ~np.isnan(right)
        figures = {"recovered_clear": float(values["clear"].mean())}
        if counted.any():
            figures["recovered"] = float(right[counted].mean())
        for i, name in enumerate(NAMES):
            if counted[..., i].any():
                share = right[..., i][counted[..., i]].mean()
                figures[f"recovered_{name}"] = float(share)
        return figures


def _right(reading, name, creature):
    return reading.readable[name] and reading.hidden[name] == getattr(creature, name)
