"""What can be measured, whether by one process or by many."""

from __future__ import annotations

import dataclasses
from typing import Any, NamedTuple, Protocol

import numpy as np

from vqinpaint import metrics
from vqinpaint.evaluating.measured import Measured
from vqinpaint.evaluating.networks import Networks
from vqinpaint.options import DataOptions
from vqinpaint.options.evaluation import EvaluateOptions
from vqinpaint.options.figures import FigureOptions
from vqinpaint.reporting import SILENT, Reporter


@dataclasses.dataclass(frozen=True)
class Wanted:
    """All options of an evaluation, which every process that takes part is given."""

    options: EvaluateOptions
    data: DataOptions
    figures: FigureOptions


class Outcome(NamedTuple):
    """What becomes of all tables.

    Attributes:
      facts: about what was measured, for the JSON.
      codes: figures of whole pictures; empty where there are no codes.
      columns: figures of completions, one dict for each temperature.
    """

    facts: dict[str, Any]
    codes: dict[str, float]
    columns: list[dict[str, Any]]


class Subject(Protocol):
    """A model, or a folder of completions, on the pictures of a split.

    Its pictures can be measured in parts, each into tables of its own. A part begins at a
    multiple of `step`, so that pictures are in the same batches, whose last digits may
    depend on which are together; then tables that are joined in the order of the parts
    give the figures of one pass.
    """

    def check(self) -> None:
        """Raises a UserError for what can be known before the work."""

    def work(self) -> dict[str, int]:
        """How many pictures there are of each kind of work."""

    def step(self, kind: str) -> int:
        """Number of pictures of which a part of that kind of work is a multiple."""

    def empty(self, networks: Networks) -> Measured:
        """New tables, with the metrics of these networks."""

    def measure(
        self,
        kind: str,
        first: int,
        count: int,
        measured: Measured,
        reporter: Reporter = SILENT,
    ) -> None:
        """Measures some pictures.

        Args:
          kind: of work.
          first: number of the first picture.
          count: of pictures.
          measured: what is added to.
          reporter: told of progress.

        Raises:
          UserError: a picture cannot be measured.
        """

    def outcome(self, measured: Measured) -> Outcome:
        """The figures of all pictures."""


def completion_metrics(has_codes: bool) -> list[tuple[str, metrics.PerPicture]]:
    """The metrics in the order of the file, each with the view that it is given.

    Views are outputs of `Family.sample`: the completions, or their structures alone,
    which only models with codes have.
    """
    chosen: list[tuple[str, metrics.PerPicture]] = [
        ("completed", metrics.L1()),
        ("completed", metrics.PSNR()),
        ("completed", metrics.SSIM()),
        ("completed", metrics.HoleL1()),
        ("completed", metrics.HoleL1("hole_l1_best", np.min)),
        ("structure", metrics.HoleL1("hole_l1_structure_alone")),
        ("completed", metrics.HoleDiversity()),
        ("completed", metrics.PosteriorCoverage()),
    ]
    return [pair for pair in chosen if has_codes or pair[0] != "structure"]
