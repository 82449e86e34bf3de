"""Completes pictures: python -m vqinpaint.inpaint --model=M --image=I --mask=K --output=DIR"""

from __future__ import annotations

from vqinpaint.cli import FLAGS, flags, run_main

from vqinpaint.environment import quiet_tensorflow  # noqa: F401  # isort: skip  # after cli

from vqinpaint import families, outputs, sampling
from vqinpaint.cli.beam_flags import define_beam_flags, read_beam_options
from vqinpaint.cli.console import Console
from vqinpaint.cli.picture_flags import (
    define_picture_flags,
    read_reading,
    read_request,
    read_shard,
    require_flags,
)
from vqinpaint.cli.printing import say
from vqinpaint.completing import overview
from vqinpaint.completing.folder import complete_folder, find_pairs
from vqinpaint.completing.task import Task

define_picture_flags()
define_beam_flags()
flags.DEFINE_string("model", None, "SavedModel folder or run folder to complete with.")
flags.DEFINE_enum(
    "sampler",
    None,
    sampling.SAMPLERS,
    "Algorithm that draws structures; all of them draw the same codes. Default: the "
    "fastest, or what the SavedModel was exported with.",
)


def main():
    require_flags("model")
    request, shard = read_request(), read_shard()
    outputs.check_folder(FLAGS.output)
    console, reading = Console(), read_reading()
    beam_options = read_beam_options()
    pairs = find_pairs(FLAGS.image, FLAGS.mask, console, reading, shard)
    task = Task(request, FLAGS.output, FLAGS.overwrite, reading)
    if FLAGS.overview:
        overview.check(FLAGS.overview, pairs, FLAGS.output, shard)
    if beam_options is None:
        engine = families.open_engine(FLAGS.model, FLAGS.sampler)
        summary = complete_folder(
            pairs, engine, request, FLAGS.output, FLAGS.overwrite, console, reading
        )
    else:
        summary = _with_beam(pairs, task, beam_options, console)
    say(summary.text())
    if FLAGS.overview:
        overview.write(FLAGS.overview, summary.done(pairs), task, console)
    summary.check()


def _with_beam(pairs, task, options, reporter):
    from vqinpaint.completing import beam

    reporter.note(f"note: {len(pairs)} picture(s) go through an Apache Beam pipeline.")
    model = families.open_engine, FLAGS.model, FLAGS.sampler
    return beam.complete_list(pairs, *model, task, options, reporter)


def run():
    """Console entry."""
    run_main(main)


if __name__ == "__main__":
    run()
