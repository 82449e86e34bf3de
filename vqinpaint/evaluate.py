"""Figures of a model on a TFRecord split: python -m vqinpaint.evaluate --model=M --data=D"""

from __future__ import annotations

import os
from typing import Any

from vqinpaint.cli import define, read, run_main

from vqinpaint.environment import quiet_tensorflow  # noqa: F401  # isort: skip  # after flagging

import numpy as np
import tensorflow as tf
from tqdm import tqdm

from vqinpaint import families, metrics, outputs
from vqinpaint.cli.console import Console
from vqinpaint.cli.printing import say
from vqinpaint.data import pipeline, records
from vqinpaint.data.names import stems_of
from vqinpaint.errors import ModelError
from vqinpaint.evaluating import plots
from vqinpaint.evaluating.completions_folder import CompletionsFolder
from vqinpaint.evaluating.measurement import Measurement
from vqinpaint.evaluating.networks import Networks
from vqinpaint.evaluating.protocol import protocol, warnings
from vqinpaint.evaluating.tables import lines
from vqinpaint.files.json_files import read_json
from vqinpaint.joined import calls
from vqinpaint.options import DataOptions
from vqinpaint.options.evaluation import EvaluateOptions
from vqinpaint.options.figures import FigureOptions
from vqinpaint.runs import locating

define(EvaluateOptions)
define(DataOptions)
define(FigureOptions)


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


