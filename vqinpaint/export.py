"""Writes a SavedModel: python -m vqinpaint.export --run_dir=R --output=saved_models/R/1"""

import os

from vqinpaint.flagging import FLAGS, flags, run_main

from vqinpaint import __version__, loading, runs, sampling  # isort: skip  # after flagging
from vqinpaint.errors import UsageError
from vqinpaint.saving import check_output, write_saved_model

flags.DEFINE_string("run_dir", None, "Run folder with all three stages trained.")
flags.DEFINE_string("output", None, "Folder to write, such as saved_models/NAME/1.")
flags.DEFINE_integer("num_samples", 4, "Completions per picture when served.")
flags.DEFINE_enum(
    "sampler", sampling.DEFAULT, sampling.SAMPLERS, "How structures are drawn."
)
flags.DEFINE_bool("overwrite", False, "Replace the output folder if it exists.")

_CARD = """---
license: apache-2.0
library_name: tensorflow
pipeline_tag: image-to-image
tags: [inpainting, vq-vae, diverse-inpainting]
---

# {name}

Completes {side}x{side} pictures with a hole in several different ways; made by
vqinpaint {version} from `{run_dir}`.

| stage | steps |
|---|---|
{steps}

Masks are white (over 127) where the picture is missing. Signatures: `serving_default`
(PNG or JPEG bytes), `inpaint` (uint8), `inpaint_from_noise` (float32), `encode`,
`reconstruct`. Each picture gets {samples} completions; completion i of a row takes the
row's seed + i.

The data it was trained on is not part of this folder; the shards' fingerprint is in
`options.json`. Do not assume more rights to the pictures it draws than to that data.
"""


def main():
    if not FLAGS.run_dir or not FLAGS.output:
        raise UsageError("give --run_dir and --output=saved_models/NAME/1.")
    if FLAGS.num_samples < 1:
        raise UsageError(f"--num_samples={FLAGS.num_samples}: at least 1.")
    check_output(FLAGS.output, FLAGS.overwrite)
    model, options = loading.load_run(FLAGS.run_dir, FLAGS.num_samples, FLAGS.sampler)
    steps = {
        stage: int(runs.latest_checkpoint(FLAGS.run_dir, stage).rsplit("-", 1)[1])
        for stage in runs.STAGES
    }
    facts = {
        "version": __version__,
        "num_samples": FLAGS.num_samples,
        "steps": steps,
        "records": {
            stage: runs.saved_options(FLAGS.run_dir, stage)["records"]
            for stage in runs.STAGES
        },
    }
    card = _CARD.format(
        name=os.path.basename(os.path.dirname(os.path.abspath(FLAGS.output))),
        side=options.image_size,
        version=__version__,
        run_dir=os.path.basename(FLAGS.run_dir.rstrip("/")),
        samples=FLAGS.num_samples,
        steps="\n".join(f"| {stage} | {number:,} |" for stage, number in steps.items()),
    )
    size = write_saved_model(model, options, FLAGS.output, facts, card)
    print(f"{FLAGS.output}: {size / 1e6:.1f} MB, {FLAGS.num_samples} completions each.")


def run():
    """Console entry."""
    run_main(main)


if __name__ == "__main__":
    run()
