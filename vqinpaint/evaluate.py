"""Figures of a model on a TFRecord split: python -m vqinpaint.evaluate --model=M --data=D"""

from __future__ import annotations

import contextlib
import os

from vqinpaint.cli import define, read, run_main

from vqinpaint.environment import quiet_tensorflow  # noqa: F401  # isort: skip  # after flagging

from vqinpaint import outputs
from vqinpaint.cli.beam_flags import define_beam_flags, read_beam_options
from vqinpaint.cli.console import Console
from vqinpaint.cli.printing import say
from vqinpaint.data import records
from vqinpaint.errors import ModelError
from vqinpaint.evaluating import plots
from vqinpaint.evaluating.opening import opened
from vqinpaint.evaluating.protocol import warnings
from vqinpaint.evaluating.subject import Wanted
from vqinpaint.evaluating.tables import lines
from vqinpaint.files.json_files import read_json
from vqinpaint.options import DataOptions
from vqinpaint.options.evaluation import EvaluateOptions
from vqinpaint.options.figures import FigureOptions

define(EvaluateOptions)
define(DataOptions)
define(FigureOptions)
define_beam_flags()


def _is_evaluation(path: str) -> bool:
    """Whether a file holds figures of an earlier evaluation."""
    try:
        return {"model", "data", "split", "fingerprint"} <= read_json(path).keys()
    except (ModelError, AttributeError):
        return False


def main() -> None:
    """Measures what the flags name, writes the JSON file and prints two tables."""
    options, data, figures = (
        read(EvaluateOptions),
        read(DataOptions),
        read(FigureOptions),
    )
    outputs.check_file(options.output, _is_evaluation)
    if figures.plots:
        plots.check(options.output)
    beam_options, console = read_beam_options(), Console()
    records.open_split(options.data, options.split, options.verify_data, console)
    wanted = Wanted(options, data, figures)
    split, networks, subject = opened(wanted)
    told = warnings(min(options.complete, len(split)), figures)
    for text in told if options.complete else ():
        console.note(f"warning: {text}")
    subject.check()
    measured = _measured(wanted, beam_options, console)
    networks.save()  # first, as figures of large sets take long
    own, codes, completions = subject.outcome(measured)
    drawn = {}
    if figures.plots and completions:
        drawn = plots.made(options.output, completions, measured.maps)
        own["plots"] = [os.path.basename(path) for path in drawn]
    facts = {
        "model": options.model,
        "data": options.data,
        "split": options.split,
        "fingerprint": split.fingerprint,
        "mask": data.mask,
        **own,
        "warnings": told,
        **codes,
        **({"completions": completions} if completions else {}),
    }
    os.makedirs(os.path.dirname(options.output) or os.curdir, exist_ok=True)
    outdated = plots.outdated(options.output, drawn)
    outputs.write_json(options.output, facts, replace=True)
    # Plots of an earlier evaluation would pass for plots of this one.
    for path in outdated:
        with contextlib.suppress(FileNotFoundError):
            os.remove(path)
    for path, png in drawn.items():
        outputs.write(path, png, replace=True)
    _show("codes", [codes])
    _show("completions", completions)
    say(f"-> {options.output}")


def _show(title, columns):
    if columns and columns[0]:
        say(title)
        for line in lines(columns):
            say(line)


def _measured(wanted, beam_options, reporter):
    if beam_options is None:
        return opened(wanted).measured(reporter)
    from vqinpaint.evaluating import beam

    return beam.measured(wanted, beam_options, reporter)


def run() -> None:
    """Console entry."""
    run_main(main)


if __name__ == "__main__":
    run()
