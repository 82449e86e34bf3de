"""Figures of a model on a TFRecord split: python -m vqinpaint.evaluate --model=M --data=D"""

from __future__ import annotations

import dataclasses
import math
import os
from typing import Any, Optional

from vqinpaint.cli import define, read, run_main

from vqinpaint.environment import quiet_tensorflow  # noqa: F401  # isort: skip  # after flagging

import numpy as np
import tensorflow as tf
from tqdm import tqdm

from vqinpaint import families, metrics, outputs
from vqinpaint.cli.console import Console
from vqinpaint.cli.printing import say
from vqinpaint.data import pipeline, records
from vqinpaint.errors import ModelError, UsageError
from vqinpaint.files.json_files import read_json
from vqinpaint.joined import calls
from vqinpaint.options import DataOptions
from vqinpaint.options.fields import option, require, require_choices
from vqinpaint.options.request import TEXTURES
from vqinpaint.runs import locating


@dataclasses.dataclass(frozen=True)
class EvaluateOptions:
    """What is measured, and on what; raises `UsageError` for values that cannot be."""

    model: str = option("", "SavedModel folder or run folder to measure (required).")
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
    verify_data: bool = option(
        True, "Compare each shard's SHA-256 with the manifest before measuring."
    )

    def __post_init__(self):
        require(self.model and self.data, "give --model and --data; see --help.")
        require(
            self.num_samples >= 1 and self.complete >= 0,
            "--num_samples must be at least 1, --complete at least 0.",
        )
        require(
            self.pictures >= 0,
            f"--pictures={self.pictures}: it must be at least 0, which stands for all.",
        )
        require_choices(self)
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


define(EvaluateOptions)
define(DataOptions)


def measure_codes(model: Any, batches: tf.data.Dataset) -> dict[str, float]:
    """Error of the VQ-VAE and what the prior knows: see `metrics.CodeFigures`.

    Args:
      model: has `reconstruct`, `bits` and `encode` of `joined.inpainter.Inpainter`.
      batches: of (image, mask) as of `pipeline.evaluation_batches`.

    Returns:
      Figures by name, and how many `pictures` they are of.
    """
    figures = metrics.CodeFigures()
    for image, mask in tqdm(batches, "codes", unit="batch"):
        with calls.failures_told():
            answers = (
                model.reconstruct(image)["reconstruction"],
                model.bits(image, mask),
                model.encode(image)["top"],
            )
        figures.add(image, *answers)
    return {"pictures": len(figures), **figures.result()}


def measure_texture(model: Any, batches: tf.data.Dataset) -> dict[str, float]:
    """Mean bits of a true texture code under the bottom prior.

    Args:
      model: has `texture_bits` of `joined.codes_inpainter.CodesInpainter`.
      batches: as of `measure_codes`.
    """
    bits = []
    for image, mask in tqdm(batches, "texture codes", unit="batch"):
        with calls.failures_told():
            bits.extend(np.mean(model.texture_bits(image, mask), axis=(1, 2)))
    return {"texture_bits_per_code": float(np.mean(bits))}


def completion_metrics() -> list[tuple[str, metrics.Metric]]:
    """The metrics in the order of the file, each with the view that it is given.

    Views are outputs of `calls.sample`: the completions, or their structures alone.
    """
    return [
        ("completed", metrics.L1()),
        ("completed", metrics.PSNR()),
        ("completed", metrics.SSIM()),
        ("completed", metrics.HoleL1()),
        ("completed", metrics.HoleL1("hole_l1_best", np.min)),
        ("structure", metrics.HoleL1("hole_l1_structure_alone")),
        ("completed", metrics.HoleDiversity()),
    ]


def measure_completions(
    model: Any, batches: tf.data.Dataset, number: int, temperature: float
) -> dict[str, float]:
    """Figures of all pictures, each completed with the seeds 0 to `number` - 1.

    Args:
      model: as of `calls.sample`.
      batches: of (image, mask) as of `pipeline.evaluation_batches`.
      number: completions of each picture.
      temperature: of all completions.

    Returns:
      The figures of `completion_metrics` by name.
    """
    chosen = completion_metrics()
    for image, mask in tqdm(batches.unbatch(), "completions", unit=""):
        image, mask = image.numpy(), mask.numpy()[..., 0]
        result = calls.sample(
            model, image, mask, range(number), temperature=temperature
        )
        for view, metric in chosen:
            metric.add(image, mask, result[view])
    return {
        name: value for _, metric in chosen for name, value in metric.result().items()
    }


def _is_evaluation(path: str) -> bool:
    """Whether a file holds figures of an earlier evaluation."""
    try:
        return {"model", "data", "split", "fingerprint"} <= read_json(path).keys()
    except (ModelError, AttributeError):
        return False


def _show(title: str, columns: list[dict]) -> None:
    """Prints a table: a line per figure, a column per dict."""
    say(title)
    for name in columns[0] if columns else ():
        values = " ".join(f"{column[name]:10.5g}" for column in columns)
        say(f"{name:>26} {values}")


def main() -> None:
    """Measures what the flags name, writes the JSON file and prints two tables."""
    options, data = read(EvaluateOptions), read(DataOptions)
    outputs.check_file(options.output, _is_evaluation)
    split = records.open_split(
        options.data, options.split, options.verify_data, Console()
    )
    location = locating.locate(options.model)
    family = families.family_of(options.model)
    model, sizes = family.load(options.model, **family.choice_of(options.texture))

    def batches(limit):
        return pipeline.evaluation_batches(split, sizes.image_size, data, limit)

    codes = measure_codes(model, batches(options.pictures))
    if calls.draws_texture(model):
        codes |= measure_texture(model, batches(options.pictures))
    completions = []
    for temperature in options.temperatures() if options.complete else ():
        figures = measure_completions(
            model, batches(options.complete), options.num_samples, temperature
        )
        setting = {
            "pictures": min(options.complete, len(split)),
            "num_samples": options.num_samples,
            "temperature": temperature,
        }
        completions.append({**setting, **figures})
    facts = {
        "model": options.model,
        "data": options.data,
        "split": options.split,
        "fingerprint": split.fingerprint,
        "mask": data.mask,
        "weights": locating.weights(location),
        **({"texture": "codes"} if calls.draws_texture(model) else {}),
    }
    measured = {"completions": completions} if completions else {}
    os.makedirs(os.path.dirname(options.output) or os.curdir, exist_ok=True)
    outputs.write_json(options.output, {**facts, **codes, **measured}, replace=True)
    _show("codes", [codes])
    _show("completions", completions)
    say(f"-> {options.output}")


def run() -> None:
    """Console entry."""
    run_main(main)


if __name__ == "__main__":
    run()
