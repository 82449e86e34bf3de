"""Columns of figures as lines for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any


def lines(columns: Sequence[dict[str, Any]]) -> Iterator[str]:
    """A line for each figure, in the order of the first column.

    Args:
      columns: as of `Measurement.column`; intervals follow their figures in brackets,
        other dicts are left out.
    """
    for name, first in columns[0].items():
        if not isinstance(first, dict):
            values = " ".join(_shown(column, name) for column in columns)
            yield f"{name:>32} {values}".rstrip()


def _shown(column, name):
    value = f"{column[name]:10.5g}"
    if "intervals" not in column:
        return value
    ends = column["intervals"].get(name)
    told = f"[{ends[0]:.4g}, {ends[1]:.4g}]" if ends else ""
    return f"{value} {told:22}"
