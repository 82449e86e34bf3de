"""Writes a SavedModel: python -m vqinpaint.export --run_dir=R --output=saved_models/R/1"""

import os

from vqinpaint.cli import FLAGS, flags, run_main

from vqinpaint.environment import quiet_tensorflow  # noqa: F401  # isort: skip  # after flagging

from vqinpaint import __version__, families, sampling
from vqinpaint.cli.console import Console
from vqinpaint.cli.printing import say
from vqinpaint.errors import UsageError
from vqinpaint.exporting import check_output, onnx_file, write_saved_model
from vqinpaint.exporting.published import without_folders
from vqinpaint.files.json_files import read_json
from vqinpaint.options.request import TEXTURES
from vqinpaint.printable import printable
from vqinpaint.runs import folders, locating

flags.DEFINE_string(
    "run_dir", None, "Run folder to export, in which all stages have been trained."
)
flags.DEFINE_string(
    "output", None, "Folder to write the SavedModel to, such as saved_models/NAME/1."
)
flags.DEFINE_integer(
    "num_samples", 4, "Number of completions of each picture when served. Default: 4."
)
flags.DEFINE_enum(
    "sampler",
    None,
    sampling.SAMPLERS,
    "Algorithm that draws structures; all of them draw the same codes. Default: "
    f"{sampling.DEFAULT}.",
)
flags.DEFINE_enum(
    "texture",
    None,
    TEXTURES,
    "What fills holes along structures: generator, or codes, drawn from the bottom prior. "
    "Default: generator, if it has been trained.",
)
flags.DEFINE_bool(
    "half",
    False,
    "Keep the priors' kernels, most of all weights, as float16, which about "
    "halves the size; everything is still computed in float32. Default: False.",
)
flags.DEFINE_bool(
    "tflite",
    False,
    "Write TFLite files too, with weights of three number formats. Default: False.",
)
flags.DEFINE_bool(
    "onnx",
    False,
    "Write an ONNX file too, which needs the extra onnx. Default: False.",
)
flags.DEFINE_string(
    "metrics",
    None,
    "JSON file that vqinpaint.evaluate wrote, whose figures go into the model card.",
)
flags.DEFINE_string(
    "license",
    "apache-2.0",
    "Licence of the weights, as the model card names it. Default: 'apache-2.0'.",
)
flags.DEFINE_string(
    "about",
    None,
    "Markdown file for the model card: what it was trained on, attribution, limits.",
)
flags.DEFINE_bool(
    "brief_trial",
    False,
    "Try one request of three signatures before keeping the export, instead of all "
    "signatures with batches of 1, 2 and 8; for large models in little memory. Default: "
    "False.",
)
flags.DEFINE_bool(
    "overwrite", False, "Replace the output folder if it exists. Default: False."
)

_STORY = """{about}From the run `{run_dir}`:

| stage | steps |
|---|---|
{steps}
{nothing}
The pictures it was trained on are not part of this folder; the shards' fingerprint is in
`options.json`. Do not assume more rights to the pictures it draws than to those.
"""


def _about():
    if not FLAGS.about:
        return ""
    try:
        with open(FLAGS.about, encoding="utf-8") as file:
            return file.read().strip() + "\n\n"
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--about={FLAGS.about} cannot be read ({error}).") from None


def _metrics(weights):
    """The figures that --metrics names, if they are of these weights."""
    if not FLAGS.metrics:
        return None
    metrics = read_json(FLAGS.metrics)
    if not isinstance(metrics, dict):
        raise UsageError(f"--metrics={FLAGS.metrics} holds no figures by name.")
    if metrics.get("weights") not in (None, weights):
        raise UsageError(
            f"--metrics={FLAGS.metrics} was measured on other weights than {FLAGS.run_dir} "
            "has now; evaluate it again."
        )
    return without_folders(metrics)


def _full_holes(stages):
    """{prior: share of its training pictures of which nothing was known}."""
    return {
        stage: folders.full_holes(FLAGS.run_dir, stage)
        for stage in stages
        if stage in ("structure", "bottom")
    }


def _of_nothing(shares):
    """What the model card says of training pictures of which nothing was known."""
    if not any(shares.values()):
        return ""
    told = ", ".join(f"{stage} {share:.0%}" for stage, share in shares.items())
    return (
        "\nShare of the training pictures of which nothing was known, so that it can draw "
        f"pictures from nothing: {told}.\n"
    )


def main():
    if not FLAGS.run_dir or not FLAGS.output:
        raise UsageError("give --run_dir and --output=saved_models/NAME/1.")
    if FLAGS.num_samples < 1:
        raise UsageError(f"--num_samples={FLAGS.num_samples}: at least 1.")
    if FLAGS.onnx:
        onnx_file.check_converter()
    about = _about()
    check_output(FLAGS.output, FLAGS.overwrite)
    family = families.family_of_run(FLAGS.run_dir)
    weights = locating.weights_of_run(FLAGS.run_dir)
    metrics = _metrics(weights)
    model, options = family.join_run(
        *(FLAGS.run_dir, FLAGS.num_samples, FLAGS.sampler, FLAGS.half),
        **family.choice_of(FLAGS.texture),
    )
    stages = getattr(model, "stages", family.stages)
    steps = {
        stage: int(folders.latest_checkpoint(FLAGS.run_dir, stage).rsplit("-", 1)[1])
        for stage in stages
    }
    facts = {
        "version": __version__,
        "weights": weights,
        "license": FLAGS.license,
        "steps": steps,
        "records": {
            stage: folders.saved_options(FLAGS.run_dir, stage).get("records")
            for stage in stages
        },
    }
    if shares := _full_holes(stages):
        facts["full_holes"] = shares
    if metrics:
        facts["metrics"] = metrics
    story = _STORY.format(
        about=about,
        run_dir=printable(os.path.basename(FLAGS.run_dir.rstrip("/"))),
        steps="\n".join(f"| {stage} | {number:,} |" for stage, number in steps.items()),
        nothing=_of_nothing(_full_holes(stages)),
    )
    title = os.path.basename(os.path.dirname(os.path.abspath(FLAGS.output)))
    written = write_saved_model(
        model,
        options,
        FLAGS.output,
        facts,
        title,
        story,
        lite=FLAGS.tflite,
        onnx=FLAGS.onnx,
        thorough=not FLAGS.brief_trial,
        reporter=Console(),
    )
    say(f"{FLAGS.output}: {written.summary()}")
    for kind, figures in written.facts.get("tflite", {}).items():
        _tell(f"model_{kind}.tflite", figures)
    if "onnx" in written.facts:
        _tell(onnx_file.NAME, written.facts["onnx"])


def _tell(name, figures):
    """Says what another format is like, by `exporting.single.figures`."""
    codes = ""
    if "equal_codes" in figures:
        codes = f"{figures['equal_codes']:.1%} of codes equal, "
    say(
        f"{name}: {figures['bytes'] / 1e6:.1f} MB, {figures['seconds']:.2f} s a picture, "
        f"{codes}completions {figures['psnr']:.0f} dB from the SavedModel's."
    )


def run():
    """Console entry."""
    run_main(main)


if __name__ == "__main__":
    run()
