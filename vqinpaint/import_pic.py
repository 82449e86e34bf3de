"""Makes a SavedModel of the authors' checkpoint of Pluralistic Image Completion.

  python -m vqinpaint.import_pic --checkpoint=DIR --output=saved_models/NAME/1

DIR holds latest_net_E.pth and latest_net_G.pth and, to rank completions and to train on,
latest_net_D.pth and latest_net_D_rec.pth. PyTorch is not needed and no pickle is executed.
No size has to be given but --image_size: all others follow from the shapes.
"""

from __future__ import annotations

import os

from vqinpaint.cli import FLAGS, flags, run_main

from vqinpaint.environment import quiet_tensorflow  # noqa: F401  # isort: skip  # after cli

from vqinpaint import __version__, outputs
from vqinpaint.authors import pic_checkpoint
from vqinpaint.authors.pic_names import NETWORKS
from vqinpaint.cli.printing import say
from vqinpaint.errors import ModelError, UsageError
from vqinpaint.exporting import check_output, write_saved_model
from vqinpaint.files import digests
from vqinpaint.joined import pic_loading
from vqinpaint.printable import printable

flags.DEFINE_string(
    "checkpoint",
    None,
    "Folder with the authors' files, such as latest_net_E.pth (required).",
)
flags.DEFINE_string(
    "output", None, "SavedModel folder to write, such as saved_models/NAME/1."
)
flags.DEFINE_string(
    "run_dir",
    None,
    "Run folder to write as well, so that training can go on; it needs both "
    "discriminators.",
)
flags.DEFINE_integer(
    "image_size", 256, "Side of the pictures in pixels, a multiple of 64. Default: 256."
)
flags.DEFINE_integer(
    "num_samples",
    4,
    "Number of completions per picture when the model is served. Default: 4.",
)
flags.DEFINE_bool(
    "overwrite",
    False,
    "Replace the folder named by --output if it exists. Default: False.",
)

_STORY = """
The weights come from a PyTorch checkpoint of *Pluralistic Image Completion* (Zheng, Cham,
Cai, CVPR 2019). Its authors' code is for non-commercial use; the licence of the weights is
theirs to state.

| file | sha256 |
|---|---|
{files}
"""


def check_flags():
    if not FLAGS.checkpoint:
        raise UsageError("give --checkpoint=FOLDER with latest_net_E.pth.")
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


def write_model(pic, options, judged, files):
    """The SavedModel with its card: `exporting.writer.Written`."""
    model = pic_loading.join(options, pic, FLAGS.num_samples, judged)
    facts = {
        "version": __version__,
        "license": "other",
        "imported": {"sha256": files},
    }
    title = os.path.basename(os.path.dirname(os.path.abspath(FLAGS.output)))
    table = "\n".join(f"| {printable(name)} | {d} |" for name, d in files.items())
    told = _STORY.format(files=table)
    return write_saved_model(
        model, options, FLAGS.output, facts, title, told, thorough=False
    )


def main():
    check_flags()
    paths = pic_checkpoint.find(FLAGS.checkpoint)
    missing = [network for network in NETWORKS if network not in paths]
    if FLAGS.run_dir and missing:
        raise ModelError(
            f"{FLAGS.checkpoint} has no network {' and no '.join(missing)}, which further "
            "training needs; drop --run_dir."
        )
    sources = {network: pic_checkpoint.read(path) for network, path in paths.items()}
    options = pic_checkpoint.infer_options(sources, FLAGS.image_size)
    pic = pic_checkpoint.load(sources, options)
    files = {os.path.basename(path): digests.of_file(path) for path in paths.values()}
    for name, digest in files.items():
        say(f"sha256 {digest}  {name}")
    if "D" in missing:
        say("no discriminator: completions cannot be ranked.")
    if FLAGS.run_dir:
        pic_checkpoint.write_run_folder(pic, options, FLAGS.run_dir)
        say(f"{FLAGS.run_dir}: train on with python -m vqinpaint.train --stage=pic.")
    if FLAGS.output:
        written = write_model(pic, options, "D" in paths, files)
        say(f"{FLAGS.output}: {written.summary()}")


def run():
    """Console entry point."""
    run_main(main)


if __name__ == "__main__":
    run()
