"""Shows a page to paint holes on: python -m vqinpaint.web --model=saved_models/demo

Open the address that it prints. It listens on this machine alone unless --host says
otherwise, and asks nobody for a password.
"""

from __future__ import annotations

import sys
import tempfile

from vqinpaint.cli import FLAGS, define, flags, read, run_main

from vqinpaint.environment import quiet_tensorflow  # noqa: F401  # isort: skip  # after cli

from vqinpaint import families, sampling
from vqinpaint.cli.printing import say
from vqinpaint.completing.served import ServedEngine
from vqinpaint.errors import UsageError
from vqinpaint.options.page import PageOptions
from vqinpaint.servers.connecting import connect
from vqinpaint.servers.deadline import check_timeout
from vqinpaint.web import serving

flags.DEFINE_string("model", None, "SavedModel folder or run folder to complete with.")
flags.DEFINE_string(
    "url",
    None,
    "Address of a server of the model, in place of --model: http://HOST:8501 (REST) or "
    "grpc://HOST:8500.",
)
flags.DEFINE_string(
    "model_name",
    "vqinpaint",
    "Name that the server gives the model. Default: 'vqinpaint'.",
)
flags.DEFINE_float(
    "timeout", 60.0, "Seconds within which a server's answer must come. Default: 60.0."
)
flags.DEFINE_enum(
    "sampler",
    None,
    sampling.SAMPLERS,
    "Algorithm that draws structures; all of them draw the same codes. Default: the "
    "fastest, or what the SavedModel was exported with.",
)
define(PageOptions)


def _open_engine():
    if bool(FLAGS.model) == bool(FLAGS.url):
        raise UsageError("give --model or --url, one of them; see --help.")
    if FLAGS.model:
        return families.open_engine(FLAGS.model, FLAGS.sampler)
    check_timeout(FLAGS.timeout)
    server = connect(FLAGS.url, FLAGS.model_name, None, FLAGS.timeout)
    return ServedEngine(server, f"{FLAGS.model_name} at {FLAGS.url}")


def main() -> None:
    """Serves the page until it is interrupted."""
    options = read(PageOptions)
    with tempfile.TemporaryDirectory(prefix="vqinpaint-web-") as folder:
        serving.import_gradio(folder)  # before the model, which takes longer
        engine = _open_engine()
        app = serving.make_app(engine, options, folder)

        def ready(address):
            say(f"{engine.name}: open {address}; Ctrl-C ends.")
            sys.stdout.flush()  # whoever waits for the address may read it from a pipe

        serving.serve(app, options, ready)


def run() -> None:
    """Console entry."""
    run_main(main)


if __name__ == "__main__":
    run()
