"""Tables as arrays by name, so that parts of a set are joined after they were measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np


class Table(Protocol):
    """Something that grows with every picture, and by what another of its kind holds.

    Tables of consecutive parts of a set, extended one by the next, hold what one table
    of the whole set does.
    """

    def __len__(self) -> int:
        """0 while it is empty."""

    def values(self) -> dict[str, np.ndarray]:
        """All that it holds as arrays by name, none of them of Python's objects."""

    def extend(self, values: Mapping[str, np.ndarray]) -> None:
        """Adds the `values` of another one."""


def named(name: str, values: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The arrays under names that begin with `name`."""
    return {f"{name}/{own}": array for own, array in values.items()}


def of(name: str, values: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Those of several tables' arrays that `named` put under `name`."""
    begin = f"{name}/"
    return {
        own[len(begin) :]: array
        for own, array in values.items()
        if own.startswith(begin)
    }


def values_of(tables: Mapping[str, Table]) -> dict[str, np.ndarray]:
    """The arrays of several tables; those of an empty one are left out."""
    found: dict[str, np.ndarray] = {}
    for name, table in tables.items():
        if len(table):
            found |= named(name, table.values())
    return found


def extend(tables: Mapping[str, Table], values: Mapping[str, np.ndarray]) -> None:
    """Adds to each table its own of the arrays that `values_of` other tables gave."""
    for name, table in tables.items():
        own = of(name, values)
        if own:
            table.extend(own)