def completion_metrics(has_codes: bool) -> list[tuple[str, metrics.Metric]]:
    """The metrics in the order of the file, each with the view that it is given.

    Views are outputs of `Family.sample`: the completions, or their structures alone,
    which only models with codes have.
    """
    chosen: list[tuple[str, metrics.Metric]] = [
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


def measure_completions(
    family: families.Family,
    model: Any,
    batches: tf.data.Dataset,
    number: int,
    temperature: float,
    networks: Networks | None = None,
    intervals: bool = True,
    reinpaint: bool = False,
    maps: plots.EntropyMaps | None = None,
) -> dict[str, Any]:
    """Figures of all pictures, each completed with the seeds 0 to `number` - 1.

    Args:
      family: of the model.
      model: from its `load`.
      batches: of (image, mask) as of `pipeline.evaluation_batches`.
      number: completions of each picture.
      temperature: of all completions.
      networks: of further figures.
      intervals: whether to measure intervals.
      reinpaint: whether to measure `metrics.Reinpainting` as well.
      maps: keeps what a plot shows.

    Returns:
      `Measurement.column` of `completion_metrics` and those of the networks.
    """
    chosen = completion_metrics(family.has_codes)

    def again(image, mask):
        answer = family.sample(model, image, mask, [0], temperature=temperature)
        return answer["completed"][0]

    if reinpaint:
        chosen.append(("completed", metrics.Reinpainting(again)))
    measurement = Measurement(chosen, networks)
    for image, mask in tqdm(batches.unbatch(), "completions", unit=""):
        image, mask = image.numpy(), mask.numpy()[..., 0]
        result = family.sample(
            model, image, mask, range(number), temperature=temperature
        )
        measurement.add(image, mask, result)
        if maps is not None:
            maps.add(image, mask, result)
    return measurement.column(intervals)


def _is_evaluation(path: str) -> bool:
    """Whether a file holds figures of an earlier evaluation."""
    try:
        return {"model", "data", "split", "fingerprint"} <= read_json(path).keys()
    except (ModelError, AttributeError):
        return False


def _measure_model(
    options: EvaluateOptions,
    data: DataOptions,
    split: records.Split,
    networks: Networks,
    wanted: FigureOptions,
) -> tuple[dict, dict, list[dict]]:
    """(facts, figures of codes, a column of figures for each temperature)"""
    location = locating.locate(options.model)
    family = families.family_of(options.model)
    model, sizes = family.load(options.model, **family.choice_of(options.texture))

    def batches(limit):
        return pipeline.evaluation_batches(split, sizes.image_size, data, limit)

    codes: dict[str, float] = {}
    if family.has_codes:
        codes = measure_codes(model, batches(options.pictures))
        if calls.draws_texture(model):
            codes |= measure_texture(model, batches(options.pictures))
    completions: list[dict] = []
    maps = plots.EntropyMaps()
    for temperature in options.temperatures() if options.complete else ():
        figures = measure_completions(
            *(family, model, batches(options.complete), options.num_samples),
            *(temperature, networks, wanted.intervals, options.reinpaint),
            None if completions else maps,  # of the first temperature
        )
        setting = {
            "pictures": min(options.complete, len(split)),
            "num_samples": options.num_samples,
            "temperature": temperature,
        }
        completions.append({**setting, **figures})
    facts: dict[str, Any] = {
        "weights": locating.weights(location),
        **({"texture": "codes"} if calls.draws_texture(model) else {}),
        "protocol": protocol(sizes.image_size, options.num_samples, data, networks),
    }
    if wanted.plots and completions:
        facts["plots"] = plots.made(options.output, completions, maps)
    return facts, codes, completions


def _measure_folder(
    options: EvaluateOptions,
    data: DataOptions,
    split: records.Split,
    networks: Networks,
    wanted: FigureOptions,
) -> tuple[dict, dict, list[dict]]:
    """As `_measure_model`, of a folder of completions."""
    count = min(options.complete, len(split))
    stems = stems_of(split, count)
    folder = CompletionsFolder(options.completions, stems, options.num_samples)
    batches = pipeline.evaluation_batches(split, folder.side, data, count)
    chosen = completion_metrics(has_codes=False)
    measurement = Measurement(chosen, networks)
    pictures = tqdm(batches.unbatch(), "completions", unit="", total=count)
    for number, (image, mask) in enumerate(pictures):
        truth, hole = image.numpy(), mask.numpy()[..., 0]
        completed = folder.blended(number, truth, hole)
        measurement.add(truth, hole, {"completed": completed})
    setting = {"pictures": count, "num_samples": folder.number}
    facts: dict[str, Any] = {
        "completions_folder": options.completions,
        "protocol": protocol(folder.side, folder.number, data, networks),
    }
    completions = [{**setting, **measurement.column(wanted.intervals)}]
    if wanted.plots:
        facts["plots"] = plots.made(options.output, completions)
    return facts, {}, completions


def main() -> None:
    """Measures what the flags name, writes the JSON file and prints two tables."""
    options, data, wanted = (
        read(EvaluateOptions),
        read(DataOptions),
        read(FigureOptions),
    )
    outputs.check_file(options.output, _is_evaluation)
    if wanted.plots:
        plots.check(options.output)
    split = records.open_split(
        options.data, options.split, options.verify_data, Console()
    )
    networks = Networks(wanted)
    told = warnings(min(options.complete, len(split)), wanted)
    for text in told if options.complete else ():
        Console().note(f"warning: {text}")
    measure = _measure_folder if options.completions else _measure_model
    own, codes, completions = measure(options, data, split, networks, wanted)
    networks.save()
    drawn = own.pop("plots", {})
    own |= {"plots": [os.path.basename(path) for path in drawn]} if drawn else {}
    facts = {
        "model": options.model,
        "data": options.data,
        "split": options.split,
        "fingerprint": split.fingerprint,
        "mask": data.mask,
        **own,
        "warnings": told,
    }
    measured = {"completions": completions} if completions else {}
    os.makedirs(os.path.dirname(options.output) or os.curdir, exist_ok=True)
    outputs.write_json(options.output, {**facts, **codes, **measured}, replace=True)
    for path, png in drawn.items():
        outputs.write(path, png, replace=True)
    for title, columns in (("codes", [codes]), ("completions", completions)):
        if columns and columns[0]:
            say(title)
            for line in lines(columns):
                say(line)
    say(f"-> {options.output}")


def run() -> None:
    """Console entry."""
    run_main(main)


if __name__ == "__main__":
    run()
