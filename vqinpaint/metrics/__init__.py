"""Figures of completions against the truth: NumPy arrays in, floats by name out.

A metric knows no model, no data set and no file; see `base.Metric` for the contract and
for how to add one.
"""

from vqinpaint.metrics.base import Metric, PerCompletion, PerPicture, Rows
from vqinpaint.metrics.codes import CodeFigures
from vqinpaint.metrics.coverage import PosteriorCoverage
from vqinpaint.metrics.creature_faces import CreatureFaces
from vqinpaint.metrics.creature_recovery import CreatureRecovery
from vqinpaint.metrics.diversity import HoleDiversity
from vqinpaint.metrics.perceptual import PerceptualFigures
from vqinpaint.metrics.pixels import L1, PSNR, HoleL1
from vqinpaint.metrics.reinpainting import Reinpainting
from vqinpaint.metrics.sets import SetFigures
from vqinpaint.metrics.similarity import SSIM

__all__ = [
    "L1",
    "PSNR",
    "SSIM",
    "CodeFigures",
    "CreatureFaces",
    "CreatureRecovery",
    "HoleDiversity",
    "HoleL1",
    "Metric",
    "PerCompletion",
    "PerPicture",
    "PerceptualFigures",
    "PosteriorCoverage",
    "Reinpainting",
    "Rows",
    "SetFigures",
]
