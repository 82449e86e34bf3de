"""Makes a SavedModel, and optionally a run folder, from the authors' checkpoints.

python tools/import_tf1_checkpoint.py --checkpoint=DIR --output=saved_models/NAME/1
python tools/import_tf1_checkpoint.py --vqvae=DIR --structure=DIR --texture=DIR --output=saved_models/NAME/1

No TensorFlow 1 and no graph is needed, and no size has to be given but --image_size:
everything else follows from the names and shapes in the checkpoint.
"""

import os
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

from vqinpaint.cli import FLAGS, flags, run_main  # noqa: E402

from vqinpaint.environment import quiet_tensorflow  # noqa: E402, F401  # isort: skip  # after flagging

from vqinpaint import __version__  # noqa: E402
from vqinpaint.authors.checkpoint import TF1Checkpoint  # noqa: E402
from vqinpaint.authors.contents import PARTS, full_model, joined_stages  # noqa: E402
from vqinpaint.authors.networks import load_networks  # noqa: E402
from vqinpaint.authors.sizes import infer_options  # noqa: E402
from vqinpaint.errors import UsageError  # noqa: E402
from vqinpaint.exporting import check_output, write_saved_model  # noqa: E402
from vqinpaint.joined.signatures import ServedInpainter  # noqa: E402
from vqinpaint.options import (  # noqa: E402
    DataOptions,
    LoopOptions,
    OptimizerOptions,
)
from vqinpaint.options.networks import NONLINEARITIES  # noqa: E402
from vqinpaint.runs import folders  # noqa: E402
from vqinpaint.runs.checkpoints import Checkpoints  # noqa: E402
from vqinpaint.stages.structure import StructureStage  # noqa: E402
from vqinpaint.stages.texture import TextureStage  # noqa: E402
from vqinpaint.stages.vqvae import VQVAEStage  # noqa: E402

flags.DEFINE_string(
    "checkpoint",
    None,
    "Full model, as the authors publish it: its folder, or its prefix DIR/model.ckpt.",
)
for _stage in folders.STAGES:
    flags.DEFINE_string(
        _stage, None, f"Folder of the authors' {_stage} training; give all three."
    )
flags.DEFINE_string("output", None, "SavedModel to write, such as saved_models/NAME/1.")
flags.DEFINE_string(
    "run_dir", None, "Run folder to write as well, so that training can go on."
)
flags.DEFINE_integer("image_size", 256, "Side of the pictures; a multiple of 64.")
flags.DEFINE_enum(
    "nonlinearity",
    None,
    NONLINEARITIES,
    "Of the structure generator; only needed for elu and relu.",
)
flags.DEFINE_integer("num_samples", 4, "Completions per picture when served.")
flags.DEFINE_bool("overwrite", False, "Replace the output folder if it exists.")

_STORY = """
The weights come from a TensorFlow 1 checkpoint of *Generating Diverse Structure for Image
Inpainting With Hierarchical VQ-VAE* (Peng, Liu, Xu, Li, CVPR 2021;
USTC-JialunPeng/Diverse-Structure-Inpainting). Their licence and the data's are the authors' to
state.

{table}

| file | sha256 |
|---|---|
{files}

Deliberately left out: {left_out}.
"""


def open_checkpoints():
    """Contents and the checkpoints they come from, as the flags say."""
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
    return sort_out(*checkpoints), checkpoints


def table_of_parts(contents):
    """Markdown: part, variables, parameters."""
    lines = ["| part | variables | parameters |", "|---|---|---|"]
    total = 0
    for part in PARTS:
        sizes = [
            source.size
            for name, source in contents.sources.items()
            if name.startswith(f"{part}/")
        ]
        total += sum(sizes)
        lines.append(f"| {part} | {len(sizes)} | {sum(sizes):,} |")
    return "\n".join([*lines, f"| all | {len(contents.sources)} | {total:,} |"])


def write_run(networks, options, run_dir):
    """A run folder at step 0 of each stage, whole or not at all."""
    temporary = f"{run_dir.rstrip('/')}.tmp"
    shutil.rmtree(temporary, ignore_errors=True)
    optimizer = OptimizerOptions()
    vqvae, structure, texture = networks
    stages = {
        "vqvae": lambda: VQVAEStage(options, optimizer, vqvae),
        "structure": lambda: StructureStage(options, optimizer, vqvae, structure),
        "texture": lambda: TextureStage(options, optimizer, vqvae, texture),
    }
    for name, make in stages.items():
        items = make().checkpoint_items()
        Checkpoints(folders.checkpoints_folder(temporary, name), items).save(0)
        folders.write_options(
            temporary,
            name,
            model=options,
            data=DataOptions(),
            optimizer=optimizer,
            loop=LoopOptions(),
            records={"split": None, "fingerprint": None},
        )
    os.rename(temporary, run_dir)


def write_model(networks, options, contents, table, files):
    """The SavedModel with its card: `exporting.writer.Written`."""
    story = _STORY.format(
        table=table,
        files="\n".join(f"| {path} | {digest} |" for path, digest in files.items()),
        left_out=contents.left_out_in_words(),
    )
    facts = {
        "version": __version__,
        "license": "mit",
        "imported": {"sha256": files, "left_out": contents.left_out},
    }
    vqvae, structure, texture = networks
    model = ServedInpainter(
        options, vqvae, structure, texture.generator, num_samples=FLAGS.num_samples
    )
    title = os.path.basename(os.path.dirname(os.path.abspath(FLAGS.output)))
    return write_saved_model(
        model, options, FLAGS.output, facts, title, story, thorough=False
    )


def main():
    if not FLAGS.output and not FLAGS.run_dir:
        raise UsageError("give --output=saved_models/NAME/1, or --run_dir, or both.")
    if FLAGS.num_samples < 1:
        raise UsageError(f"--num_samples={FLAGS.num_samples}: at least 1.")
    if FLAGS.image_size < 64 or FLAGS.image_size % 64:
        raise UsageError(f"--image_size={FLAGS.image_size}: a multiple of 64.")
    if FLAGS.output:
        check_output(FLAGS.output, FLAGS.overwrite)
    if FLAGS.run_dir and os.path.exists(FLAGS.run_dir):
        raise UsageError(f"{FLAGS.run_dir} exists already; choose another --run_dir.")
    contents, checkpoints = open_checkpoints()
    options = infer_options(contents, FLAGS.image_size, FLAGS.nonlinearity)
    networks = load_networks(contents, options)
    table = table_of_parts(contents)
    files = {path: d for c in checkpoints for path, d in c.files().items()}
    print(table)
    for path, digest in files.items():
        print(f"sha256 {digest}  {path}")
    print(f"left out: {contents.left_out_in_words()}")
    if FLAGS.run_dir:
        write_run(networks, options, FLAGS.run_dir)
        print(f"{FLAGS.run_dir}: train on with python -m vqinpaint.train.")
    if FLAGS.output:
        written = write_model(networks, options, contents, table, files)
        print(f"{FLAGS.output}: {written.summary()}")


if __name__ == "__main__":
    run_main(main)
