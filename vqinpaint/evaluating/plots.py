"""Plots of an evaluation: quality against diversity, and where a model is unsure."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from vqinpaint import outputs, shipped
from vqinpaint.errors import SetupError
from vqinpaint.files.json_files import read_json
from vqinpaint.pictures.sheets import holed

# The first pair of which there are figures is plotted: perceptual ones before pixels.
_PAIRS = (("lpips", "lpips_diversity_hole_pairs"), ("hole_l1", "hole_diversity"))
MOST_MAPS = 8  # pictures whose entropy is shown


class EntropyMaps:
    """Keeps the entropy of the first pictures, for a plot after the paper's Figure 9."""

    def __init__(self) -> None:
        self._kept: list[tuple[np.ndarray, np.ndarray]] = []

    def add(
        self, image: np.ndarray, mask: np.ndarray, views: Mapping[str, np.ndarray]
    ) -> None:
        """Takes in a picture.

        Args:
          image: uint8 [S, S, 3].
          mask: uint8 [S, S].
          views: `entropy` float [N, h, w], bits of a code given those before it, of each
            completion; models without codes have none.
        """
        if "entropy" in views and len(self._kept) < MOST_MAPS:
            self._kept.append((holed(image, mask), np.mean(views["entropy"], axis=0)))

    def __len__(self) -> int:
        """Number of pictures that are kept."""
        return len(self._kept)

    def values(self) -> dict[str, np.ndarray]:
        """What is kept, at least one picture, as arrays by name, for `extend`."""
        pictures, entropy = zip(*self._kept)
        return {"pictures": np.stack(pictures), "entropy": np.stack(entropy)}

    def extend(self, values: Mapping[str, np.ndarray]) -> None:
        """Adds the first of the pictures that another one gave as its `values`."""
        pairs = zip(values["pictures"], values["entropy"])
        self._kept = [*self._kept, *pairs][:MOST_MAPS]

    def plot(self) -> bytes | None:
        """A PNG: each holed picture above the mean entropy of its completions' codes."""
        if not self._kept:
            return None
        count = len(self._kept)
        figure = _figure(1.4 * count + 1.2, 3.2)
        axes = figure.subplots(2, count, squeeze=False)
        most = max(float(entropy.max()) for _, entropy in self._kept)
        for (picture, entropy), (above, below) in zip(self._kept, axes.T):
            above.imshow(picture)
            shown = below.imshow(entropy, vmin=0, vmax=max(most, 1e-6), cmap="magma")
            above.set_axis_off()
            below.set_axis_off()
        figure.colorbar(shown, ax=axes.ravel().tolist(), label="bits per code")
        return _png(figure)


def plot_temperatures(columns: Sequence[Mapping[str, Any]]) -> bytes:
    """A PNG of quality against diversity, a point for each temperature.

    Args:
      columns: as of `Measurement.column`, with `temperature` where there is one. Bars are
        intervals, if they were measured.
    """
    error, diversity = next(pair for pair in _PAIRS if pair[0] in columns[0])
    figure = _figure(5, 4)
    axes = figure.subplots()
    x, y = ([column[name] for column in columns] for name in (diversity, error))
    bars = [_bars(columns, name) for name in (diversity, error)]
    axes.errorbar(x, y, xerr=bars[0], yerr=bars[1], marker="o", capsize=2, lw=1)
    for column, place in zip(columns, zip(x, y)):
        if "temperature" in column:
            axes.annotate(
                *(f"T = {column['temperature']:g}", place),
                xytext=(6, 6),
                textcoords="offset points",
            )
    axes.set_xlabel(f"{diversity} (more is more diverse)")
    axes.set_ylabel(f"{error} (less is nearer to the truth)")
    return _png(figure)


def made(
    output: str,
    columns: Sequence[Mapping[str, Any]],
    maps: EntropyMaps | None = None,
) -> dict[str, bytes]:
    """The plots that there are, as PNG by the path where they go.

    Args:
      output: path of the JSON file.
      columns: as of `plot_temperatures`.
      maps: of a model.
    """
    drawn = plot_temperatures(columns), maps.plot() if maps else None
    return {path: data for path, data in zip(_paths(output), drawn) if data is not None}


def check(output: str) -> None:
    """Makes sure that plots can be made, and written beside the JSON file `output`.

    Raises:
      SetupError: matplotlib is missing.
      UsageError: a file is in their place that the JSON file does not name.
    """
    check_library()
    earlier = _earlier(output)
    for path in _paths(output):
        outputs.check_file(path, earlier.__contains__)


def outdated(output: str, drawn: Mapping[str, bytes]) -> list[str]:
    """Paths of earlier plots, which the JSON file `output` names, beside those drawn."""
    return [path for path in _earlier(output) if path not in drawn]


def check_library() -> None:
    """Raises SetupError unless matplotlib is installed."""
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        raise SetupError(
            "--plots needs matplotlib, which is not installed; "
            f"{shipped.install_command('plots')}."
        ) from None


def _earlier(output):
    """Paths of the plots that the JSON file names, if it is there."""
    told = read_json(output) if outputs.is_taken(output) else {}
    names = told.get("plots") if isinstance(told, dict) else None
    names = names if isinstance(names, list) else []
    return [path for path in _paths(output) if os.path.basename(path) in names]


def _paths(output):
    """Of both plots."""
    stem = os.path.splitext(output)[0]
    return f"{stem}_temperatures.png", f"{stem}_entropy.png"


def _bars(columns, name):
    """[2, columns] of how far intervals reach below and above, or None."""
    ends = [column.get("intervals", {}).get(name) for column in columns]
    if None in ends:
        return None
    values = np.array([column[name] for column in columns])
    low, high = np.array(ends).T
    return np.clip([values - low, high - values], 0, None)


def _figure(width, height):
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def _png(figure):
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=120)
    return buffer.getvalue()
