"""Completing a list of pictures as an Apache Beam pipeline, on as many workers as it has.

Every worker needs this package and must see the model, the pictures and the folder of the
results under the same paths.
"""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Iterable, Sequence
from typing import Any, Callable, Optional

import apache_beam as beam
from apache_beam.ml.inference.base import (
    KeyedModelHandler,
    ModelHandler,
    RunInference,
)
from apache_beam.options.pipeline_options import PipelineOptions

from vqinpaint import outputs
from vqinpaint.completing.engine import Engine
from vqinpaint.completing.folder import Summary, prepare
from vqinpaint.completing.task import Task
from vqinpaint.environment import pipelines
from vqinpaint.errors import UserError
from vqinpaint.reporting import SILENT, Reporter

# From the path of a model and the name of a sampler (or None) to its engine.
OpenEngine = Callable[[str, Optional[str]], Engine]
_ANSWERS = "outcomes.json"


class Completer(ModelHandler):
    """Completes pictures by an engine, which each process opens once.

    Its examples are (path of a picture, path of its mask) as bytes, its predictions the
    outcome as JSON in bytes: "was_done", None where the picture failed, and "notes".

    Nothing of a picture that cannot be completed is raised, as runners do work again that
    failed. What is done already, by an attempt that was lost or by a faster worker that was
    given the same picture, is left alone.

    Args:
      open_engine: a function of a module, as it goes to workers by its name.
      model, sampler: its arguments.
      task: what is wanted of every picture.
    """

    def __init__(
        self, open_engine: OpenEngine, model: str, sampler: str | None, task: Task
    ):
        super().__init__()
        self._model, self._task = (open_engine, model, sampler), task

    def load_model(self) -> Engine:
        """The engine of this process."""
        return _opened(*self._model)

    def run_inference(
        self,
        batch: Sequence[tuple[bytes, bytes]],
        model: Engine,
        inference_args: dict[str, Any] | None = None,
    ) -> Iterable[bytes]:
        """See the class."""
        del inference_args
        for paths in batch:
            image, mask = map(os.fsdecode, paths)
            yield json.dumps(_outcome(image, mask, model, self._task)).encode()

    def batch_elements_kwargs(self) -> dict[str, int]:
        """A picture is a batch of its own: that of its samples."""
        return {"max_batch_size": 1}


class _Notes(Reporter):
    """Keeps the notes that it is told."""

    def __init__(self):
        self.told = []

    def note(self, text):
        self.told.append(text)


def complete_list(
    pairs: Sequence[tuple[str, str]],
    open_engine: OpenEngine,
    model: str,
    sampler: str | None,
    task: Task,
    options: Sequence[str] = (),
    reporter: Reporter = SILENT,
) -> Summary:
    """Completes pictures and writes what comes out, as `folder.complete_folder` does.

    Args:
      pairs: from `folder.find_pairs`.
      open_engine, model, sampler, task: see `Completer`.
      options: of the pipeline, as on a command line; by default it runs in this process.
      reporter: told in the end of what people may want to know of each picture.

    Raises:
      UsageError: the engine cannot answer the request, two pictures would write the same
        files, or the pipeline failed.
      ModelError: the model cannot be opened.
      DiskError: nothing can be written to the folder.
    """
    prepare(pairs, _opened(open_engine, model, sampler), task)
    summary = Summary(task.output, task.request.kept)
    if not pairs:
        return summary
    handler = Completer(open_engine, model, sampler, task)
    with outputs.new_folder(task.output) as temporary:
        path = os.path.join(temporary, _ANSWERS)
        try:
            _run(pairs, handler, path, options)
        except Exception as error:
            advice = "what is done stays, and the same command goes on"
            raise pipelines.failed(error, advice) from error
        with open(path, "rb") as file:
            outcomes = json.load(file)
    for image, _ in pairs:
        outcome = outcomes[os.fsencode(image).hex()]
        for note in outcome["notes"]:
            reporter.note(note)
        if outcome["was_done"] is None:
            summary.failed.append(image)
        else:
            summary.add(image, outcome["was_done"], task)
    return summary


def _run(pairs, handler, path, options):
    """Runs the pipeline, which writes the outcomes by picture into one JSON file."""
    elements = []
    for pair in pairs:
        # Beam's coders take no text of names that are not UTF-8.
        image, mask = map(os.fsencode, pair)
        elements.append((image, (image, mask)))
    with beam.Pipeline(options=PipelineOptions(list(options))) as pipeline:
        (
            pipeline
            | "name" >> beam.Create(elements)
            | "spread" >> beam.Reshuffle()
            | "complete" >> RunInference(KeyedModelHandler(handler))
            | "gather" >> beam.combiners.ToList()
            | "tell" >> beam.Map(_write_outcomes, path)
        )


def _write_outcomes(outcomes, path):
    told = {image.hex(): json.loads(outcome) for image, outcome in outcomes}
    outputs.write_json(path, told, replace=True)


def _outcome(image, mask, engine, task):
    notes = _Notes()
    try:
        was_done = task.complete(image, mask, engine, notes)
    except UserError as error:
        was_done = None
        notes.note(f"error: {error}")
    return {"was_done": was_done, "notes": notes.told}


@functools.lru_cache(maxsize=1)
def _opened(open_engine: OpenEngine, model: str, sampler: str | None) -> Engine:
    """The engine, opened once also where the pipeline runs in the process that asks."""
    return open_engine(model, sampler)
