"""Diverse image inpainting with a hierarchical VQ-VAE, in TensorFlow 2 / Keras.

Two lines complete a picture:

  model = vqinpaint.load("saved_models/demo")
  result = model.complete(image, mask, num_samples=4, seed=0)

TensorFlow is imported when `load` is first asked for, not before.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

__version__ = "0.2.0"
__all__ = ["Model", "Reporter", "Request", "Result", "__version__", "load"]

if TYPE_CHECKING:
    from vqinpaint.api import Model, load
    from vqinpaint.completing.result import Result
    from vqinpaint.options.request import Request
    from vqinpaint.reporting import Reporter

_WHERE = {
    "load": "vqinpaint.api",
    "Model": "vqinpaint.api",
    "Result": "vqinpaint.completing.result",
    "Request": "vqinpaint.options.request",
    "Reporter": "vqinpaint.reporting",
}


def __getattr__(name: str):
    if name not in _WHERE:
        raise AttributeError(f"module 'vqinpaint' has no attribute '{name}'")
    if _WHERE[name] == "vqinpaint.api":
        # Before TensorFlow starts, which ends the process without a word where it cannot
        # run, and prints warnings that only alarm people.
        importlib.import_module("vqinpaint.environment.machine").prepare()
    return getattr(importlib.import_module(_WHERE[name]), name)


def __dir__():
    return sorted(__all__)
