"""Makes a SavedModel, and optionally a run folder, from the authors' checkpoints.

  python -m vqinpaint.import_tf1 --checkpoint=DIR --output=saved_models/NAME/1
  python -m vqinpaint.import_tf1 --vqvae=DIR --structure=DIR --texture=DIR \\
    --output=saved_models/NAME/1

No TensorFlow 1 and no graph is needed, and no size has to be given but --image_size:
everything else follows from the names and shapes in the checkpoint.
"""

import os

from vqinpaint.cli import FLAGS, flags, run_main

from vqinpaint.environment import quiet_tensorflow  # noqa: F401  # isort: skip  # after cli

from vqinpaint import __version__, outputs
from vqinpaint.authors.checkpoint import TF1Checkpoint
from vqinpaint.authors.contents import full_model, joined_stages
from vqinpaint.authors.networks import load_networks
from vqinpaint.authors.report import story, table_of_parts
from vqinpaint.authors.sizes import infer_options
from vqinpaint.cli.printing import say
from vqinpaint.errors import UsageError
from vqinpaint.exporting import check_output, write_saved_model
from vqinpaint.joined import loading
from vqinpaint.options.networks import NONLINEARITIES
from vqinpaint.runs import folders
from vqinpaint.stages.run_folder import write_run_folder

flags.DEFINE_string(
    "checkpoint",
    None,
    "Checkpoint of a full model, as the authors publish it: its folder, or its prefix "
    "DIR/model.ckpt.",
)
for _stage in folders.STAGES:
    flags.DEFINE_string(
        _stage,
        None,
        f"Folder of the authors' {_stage} training; all three stages must be given.",
    )
flags.DEFINE_string(
    "output", None, "SavedModel folder to write, such as saved_models/NAME/1."
)
flags.DEFINE_string(
    "run_dir", None, "Run folder to write as well, so that training can go on."
)
flags.DEFINE_integer(
    "image_size", 256, "Side of the pictures in pixels, a multiple of 64."
)
flags.DEFINE_enum(
    "nonlinearity",
    None,
    NONLINEARITIES,
    "Nonlinearity of the structure generator; it is only needed for elu and relu, which "
    "shapes cannot tell apart.",
)
flags.DEFINE_integer(
    "num_samples", 4, "Number of completions per picture when the model is served."
)
flags.DEFINE_bool(
    "overwrite", False, "Replace the folder named by --output if it exists."
)


def check_flags():
    if not FLAGS.output and not FLAGS.run_dir:
        raise UsageError("give --output=saved_models/NAME/1, or --run_dir, or both.")
    if FLAGS.num_samples < 1:
        raise UsageError(f"--num_samples={FLAGS.num_samples}: at least 1.")
    if FLAGS.image_size < 64 or FLAGS.image_size % 64:
        raise UsageError(f"--image_size={FLAGS.image_size}: a multiple of 64.")
    if FLAGS.output:
        check_output(FLAGS.output, FLAGS.overwrite)
    if FLAGS.run_dir:
        if os.path.lexists(FLAGS.run_dir):
            raise UsageError(
                f"{FLAGS.run_dir} exists already; choose another --run_dir."
            )
        outputs.check_folder(os.path.dirname(FLAGS.run_dir.rstrip("/")), "--run_dir")


def open_checkpoints():
    """What the checkpoints hold that the flags name, and the SHA-256 of their files."""
    stages = [getattr(FLAGS, stage) for stage in folders.STAGES]
    if bool(FLAGS.checkpoint) == any(stages) or (any(stages) and not all(stages)):
        raise UsageError(
            "give either --checkpoint=FOLDER of a full model, or all three of --vqvae, "
            "--structure and --texture."
        )
    sort_out = full_model if FLAGS.checkpoint else joined_stages
    paths = [FLAGS.checkpoint] if FLAGS.checkpoint else stages
    checkpoints = [TF1Checkpoint(path) for path in paths]
    for checkpoint in checkpoints:
        checkpoint.verify()
    files = {path: d for c in checkpoints for path, d in c.files().items()}
    return sort_out(*checkpoints), files


def write_model(networks, options, contents, files):
    """The SavedModel with its card: `exporting.writer.Written`."""
    model = loading.join(
        options,
        networks.vqvae,
        networks.structure,
        networks.texture.generator,
        num_samples=FLAGS.num_samples,
    )
    facts = {
        "version": __version__,
        "license": "mit",
        "imported": {"sha256": files, "left_out": contents.left_out},
    }
    title = os.path.basename(os.path.dirname(os.path.abspath(FLAGS.output)))
    told = story(contents, files)
    return write_saved_model(
        model, options, FLAGS.output, facts, title, told, thorough=False
    )


def main():
    check_flags()
    contents, files = open_checkpoints()
    options = infer_options(contents, FLAGS.image_size, FLAGS.nonlinearity)
    networks = load_networks(contents, options)
    for line in table_of_parts(contents).splitlines():
        say(line)
    for path, digest in files.items():
        say(f"sha256 {digest}  {path}")
    say(f"left out: {contents.left_out_in_words()}")
    if FLAGS.run_dir:
        write_run_folder(networks._asdict(), options, FLAGS.run_dir)
        say(f"{FLAGS.run_dir}: train on with python -m vqinpaint.train.")
    if FLAGS.output:
        written = write_model(networks, options, contents, files)
        say(f"{FLAGS.output}: {written.summary()}")


def run():
    """Console entry point."""
    run_main(main)


if __name__ == "__main__":
    run()
