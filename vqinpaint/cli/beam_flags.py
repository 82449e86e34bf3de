"""Flags of the commands that can run as an Apache Beam pipeline."""

from __future__ import annotations

import contextlib
import difflib
import importlib.util
import io
import logging
import shlex

from absl import flags

from vqinpaint import shipped
from vqinpaint.errors import UsageError, first_line

FLAGS = flags.FLAGS
_DESCRIBED = "https://beam.apache.org/documentation/programming-guide/#configuring-pipeline-options"
_ALIKE = 0.9  # of the letters of two options, one of which is then the other misspelt
# These flags belong to the commands that ask for them, in --help too.
flags.disclaim_key_flags()


def define_beam_flags() -> None:
    """Makes --beam and --beam_options."""
    flags.DEFINE_bool(
        "beam",
        False,
        "Run as an Apache Beam pipeline, which suits folders and lists of any size.",
    )
    flags.DEFINE_string(
        "beam_options",
        "",
        "Options of the pipeline, such as '--runner=FlinkRunner --flink_master=HOST:8081'.",
    )


def read_beam_options() -> list[str] | None:
    """Options of the pipeline; None where none is wanted.

    Raises:
      UsageError: Beam is not installed, or cannot make a runner of the options.
    """
    if not FLAGS.beam:
        if FLAGS.beam_options:
            raise UsageError("--beam_options are given without --beam; add --beam.")
        return None
    if importlib.util.find_spec("apache_beam") is None:
        command = shipped.install_command("beam")
        raise UsageError(f"--beam needs Apache Beam; {command}.")
    # Beam warns of parts of itself that are not installed and not needed.
    logging.getLogger("apache_beam").setLevel(logging.ERROR)
    # What is wrong is told by the parser of options on standard error before it exits.
    told = io.StringIO()
    try:
        options = shlex.split(FLAGS.beam_options)
        if {"-h", "--help"} & set(options):
            raise UsageError(f"Beam's options are described at {_DESCRIBED}.")
        with contextlib.redirect_stderr(told):
            _check(options)
    except (SystemExit, Exception) as error:
        lines = told.getvalue().strip().splitlines() or [first_line(error)]
        raise UsageError(
            f"--beam_options={FLAGS.beam_options[:200]}: {lines[-1][:200]}"
        ) from None
    return options


def _check(options):
    """Raises, or exits, unless Beam can make a runner of options that it knows."""
    disabled = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        from apache_beam.options.pipeline_options import (
            PipelineOptions,
            StandardOptions,
        )
        from apache_beam.runners.portability.portable_runner import PortableRunner
        from apache_beam.runners.runner import create_runner

        parsed = PipelineOptions(options)
        # First, as the module of a runner may bring options of its own.
        runner = create_runner(parsed.view_as(StandardOptions).runner or "DirectRunner")
        parsers = []
        known = parsed.get_all_options(add_extra_args_fn=parsers.append)
    finally:
        logging.disable(disabled)
    _, unknown = parsers[0].parse_known_args(options)
    # Job servers, such as Flink's, have further options, which are not known here.
    strict = not isinstance(runner, PortableRunner)
    _refuse(unknown, [f"--{name}" for name in known], strict)


def _refuse(unknown, known, strict):
    """Raises UsageError for what Beam would leave out without a word."""
    for name in (text.partition("=")[0] for text in unknown):
        close = difflib.get_close_matches(name, known, n=1, cutoff=_ALIKE)
        if close or strict:
            told = f"did you mean {close[0]}?" if close else f"see {_DESCRIBED}."
            raise UsageError(f"{name} is no option of Apache Beam; {told}")
