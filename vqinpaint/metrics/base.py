"""The contract of a metric, and the table of values per picture that metrics keep."""

from __future__ import annotations

import abc
from collections.abc import Mapping
from typing import Callable, Protocol

import numpy as np


class Metric(Protocol):
    """One or several figures of completions against the truth.

    Pictures are added one by one, then the figures are asked for. Nothing is said about
    how a figure follows from the pictures, so a mean over pictures (`PerPicture`), a
    distance between two sets (FID, KID), and a classifier's error (P-IDS) all fit.

    - A further view that a model has of a picture, such as its structure alone, is
      measured by another instance under another name, with the view as completions.
    - A network that a metric needs (Inception for FID, VGG for LPIPS), or facts about the
      pictures (the attributes of drawn creatures, in the order in which the pictures
      will be added), are arguments of its constructor.
    - A metric that derives from `Rows` can be bootstrapped; see there.
    """

    def add(self, truth: np.ndarray, mask: np.ndarray, completions: np.ndarray) -> None:
        """Takes in all completions of one picture.

        Args:
          truth: uint8 [H, W, 3], the picture without a hole.
          mask: uint8 [H, W], over 127 where the picture is missing.
          completions: uint8 [N, H, W, 3], N of at least 1.

        Raises:
          ValueError: an array has another type or shape.
        """

    def result(self) -> dict[str, float]:
        """The figures by name, over all pictures added so far.

        Raises:
          ValueError: no picture has been added.
        """


class Rows:
    """A table with one row of values per picture, and the figures that follow from it.

    Rows are kept, and not only their sums, so that one pass over a data set gives both
    a figure and its uncertainty. A bootstrap draws pictures with replacement and
    summarises their rows again; with the same draws for two models it is a paired one.
    That holds for a metric over a whole set too: FID's rows are the features of
    each picture, [N, D], and its `summarise` is the Fréchet distance.

    A row says all that its figures need. So tables of parts of a set, extended one by
    the next in the order of the pictures, are the table of the whole set.

    Example:
      >>> import numpy as np
      >>> from vqinpaint.metrics import Rows
      >>> table = Rows()
      >>> for error in (1.0, 2.0, 6.0):
      ...     table.keep(error=error)
      >>> table.result()
      {'error': 3.0}
      >>> chosen = np.array([2, 0, 2])  # a bootstrap takes many, drawn at random
      >>> rows = {name: column[chosen] for name, column in table.values().items()}
      >>> round(table.summarise(rows)["error"], 3)
      4.333
      >>> table.extend({"error": np.array([3.0])})
      >>> table.result()
      {'error': 3.0}
    """

    def __init__(self) -> None:
        self._rows: list[dict] = []

    def __len__(self) -> int:
        """Number of pictures added so far."""
        return len(self._rows)

    def keep(self, **row: float | np.ndarray) -> None:
        """Adds the row of one picture; names and shapes are the same in all rows."""
        self._rows.append(row)

    def extend(self, values: Mapping[str, np.ndarray]) -> None:
        """Adds the rows of another table of the same kind, such as another process's.

        Args:
          values: columns as of `values` of that table.
        """
        columns = list(values.values())
        for row in zip(*columns):
            self.keep(**dict(zip(values, row)))

    def values(self) -> dict[str, np.ndarray]:
        """The columns by name, [pictures, ...] each, in the order of adding.

        Raises:
          ValueError: no picture has been added.
        """
        if not self._rows:
            raise ValueError(
                f"{type(self).__name__} has no picture yet; add one before the result."
            )
        return {
            name: np.stack([row[name] for row in self._rows]) for name in self._rows[0]
        }

    def summarise(self, values: Mapping[str, np.ndarray]) -> dict[str, float]:
        """The figures of some pictures: here the mean of each column.

        Args:
          values: columns as of `values`, or the same rows of each of them.
        """
        return {name: float(np.mean(column)) for name, column in values.items()}

    def result(self) -> dict[str, float]:
        """See `Metric.result`."""
        return self.summarise(self.values())


class PerPicture(Rows, abc.ABC):
    """A metric whose figures follow from values that each picture has by itself.

    By default the figures are means over pictures; override `summarise` otherwise.
    """

    @abc.abstractmethod
    def measure(
        self, truth: np.ndarray, mask: np.ndarray, completions: np.ndarray
    ) -> dict[str, float | np.ndarray]:
        """One picture's row: values by name. Arguments as of `Metric.add`."""

    def add(self, truth: np.ndarray, mask: np.ndarray, completions: np.ndarray) -> None:
        """See `Metric.add`."""
        arrays = np.asarray(truth), np.asarray(mask), np.asarray(completions)
        check_arrays(*arrays)
        self.keep(**self.measure(*arrays))


class PerCompletion(PerPicture):
    """A metric that gives each completion a value of its own.

    Args:
      name: name of the figure.
      reduce: function from the values [N] of a picture's completions to the picture's
        value: `np.mean`, or `np.min` (`np.max` where higher is better) for the best of N.
    """

    def __init__(
        self, name: str, reduce: Callable[[np.ndarray], float] = np.mean
    ) -> None:
        super().__init__()
        self.name = name
        self._reduce = reduce

    @abc.abstractmethod
    def measure_each(
        self, truth: np.ndarray, mask: np.ndarray, completions: np.ndarray
    ) -> np.ndarray:
        """float64 [N], a value per completion. Arguments as of `Metric.add`."""

    def measure(
        self, truth: np.ndarray, mask: np.ndarray, completions: np.ndarray
    ) -> dict[str, float | np.ndarray]:
        """See `PerPicture.measure`."""
        each = self.measure_each(truth, mask, completions)
        return {self.name: float(self._reduce(each))}


def check_arrays(truth: np.ndarray, mask: np.ndarray, completions: np.ndarray) -> None:
    """Raises ValueError unless types and shapes are those of `Metric.add`."""
    shape = truth.shape
    fits = (
        len(shape) == 3
        and shape[2] == 3
        and mask.shape == shape[:2]
        and completions.ndim == 4
        and completions.shape[1:] == shape
        and len(completions) > 0
        and {truth.dtype, mask.dtype, completions.dtype} == {np.dtype(np.uint8)}
    )
    if not fits:
        came = ", ".join(
            f"{name} {array.dtype} {list(array.shape)}"
            for name, array in (
                ("truth", truth),
                ("mask", mask),
                ("completions", completions),
            )
        )
        raise ValueError(
            f"a metric was given {came}; give it uint8 [H, W, 3], uint8 [H, W] and uint8 "
            "[N, H, W, 3] with the same H and W and at least one completion."
        )
