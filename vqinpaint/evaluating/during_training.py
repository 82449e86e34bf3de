"""Figures of the whole model, measured now and then while one of its stages is trained."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from vqinpaint.errors import UsageError
from vqinpaint.evaluating import plots
from vqinpaint.files.json_files import read_json
from vqinpaint.options import DataOptions, LoopOptions
from vqinpaint.reporting import Reporter
from vqinpaint.runs import folders
from vqinpaint.training.loop import Evaluation

# Diversity against quality is a curve, so there must be several.
TEMPERATURES = (0.5, 0.75, 1.0)
# Seconds between two looks at whether a signal came meanwhile.
_PATIENCE = 0.2
# Options of training alone: an evaluation crops by the centre, and sees no other holes.
_OF_TRAINING = ("batch_size", "flip", "turn", "full_holes", "data_service")


# What else of a model must be trained before it can be evaluated.
_BESIDE = {
    "structure": ("texture",),
    "texture": ("structure",),
    "bottom": ("structure",),
    "pic": (),
}


def planned(
    options: LoopOptions,
    run_dir: str,
    stage: str,
    records: str,
    split: str,
    data: DataOptions,
    reporter: Reporter,
) -> Evaluations | None:
    """The `Evaluations` that `options.evaluate_every` asks for; None if it is 0.

    Raises:
      UsageError: the stage is one without which there is no model, or there is no split.
      ModelError: another stage that the model needs is not trained yet.
      SetupError: the plots' library is missing.
    """
    if not options.evaluate_every:
        return None
    if stage not in _BESIDE:
        raise UsageError(
            f"--evaluate_every: while {stage} is trained there is no whole model, as all "
            "else is built upon it; drop the option."
        )
    if not split:
        raise UsageError("--evaluate_every needs a split to evaluate on: --eval_split.")
    for name in _BESIDE[stage]:
        folders.latest_checkpoint(run_dir, name)
    plots.check_library()
    return Evaluations(
        *(run_dir, folders.stage_folder(run_dir, stage), records, split),
        *(options.evaluate_pictures, data, reporter),
        texture="codes" if stage == "bottom" else None,
    )


class Evaluations:
    """Runs `vqinpaint.evaluate` on a run folder whose stage was just saved.

    In a process of its own: it traces the whole model every time, and TensorFlow keeps the
    memory of every graph that a process made.

    Args:
      run_dir: with all stages of the model.
      folder: of the stage; step-N.json and plots go into its folder evaluations.
      records: folder of TFRecords.
      split: name of the split to evaluate on.
      pictures: number of pictures of each evaluation.
      data: kind of the holes.
      reporter: told of an evaluation that failed; training goes on.
      texture: what fills the holes, as of `EvaluateOptions`.
    """

    def __init__(
        self,
        run_dir: str,
        folder: str,
        records: str,
        split: str,
        pictures: int,
        data: DataOptions,
        reporter: Reporter,
        texture: str | None = None,
    ):
        self._folder = os.path.join(folder, "evaluations")
        self._reporter = reporter
        self._command = [
            *(sys.executable, "-m", "vqinpaint.evaluate", "--plots", "--noverify_data"),
            f"--model={run_dir}",
            f"--data={records}",
            f"--split={split}",
            f"--pictures={pictures}",
            f"--complete={pictures}",
            f"--temperature={','.join(map(str, TEMPERATURES))}",
            *_changed(data),
            *([f"--texture={texture}"] if texture else []),
        ]

    def __call__(self, step: int, stopped: Callable[[], bool]) -> Evaluation | None:
        """Evaluates the newest checkpoints.

        Args:
          step: number of steps taken, for names.
          stopped: whether to give up, asked several times a second.

        Returns:
          What was found; None if it was given up, or failed.
        """
        os.makedirs(self._folder, exist_ok=True)
        path = os.path.join(self._folder, f"step-{step}.json")
        process = subprocess.Popen(
            [*self._command, f"--output={path}"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Ctrl-C is for training to act upon
        )
        told = self._watched(process, stopped)
        if told is None:
            return None
        if process.returncode:
            last = (told.strip().splitlines() or ["nothing was told"])[-1]
            self._reporter.note(f"no evaluation after step {step}: {last}")
            return None
        return _found(path)

    @staticmethod
    def _watched(process, stopped):
        """What the process wrote to stderr; None if it was ended before."""
        while True:
            try:
                return process.communicate(timeout=_PATIENCE)[1]
            except subprocess.TimeoutExpired:
                if stopped():
                    process.kill()
                    process.communicate()
                    return None


def _changed(data):
    """Flags of what is not as by default."""
    return [
        f"--{field.name}={getattr(data, field.name)}"
        for field in dataclasses.fields(data)
        if field.name not in _OF_TRAINING and getattr(data, field.name) != field.default
    ]


def _found(path):
    measured: dict[str, Any] = dict(read_json(path))
    columns = measured.pop("completions", [])
    figures = _numbers(measured)
    for column in columns:
        setting = f"at temperature {column['temperature']:g}"
        found = _numbers(column)
        for name in ("pictures", "num_samples", "temperature"):
            found.pop(name)
        figures |= {f"{name} {setting}": value for name, value in found.items()}
    figures.pop("pictures", None)
    folder, plots = os.path.dirname(path), {}
    for name in measured["plots"]:
        shown = os.path.splitext(name)[0].rpartition("_")[2]
        with open(os.path.join(folder, name), "rb") as image:
            plots[shown] = image.read()
    return Evaluation(figures, plots)


def _numbers(values):
    return {
        name: float(value)
        for name, value in values.items()
        if isinstance(value, (int, float)) and not isinstance(value, bool)
    }
