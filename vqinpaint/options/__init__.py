"""All sizes and settings as frozen dataclasses.

Wrong values raise `UsageError` when the object is made, so nothing starts with them.
"""

from vqinpaint.options.networks import (
    BottomOptions,
    ModelOptions,
    StructureOptions,
    TextureOptions,
    VQVAEOptions,
)
from vqinpaint.options.pic import PicModelOptions, PicOptions
from vqinpaint.options.training import DataOptions, LoopOptions, OptimizerOptions

__all__ = [
    "BottomOptions",
    "DataOptions",
    "LoopOptions",
    "ModelOptions",
    "OptimizerOptions",
    "PicModelOptions",
    "PicOptions",
    "StructureOptions",
    "TextureOptions",
    "VQVAEOptions",
]
