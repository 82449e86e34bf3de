"""What is measured, and on what."""

from __future__ import annotations

import dataclasses
import math
from typing import Optional

from vqinpaint.errors import UsageError
from vqinpaint.options.fields import option, require, require_choices
from vqinpaint.options.request import TEXTURES


@dataclasses.dataclass(frozen=True)
class EvaluateOptions:
    """What is measured, and on what; raises `UsageError` for values that cannot be."""

    model: str = option("", "SavedModel folder or run folder to measure.")
    completions: str = option(
        "",
        "Folder of completions by another program, to measure in place of a model: "
        "cat_00.png, cat_01.png and so on for the picture cat of the data set.",
    )
    data: str = option(
        "", "Folder of TFRecords with their manifests to measure on (required)."
    )
    split: str = option("val", "Name of the split to measure on.")
    output: str = option("metrics.json", "JSON file to write the figures to.")
    pictures: int = option(
        500,
        "Number of pictures, from the first of the split, on which the VQ-VAE's error "
        "and the bits per code are measured; 0 stands for all.",
    )
    complete: int = option(
        50,
        "Number of pictures, from the first of the split, that are completed; 0 completes "
        "none.",
    )
    num_samples: int = option(
        4, "Number of completions of each picture that is completed."
    )
    temperature: str = option(
        "1",
        "Temperature of the completions, or several with commas between them, such as "
        "0.5,0.8,1, each of which gives figures of its own.",
    )
    texture: Optional[str] = option(
        None,
        "What fills the holes of completions: generator or codes; see vqinpaint.inpaint. "
        "With codes the true texture codes are measured too.",
        choices=TEXTURES,
    )
    reinpaint: bool = option(
        False,
        "Complete each first completion, and each true picture, with another hole as "
        "well, and measure how well that leads back to it.",
    )
    verify_data: bool = option(
        True, "Compare each shard's SHA-256 with the manifest before measuring."
    )

    def __post_init__(self):
        require(
            bool(self.model) != bool(self.completions) and self.data,
            "give --model and --data, or --completions and --data; see --help.",
        )
        require(
            not self.completions or self.complete >= 1,
            "--complete=0 leaves nothing of --completions to measure; give 1 or more.",
        )
        require(
            self.num_samples >= 1 and self.complete >= 0,
            "--num_samples must be at least 1, --complete at least 0.",
        )
        require(
            self.pictures >= 0,
            f"--pictures={self.pictures}: it must be at least 0, which stands for all.",
        )
        require_choices(self)
        require(
            not (self.reinpaint and self.completions),
            "--reinpaint needs a model; other programs' completions are files.",
        )
        self.temperatures()

    def temperatures(self) -> list[float]:
        """The temperatures as numbers."""
        try:
            temperatures = [float(value) for value in self.temperature.split(",")]
        except ValueError:
            temperatures = []
        if not temperatures or not all(0 <= t < math.inf for t in temperatures):
            raise UsageError(
                f"--temperature={self.temperature}: numbers, 0 or more, with commas "
                "between them."
            )
        return temperatures
