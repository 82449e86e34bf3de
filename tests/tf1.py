"""Writes checkpoints as TensorFlow 1 does, under the authors' names."""

import tensorflow as tf

from vqinpaint.authors.networks import Networks
from vqinpaint.models.structure import StructureGenerator
from vqinpaint.models.texture import Texture
from vqinpaint.models.vqvae import VQVAE


def write_model(options, folder):
    """A full model with random weights and no import code but the names."""
    networks = Networks(VQVAE(options), StructureGenerator(options), Texture(options))
    write_checkpoint(
        folder, {k: s.read() for k, s in networks.slots(averages=False).items()}
    )


def write_checkpoint(folder, arrays):
    """Arrays by name as a TensorFlow 1 Saver stores them."""
    names = sorted(arrays)
    tf.raw_ops.SaveV2(
        prefix=str(folder / "model.ckpt"),
        tensor_names=names,
        shape_and_slices=[""] * len(names),
        tensors=[tf.constant(arrays[name]) for name in names],
    )
    (folder / "checkpoint").write_text('model_checkpoint_path: "model.ckpt"\n')
