"""All figures of some pictures, their intervals, and the same by the size of the hole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from vqinpaint import metrics
from vqinpaint.evaluating import joining
from vqinpaint.evaluating.networks import Networks
from vqinpaint.metrics.intervals import bootstrap, jackknife
from vqinpaint.pictures.masks import is_missing

# Published tables part holes by the share of the picture that is missing, in percent.
_PARTS = ((0, 20), (20, 40), (40, 60), (60, 100))
AT_ONCE = 16  # pictures that networks see at a time


class Measurement:
    """Gives pictures to several metrics and makes a column of a table of what they say.

    Args:
      chosen: metrics in the order of the table, each with the view that it is given.
      networks: of further metrics, which are given the view `completed`.
    """

    def __init__(
        self,
        chosen: Sequence[tuple[str, metrics.PerPicture]],
        networks: Networks | None = None,
    ) -> None:
        self._networks = networks or Networks()
        self._chosen = [
            *chosen,
            *(("completed", metric) for metric in self._networks.metrics()),
        ]
        self._waiting: list[tuple] = []
        self._shares: list[float] = []

    def add(
        self, truth: np.ndarray, mask: np.ndarray, views: Mapping[str, np.ndarray]
    ) -> None:
        """Takes in one picture.

        Args:
          truth, mask: as of `Metric.add`.
          views: completions, and other pictures of as many, by name.
        """
        self._waiting.append((truth, mask, views))
        if len(self._waiting) >= AT_ONCE:
            self._measure()

    def __len__(self) -> int:
        """Number of pictures added so far."""
        return len(self._shares) + len(self._waiting)

    def values(self) -> dict[str, np.ndarray]:
        """The rows of all metrics as arrays by name, for `extend`.

        Raises:
          ValueError: no picture has been added.
        """
        self._measure()
        found = {"shares": np.array(self._shares)}
        for number, (_, metric) in enumerate(self._chosen):
            found |= joining.named(str(number), metric.values())
        return found

    def extend(self, values: Mapping[str, np.ndarray]) -> None:
        """Adds the pictures of another measurement of the same metrics.

        Pictures are seen `AT_ONCE` at a time, whose last digits may depend on which ones
        are together. So parts that begin at multiples of it give the digits of one pass.

        Args:
          values: as of `values` of that measurement.
        """
        self._measure()
        self._shares.extend(values["shares"].tolist())
        for number, (_, metric) in enumerate(self._chosen):
            metric.extend(joining.of(str(number), values))

    def column(self, intervals: bool = True) -> dict[str, Any]:
        """The figures by name, and further dicts of them.

        Args:
          intervals: whether to add `intervals`, {name: [low, high]} of 95 %.

        Returns:
          Figures; `missing_share`, the least, mean and largest; and if holes are of
          several parts of 0-20-40-60-100 %, `by_missing_share` with the figures and the
          number of pictures of each part.

        Raises:
          ValueError: no picture has been added.
        """
        self._measure()
        shares = np.array(self._shares)
        tables = [metric for _, metric in self._chosen]
        column: dict[str, Any] = {}
        for table in tables:
            column |= table.result()
        column["missing_share"] = {
            "least": float(shares.min()),
            "mean": float(shares.mean()),
            "largest": float(shares.max()),
        }
        if intervals:
            column["intervals"] = {
                name: list(ends)
                for table in tables
                for name, ends in _interval(table).items()
            }
        parts = {
            f"{low}-{high}": np.flatnonzero(_within(shares, low, high))
            for low, high in _PARTS
        }
        parts = {name: rows for name, rows in parts.items() if rows.size}
        if len(parts) > 1:
            column["by_missing_share"] = {
                name: _part(tables, rows) for name, rows in parts.items()
            }
        return column

    def _measure(self):
        if not self._waiting:
            return
        truths, _, views = zip(*self._waiting)
        firsts = [view["completed"][0] for view in views]
        if len({truth.shape for truth in truths}) == 1:
            self._networks.prepare(np.stack(truths), np.stack(firsts))
        for truth, mask, view in self._waiting:
            for name, metric in self._chosen:
                metric.add(truth, mask, view[name])
            self._shares.append(float(is_missing(mask).mean()))
        self._waiting.clear()


def _interval(table):
    if isinstance(table, metrics.PosteriorCoverage):
        return {}  # the largest of gaps grows when pictures are drawn again
    if isinstance(table, metrics.SetFigures):
        return jackknife(table)
    return bootstrap(table)


def _within(shares, low, high):
    percent = 100 * shares
    return (percent >= low) & ((percent < high) | (high == 100))


def _part(tables, rows):
    """Figures of some pictures."""
    figures: dict[str, Any] = {"pictures": len(rows)}
    for table in tables:
        values = {name: column[rows] for name, column in table.values().items()}
        figures |= table.summarise(values)
    return figures
