"""Flags of the commands that can run as an Apache Beam pipeline."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import logging
import shlex

from absl import flags

from vqinpaint.errors import UsageError, first_line

FLAGS = flags.FLAGS
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
        raise UsageError("--beam needs Apache Beam; pip install 'vqinpaint[beam]'.")
    # Beam warns of parts of itself that are not installed and not needed.
    logging.getLogger("apache_beam").setLevel(logging.ERROR)
    # What is wrong is told by the parser of options on standard error before it exits.
    told = io.StringIO()
    try:
        options = shlex.split(FLAGS.beam_options)
        with contextlib.redirect_stderr(told):
            _make_runner(options)
    except (SystemExit, Exception) as error:
        lines = told.getvalue().strip().splitlines() or [first_line(error)]
        raise UsageError(
            f"--beam_options={FLAGS.beam_options}: {lines[-1][:200]}"
        ) from None
    return options


def _make_runner(options):
    disabled = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        from apache_beam.options.pipeline_options import (
            PipelineOptions,
            StandardOptions,
        )
        from apache_beam.runners.runner import create_runner
    finally:
        logging.disable(disabled)
    parsed = PipelineOptions(options)
    parsed.get_all_options()
    create_runner(parsed.view_as(StandardOptions).runner or "DirectRunner")
