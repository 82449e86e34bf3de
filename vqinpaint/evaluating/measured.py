"""All that an evaluation measures, before figures are made of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np

from vqinpaint import metrics
from vqinpaint.evaluating import joining
from vqinpaint.evaluating.measurement import Measurement
from vqinpaint.evaluating.networks import Networks
from vqinpaint.evaluating.plots import EntropyMaps


@dataclasses.dataclass
class Measured:
    """The tables of an evaluation, or of some of its pictures.

    Attributes:
      columns: of completions, one for each temperature.
      networks: keep features for further evaluations.
      codes: of whole pictures under a model with structure codes.
      texture: bits of true texture codes under a model that draws them.
      maps: what a plot shows.
    """

    columns: list[Measurement]
    networks: Networks
    codes: metrics.CodeFigures = dataclasses.field(default_factory=metrics.CodeFigures)
    texture: metrics.Rows = dataclasses.field(default_factory=metrics.Rows)
    maps: EntropyMaps = dataclasses.field(default_factory=EntropyMaps)

    def values(self) -> dict[str, np.ndarray]:
        """Everything as arrays by name, for `extend`."""
        return joining.values_of(self._tables())

    def extend(self, values: Mapping[str, np.ndarray]) -> None:
        """Adds the `values` of the pictures that follow, measured elsewhere."""
        joining.extend(self._tables(), values)

    def _tables(self):
        tables: dict[str, joining.Table] = {
            f"column {number}": column for number, column in enumerate(self.columns)
        }
        tables |= {"codes": self.codes, "texture": self.texture, "maps": self.maps}
        kept = self.networks.kept()
        return tables if kept is None else {**tables, "features": kept}
