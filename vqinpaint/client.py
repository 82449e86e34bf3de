"""Completes pictures on a server: python -m vqinpaint.client --url=http://localhost:8501 ...

The same files as `vqinpaint.inpaint` writes, byte for byte the same pictures.
"""

from __future__ import annotations

from vqinpaint.cli import FLAGS, flags, run_main

from vqinpaint.environment import quiet_tensorflow  # noqa: F401  # isort: skip  # after cli

from vqinpaint import outputs
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
from vqinpaint.completing.served import ServedEngine
from vqinpaint.completing.task import Task
from vqinpaint.errors import UsageError
from vqinpaint.servers.connecting import connect
from vqinpaint.servers.deadline import check_timeout

define_picture_flags(
    without=("top_k", "top_p", "structure_from", "texture", "texture_temperature")
)
flags.DEFINE_string(
    "url", None, "Address of the server: http://HOST:8501 (REST) or grpc://HOST:8500."
)
flags.DEFINE_string(
    "model_name",
    "vqinpaint",
    "Name that the server gives the model. Default: 'vqinpaint'.",
)
flags.DEFINE_integer(
    "model_version", None, "Version of the model. Default: the server's choice."
)
flags.DEFINE_float(
    "timeout", 60.0, "Seconds within which a whole answer must come. Default: 60.0."
)
flags.DEFINE_integer(
    "concurrency", 2, "Number of requests at a time, 1 to 1000. Default: 2."
)


def _check_flags():
    if not 1 <= FLAGS.concurrency <= 1000:
        raise UsageError(f"--concurrency={FLAGS.concurrency}: 1 to 1000 are possible.")
    check_timeout(FLAGS.timeout)


def main():
    require_flags("url")
    _check_flags()
    request, shard = read_request(), read_shard()
    outputs.check_folder(FLAGS.output)
    console, reading = Console(), read_reading()
    pairs = find_pairs(FLAGS.image, FLAGS.mask, console, reading, shard)
    if FLAGS.overview:
        overview.check(FLAGS.overview, pairs, FLAGS.output, shard)
    server = connect(FLAGS.url, FLAGS.model_name, FLAGS.model_version, FLAGS.timeout)
    name = f"{FLAGS.model_name} at {FLAGS.url}"
    engine = ServedEngine(server, name, FLAGS.concurrency)
    summary = complete_folder(
        pairs, engine, request, FLAGS.output, FLAGS.overwrite, console, reading
    )
    say(summary.text())
    if FLAGS.overview:
        task = Task(request, FLAGS.output, FLAGS.overwrite, reading)
        overview.write(FLAGS.overview, summary.done(pairs), task, console)
    summary.check()


def run():
    """Console entry."""
    run_main(main)


if __name__ == "__main__":
    run()
