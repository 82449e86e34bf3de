"""Makes the stage that a command asks for, on what its run has trained already."""

from __future__ import annotations

from vqinpaint.environment.keras2 import keras
from vqinpaint.models.texture import Texture
from vqinpaint.ops.precision import computing_in
from vqinpaint.ops.recomputing import recomputing
from vqinpaint.options import ModelOptions, OptimizerOptions
from vqinpaint.options.pic import PicModelOptions
from vqinpaint.runs import folders, networks
from vqinpaint.stages.base import Stage
from vqinpaint.stages.bottom import BottomStage
from vqinpaint.stages.pic import PicStage
from vqinpaint.stages.structure import StructureStage
from vqinpaint.stages.texture import TextureStage
from vqinpaint.stages.vqvae import VQVAEStage


def make_stage(
    name: str,
    options: ModelOptions | PicModelOptions,
    optimizer: OptimizerOptions,
    run_dir: str,
    seed: int,
) -> Stage:
    """A stage with fresh weights to train, later ones on the run's trained VQ-VAE.

    Args:
      name: in `options.families.STAGES`.
      options: sizes of the networks.
      optimizer: how to train.
      run_dir: run folder with a trained VQ-VAE, which the first stage does not need.
      seed: of the initial weights and of dropout.

    Raises:
      ModelError: the run has no VQ-VAE that can be restored.
    """
    keras.utils.set_random_seed(seed)
    recompute = optimizer.recompute
    if isinstance(options, PicModelOptions):
        with computing_in(optimizer.precision), recomputing(recompute):
            return PicStage(options, optimizer, seed=seed)
    # The trained VQ-VAE keeps its full precision: its codes are what others learn.
    if name == "vqvae":
        with computing_in(optimizer.precision), recomputing(recompute):
            return VQVAEStage(options, optimizer)
    vqvae = networks.load_vqvae(run_dir, options)
    with computing_in(optimizer.precision), recomputing(recompute):
        if name == "structure":
            return StructureStage(options, optimizer, vqvae, seed=seed)
        if name == "bottom":
            return BottomStage(options, optimizer, vqvae, seed=seed)
        # Made before the prior, so that initial weights do not depend on there being one.
        texture = Texture(options)
    structure = None
    if folders.saved_options(run_dir, "structure"):
        structure = networks.load_structure(run_dir, folders.model_options(run_dir))
    return TextureStage(options, optimizer, vqvae, texture, structure)
