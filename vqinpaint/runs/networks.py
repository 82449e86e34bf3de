"""The trained networks of a run, made and restored. Needs no trainer."""

import tensorflow as tf

from vqinpaint.models.averages import PolyakAverages
from vqinpaint.models.bottom import BottomGenerator
from vqinpaint.models.pic import Pic
from vqinpaint.models.structure import StructureGenerator
from vqinpaint.models.texture import Texture
from vqinpaint.models.vqvae import VQVAE
from vqinpaint.runs import bundles, checkpoints, folders


def _load(run_dir, stage, module, averaged=()):
    """Restores a stage's networks; those variables that have averages take them."""
    items = {stage: module}
    if averaged:
        items["polyak"] = PolyakAverages(averaged, decay=0.0)
    path = folders.latest_checkpoint(run_dir, stage)
    checkpoints.restore(tf.train.Checkpoint(**items), path)
    if averaged:
        for variable, shadow in zip(averaged, items["polyak"].shadows):
            variable.assign(shadow.read_value())
    bundles.require_finite(module.variables, path)
    return module


def load_vqvae(run_dir, options):
    """The trained `VQVAE` of a run, with averaged weights."""
    vqvae = VQVAE(options)
    averaged = vqvae.encoder.trainable_variables + vqvae.decoder.trainable_variables
    return _load(run_dir, "vqvae", vqvae, averaged)


def load_structure(run_dir, options):
    """The trained `StructureGenerator` of a run, with averaged weights."""
    structure = StructureGenerator(options)
    averaged = (
        structure.condition.trainable_variables + structure.prior.trainable_variables
    )
    return _load(run_dir, "structure", structure, averaged)


def load_bottom(run_dir, options):
    """The trained `BottomGenerator` of a run, with averaged weights."""
    bottom = BottomGenerator(options)
    averaged = bottom.condition.trainable_variables + bottom.prior.trainable_variables
    return _load(run_dir, "bottom", bottom, averaged)


def load_texture(run_dir, options):
    """The trained `Texture` of a run; the authors keep no averages of it."""
    return _load(run_dir, "texture", Texture(options))


def load_pic(run_dir, options):
    """The trained `Pic` of a run; its authors keep no averages."""
    return _load(run_dir, "pic", Pic(options.pic))
