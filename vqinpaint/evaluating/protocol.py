"""What others need to repeat a measurement, and what it cannot say."""

from __future__ import annotations

import importlib.metadata
import platform
from typing import Any

import tensorflow as tf

from vqinpaint import __version__, shipped
from vqinpaint.evaluating.networks import Networks
from vqinpaint.metrics.discriminability import has_library
from vqinpaint.metrics.sets import FEWEST_FOR_FID, FEWEST_FOR_IDS
from vqinpaint.options import DataOptions
from vqinpaint.options.figures import FigureOptions

_LIBRARIES = ("numpy", "pillow", "scipy", "scikit-learn")


def protocol(side: int, data: DataOptions, networks: Networks) -> dict[str, Any]:
    """Facts for the JSON.

    Args:
      side: of the measured pictures in pixels.
      data: which holes there are.
      networks: that figures were measured by.
    """
    return {
        "image_size": side,
        "blended": True,  # known pixels are those of the truth
        "holes": {"mask": data.mask, "mask_dir": data.mask_dir, "seed": data.seed},
        "networks": networks.facts,
        "software": software(),
    }


def software() -> dict[str, str]:
    """Versions of what computes figures."""
    found = {
        "vqinpaint": __version__,
        "python": platform.python_version(),
        "tensorflow": tf.__version__,
        "machine": platform.machine(),
    }
    for name in _LIBRARIES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def warnings(pictures: int, options: FigureOptions) -> list[str]:
    """What so few pictures cannot tell, and what is left out, one sentence each."""
    found = []
    if options.inception and not has_library():
        found.append(
            "P-IDS and U-IDS are left out, as scikit-learn is not installed; "
            f"{shipped.install_command('metrics')}."
        )
    if options.inception and pictures < FEWEST_FOR_FID:
        found.append(
            f"FID of {pictures} pictures is too high, and comparable to that of as many "
            f"alone: Inception's covariance needs {FEWEST_FOR_FID} or more."
        )
    if options.inception and has_library() and pictures < FEWEST_FOR_IDS:
        found.append(
            f"P-IDS and U-IDS of {pictures} pictures say little: below {FEWEST_FOR_IDS} a "
            "hyperplane may part any two sets."
        )
    return found
