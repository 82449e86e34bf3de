"""Makes the stage that a command asks for, on what its run has trained already."""

from vqinpaint.environment.keras2 import keras
from vqinpaint.ops.precision import computing_in
from vqinpaint.runs import folders, networks
from vqinpaint.stages.structure import StructureStage
from vqinpaint.stages.texture import TextureStage
from vqinpaint.stages.vqvae import VQVAEStage


def make_stage(name, options, optimizer, run_dir, seed):
    """A stage with fresh weights to train, later ones on the run's trained VQ-VAE.

    Args:
      name: in `runs.folders.STAGES`.
      options: `ModelOptions`.
      optimizer: `OptimizerOptions`.
      run_dir: where a trained VQ-VAE is.
      seed: of the weights.
    """
    keras.utils.set_random_seed(seed)
    # The trained VQ-VAE keeps its full precision: its codes are what others learn.
    vqvae = None if name == "vqvae" else networks.load_vqvae(run_dir, options)
    with computing_in(optimizer.precision):
        if name == "vqvae":
            return VQVAEStage(options, optimizer)
        if name == "structure":
            return StructureStage(options, optimizer, vqvae, seed=seed)
        stage = TextureStage(options, optimizer, vqvae)
    if folders.saved_options(run_dir, "structure"):
        # Only to look at: completions of drawn structures in TensorBoard. Made last, so
        # that initial weights do not depend on it.
        stage.structure = networks.load_structure(
            run_dir, folders.model_options(run_dir)
        )
    return stage
