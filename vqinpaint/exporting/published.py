"""What of an evaluation goes out with a model that others are given."""

from __future__ import annotations

import os
from typing import Any

# Keys of the JSON of `vqinpaint.evaluate` whose values are paths, at any depth.
_PATHS = ("model", "data", "completions_folder", "mask_dir")


def without_folders(figures: Any) -> Any:
    """Figures whose paths are names alone: where they lay says who measured, and where.

    Args:
      figures: content of the JSON of `vqinpaint.evaluate`, or a part of it.

    Example:
      >>> from vqinpaint.exporting.published import without_folders
      >>> without_folders({"model": "/home/me/runs/cats/", "holes": {"mask_dir": ""}})
      {'model': 'cats', 'holes': {'mask_dir': ''}}
    """
    if isinstance(figures, list):
        return [without_folders(value) for value in figures]
    if not isinstance(figures, dict):
        return figures
    return {
        key: _name(value)
        if key in _PATHS and isinstance(value, str)
        else without_folders(value)
        for key, value in figures.items()
    }


def _name(path):
    # Paths of either kind of system, as figures may come from another machine.
    return os.path.basename(path.replace("\\", "/").rstrip("/"))
