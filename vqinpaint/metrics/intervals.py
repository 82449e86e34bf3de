"""How far figures would move with other pictures of the same kind."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from vqinpaint.metrics.base import Rows

_SHARE = 0.95
_WIDTH = 1.959964  # standard errors on each side of the middle for that share


def bootstrap(
    table: Rows, draws: int = 1000, seed: int = 0
) -> dict[str, tuple[float, float]]:
    """Interval of 95 % for each figure, by drawing pictures with replacement.

    The percentile bootstrap of Efron 1979, for figures that are functions of values that
    each picture has by itself. Two tables of the same pictures get the same draws.

    Args:
      table: of at least one picture.
      draws: how often pictures are drawn.
      seed: of the draws.

    Returns:
      {name: (low, high)}, of the figures that are finite in all draws.

    Raises:
      ValueError: the table is empty.
    """
    values = table.values()
    draw = np.random.default_rng(seed)
    count = len(table)
    found = [
        table.summarise(_chosen(values, draw.integers(0, count, count)))
        for _ in range(draws)
    ]
    ends = (1 - _SHARE) / 2, (1 + _SHARE) / 2
    columns = {name: [figures[name] for figures in found] for name in found[0]}
    return {
        name: _ends(np.quantile(column, ends))
        for name, column in columns.items()
        if np.isfinite(column).all()
    }


def jackknife(
    table: Rows, groups: int = 10, seed: int = 0
) -> dict[str, tuple[float, float]]:
    """Interval of 95 % for each figure, by leaving out one group of pictures at a time.

    The delete-a-group jackknife, for figures of whole sets: a set with repeated pictures,
    as bootstrapping draws it, has another covariance and other neighbours. The standard
    error is that of Kott 2001 ("The delete-a-group jackknife"), the interval normal.

    Args:
      table: of at least one picture.
      groups: how many there are, at most as many as pictures; as often all figures are
        computed again.
      seed: decides who is in which group.

    Returns:
      {name: (low, high)}, of the figures that the smaller sets have too; empty for
      fewer than three pictures.

    Raises:
      ValueError: the table is empty.
    """
    values, count = table.values(), len(table)
    groups = min(groups, count)
    if count < 3:
        return {}
    group = np.random.default_rng(seed).permutation(count) % groups
    whole = table.summarise(values)
    parts = [
        table.summarise(_chosen(values, np.flatnonzero(group != g)))
        for g in range(groups)
    ]
    found = {}
    for name in whole:
        if all(name in part for part in parts):
            column = np.array([part[name] for part in parts])
            squares = np.square(column - column.mean()).sum()
            error = np.sqrt((groups - 1) / groups * squares)
            found[name] = _ends(whole[name] + np.array([-_WIDTH, _WIDTH]) * error)
    return found


def _chosen(values: Mapping[str, np.ndarray], rows):
    return {name: column[rows] for name, column in values.items()}


def _ends(pair):
    low, high = pair
    return float(low), float(high)
