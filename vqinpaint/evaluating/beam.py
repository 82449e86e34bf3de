"""Measuring a large set as an Apache Beam pipeline, on as many workers as it has.

Every worker needs this package and must see the model or the completions, the data set,
the files of networks and the folder of the results under the same paths.
"""

from __future__ import annotations

import contextlib
import io
import os
import threading
from collections.abc import Sequence
from typing import NamedTuple

import apache_beam as beam
import numpy as np
from apache_beam.options.pipeline_options import PipelineOptions

from vqinpaint import errors, outputs
from vqinpaint.environment import pipelines
from vqinpaint.errors import UsageError, UserError
from vqinpaint.evaluating.measured import Measured
from vqinpaint.evaluating.opening import opened
from vqinpaint.evaluating.subject import Subject, Wanted
from vqinpaint.files.json_files import read_json
from vqinpaint.reporting import SILENT, Reporter

_LEAST = 32  # pictures of a part at least
_PATIENCE = 1  # second between two looks at what is done
# Names in the folder between workers and command: of the tables of a part, and of the
# folder for what could not be measured.
_DONE, _FAILED = ".npz", "failed"
_SAME_PATH = "all workers must see the folder of --output under the same path"


class Part(NamedTuple):
    """Some pictures, which one worker measures.

    Attributes:
      number: of the part.
      kind: of the work, see `Subject.work`.
      first: number of the first picture.
      pictures: how many there are.
    """

    number: int
    kind: str
    first: int
    pictures: int


def parts_of(subject: Subject, least: int = _LEAST) -> list[Part]:
    """The parts in the order in which their tables are joined.

    Args:
      subject: what is measured.
      least: number of pictures of each part but the last; more where a step is longer.
    """
    found: list[Part] = []
    for kind, total in subject.work().items():
        step = subject.step(kind)
        size = step * -(-least // step)
        for first in range(0, total, size):
            pictures = min(size, total - first)
            found.append(Part(len(found), kind, first, pictures))
    return found


def measured(
    wanted: Wanted,
    options: Sequence[str] = (),
    reporter: Reporter = SILENT,
    least: int = _LEAST,
) -> Measured:
    """Measures all pictures, with the figures that `Opened.measured` gives.

    What workers measure goes through a hidden folder beside the JSON file, and is gone
    afterwards. The first picture that cannot be measured ends the work.

    Args:
      wanted: options of the evaluation.
      options: of the pipeline, as on a command line; by default it runs in this process.
      reporter: told how many pictures are done.
      least: see `parts_of`.

    Raises:
      UserError: that of the worker that met one.
      UsageError: the pipeline failed.
    """
    _, networks, subject = opened(wanted)
    parts, joined = parts_of(subject, least), subject.empty(networks)
    folder = os.path.dirname(os.path.abspath(wanted.options.output))
    with outputs.new_folder(folder) as temporary:
        os.mkdir(os.path.join(temporary, _FAILED))
        try:
            _run_in_thread(parts, wanted, temporary, options, reporter)
        except Exception as error:
            _raise_told(temporary)
            advice = "mend that, and start the same command again"
            raise pipelines.failed(error, advice) from error
        _raise_told(temporary)
        for part in parts:
            joined.extend(_read(_path(temporary, part)))
    return joined


def _run_in_thread(parts, wanted, folder, options, reporter):
    """Runs the pipeline, while this thread tells what is done."""
    failures: list[Exception] = []

    def run():
        try:
            _run(parts, wanted, folder, options)
        except Exception as error:
            failures.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    total, before = sum(part.pictures for part in parts), -1
    while thread.is_alive() or before < 0:
        thread.join(_PATIENCE)
        names = set(os.listdir(folder))
        done = sum(p.pictures for p in parts if f"{p.number}{_DONE}" in names)
        if done > before:
            reporter.progress("pictures", done, total)
            before = done
    if failures:
        raise failures[0]


def _run(parts, wanted, folder, options):
    with beam.Pipeline(options=PipelineOptions(list(options))) as pipeline:
        (
            pipeline
            | "part" >> beam.Create(parts)
            | "spread" >> beam.Reshuffle()
            | "measure" >> beam.Map(measure_part, wanted, folder)
        )


def measure_part(part: Part, wanted: Wanted, folder: str) -> None:
    """Measures a part and writes its tables, or what a person can mend, into the folder.

    The latter is not raised, as runners do work again that failed. It stops all parts that
    have not begun. A part that is there already, by an attempt that was lost, is left
    alone.

    Args:
      part: one of `parts_of`; runners may have made a list of it.
      wanted: options of the evaluation.
      folder: with the folder `failed`.

    Raises:
      UsageError: this worker does not see the folder.
    """
    part = Part(*part)
    if not os.path.isdir(os.path.join(folder, _FAILED)):
        raise UsageError(f"a worker sees no {folder}; {_SAME_PATH}.")
    path = _path(folder, part)
    if os.path.exists(path) or _failed(folder):
        return
    try:
        _, networks, subject = opened(wanted)
        found = subject.empty(networks.beside())
        subject.measure(part.kind, part.first, part.pictures, found)
    except UserError as error:
        told = {"kind": type(error).__name__, "text": str(error)}
        path = os.path.join(folder, _FAILED, f"{part.number}.json")
        outputs.write_json(path, told, replace=True)
        return
    buffer = io.BytesIO()
    np.savez(buffer, **found.values())  # type: ignore[arg-type]
    outputs.write(path, buffer.getvalue(), replace=True)


def _path(folder, part):
    return os.path.join(folder, f"{part.number}{_DONE}")


def _failed(folder):
    """Numbers of the parts that met something which a person can mend."""
    names = (os.path.splitext(name)[0] for name in os.listdir(f"{folder}/{_FAILED}"))
    # Not those that are being written.
    return sorted(int(name) for name in names if name.isdigit())


def _raise_told(folder):
    """Raises what a worker could not raise, of the first part that has something."""
    for number in _failed(folder):
        told = read_json(os.path.join(folder, _FAILED, f"{number}.json"))
        kind = getattr(errors, told["kind"], None)
        known = isinstance(kind, type) and issubclass(kind, UserError)
        raise (kind if known else UserError)(told["text"])


def _read(path):
    with contextlib.suppress(FileNotFoundError):
        with np.load(path, allow_pickle=False) as arrays:
            return dict(arrays)
    raise UsageError(f"the pipeline ended, but left no {path}; {_SAME_PATH}.")
