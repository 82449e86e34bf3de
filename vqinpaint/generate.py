"""Draws pictures from nothing: python -m vqinpaint.generate --model=M --output=DIR

The model must have been trained with pictures of which nothing was known, see
--full_holes of vqinpaint.train.
"""

from __future__ import annotations

import dataclasses
import os
import time

from vqinpaint.cli import FLAGS, define, flags, read, run_main

from vqinpaint.environment import quiet_tensorflow  # noqa: F401  # isort: skip  # after cli

from vqinpaint import families, outputs, sampling
from vqinpaint.cli.console import Console
from vqinpaint.cli.printing import say
from vqinpaint.completing import generated_files
from vqinpaint.completing.generating import generate
from vqinpaint.errors import UsageError
from vqinpaint.joined.classifiers import load_classifier
from vqinpaint.options.generation import Generation
from vqinpaint.options.request import Request

# Nothing is known here that could be kept, resized or turned round.
_OF_COMPLETIONS = (
    "num_samples",
    "keep",
    "keep_by",
    "size",
    "feather",
    "invert_mask",
    "structure_from",
)

flags.DEFINE_string("model", None, "SavedModel folder or run folder to draw with.")
flags.DEFINE_string("output", None, "Folder for the pictures; it is made if needed.")
flags.DEFINE_enum(
    "sampler",
    None,
    sampling.SAMPLERS,
    "Algorithm that draws codes; all of them draw the same ones. Default: the fastest, or "
    "what the SavedModel was exported with.",
)
define(Generation)
define(Request, without=_OF_COMPLETIONS)


def main() -> None:
    """Draws what the flags ask for, and says where it is."""
    for name in ("model", "output"):
        if not getattr(FLAGS, name):
            raise UsageError(f"give --{name}; see --help.")
    # Flags that both have, such as --num_samples, belong to the generation.
    wanted, request = read(Generation), read(Request, num_samples=1)
    wanted.seeds(request)
    outputs.check_folder(FLAGS.output)
    console, start = Console(), time.monotonic()
    engine = families.open_engine(FLAGS.model, FLAGS.sampler)
    if getattr(engine, "generates", True) is False:
        console.note(
            f"note: {FLAGS.model} was trained without --full_holes, so it has never seen "
            "a picture of which nothing is known."
        )
    classifier = None
    if wanted.classifier:
        classifier = load_classifier(wanted.classifier, engine.side)
    engine.check(request)
    os.makedirs(FLAGS.output, exist_ok=True)
    generated_files.check(FLAGS.output, wanted.num_samples)
    result = generate(engine, request, wanted, classifier, console)
    options = dataclasses.asdict(request) | dataclasses.asdict(wanted)
    facts = {
        "model": engine.name,
        "options": {
            name: value
            for name, value in options.items()
            if name not in _OF_COMPLETIONS[1:]
        },
        "fingerprint": engine.fingerprint,
        "seconds": round(time.monotonic() - start, 3),
    }
    kept = generated_files.write(result, facts, FLAGS.output)
    if kept:
        console.note(outputs.kept_text(kept))
    sheet = os.path.join(FLAGS.output, generated_files.SHEET)
    say(
        f"{len(result.seeds)} picture(s) kept of {result.drawn} drawn -> {FLAGS.output}; "
        f"look at {sheet}"
    )


def run() -> None:
    """Console entry."""
    run_main(main)


if __name__ == "__main__":
    run()
