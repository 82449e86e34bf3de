"""The smallest model that has every part, and pictures to feed it."""

import numpy as np
import tensorflow as tf

from vqinpaint import sampling
from vqinpaint.environment.keras2 import keras
from vqinpaint.joined import loading
from vqinpaint.models.bottom import BottomGenerator
from vqinpaint.models.pic import Pic
from vqinpaint.models.structure import StructureGenerator
from vqinpaint.models.texture import Texture
from vqinpaint.models.vqvae import VQVAE
from vqinpaint.options import (
    BottomOptions,
    DataOptions,
    LoopOptions,
    ModelOptions,
    OptimizerOptions,
    StructureOptions,
    TextureOptions,
    VQVAEOptions,
)
from vqinpaint.options.pic import PicModelOptions, PicOptions
from vqinpaint.runs import folders
from vqinpaint.runs.checkpoints import Checkpoints
from vqinpaint.stages.bottom import BottomStage
from vqinpaint.stages.pic import PicStage
from vqinpaint.stages.structure import StructureStage
from vqinpaint.stages.texture import TextureStage
from vqinpaint.stages.vqvae import VQVAEStage

OPTIONS = ModelOptions(
    image_size=64,
    vqvae=VQVAEOptions(
        channels=8, residual_blocks=1, residual_channels=4, code_dimension=4, codes=16
    ),
    structure=StructureOptions(
        channels=8,
        residual_channels=8,
        residual_blocks=2,
        attention_blocks=1,
        heads=2,
        output_blocks=1,
        condition_channels=2,
        condition_residual_channels=2,
    ),
    texture=TextureOptions(generator_channels=4, discriminator_channels=4),
    bottom=BottomOptions(
        channels=6,
        residual_channels=4,
        residual_blocks=1,
        condition_blocks=1,
        condition_channels=2,
        condition_residual_channels=2,
    ),
)

PIC = PicModelOptions(
    image_size=64,
    pic=PicOptions(
        generator_channels=4,
        discriminator_channels=4,
        most_channels=8,
        latent_channels=4,
        prior_blocks=1,
        depth=4,
        scales=2,
    ),
)

# The options of it that are not the defaults.
PIC_SIZES = (
    *("generator_channels", "discriminator_channels", "most_channels"),
    *("latent_channels", "prior_blocks", "depth", "scales"),
)

FLAGS = [
    "--image_size=64",
    "--load_size=64",
    "--vqvae_channels=8",
    "--vqvae_residual_blocks=1",
    "--vqvae_residual_channels=4",
    "--vqvae_code_dimension=4",
    "--vqvae_codes=16",
    "--structure_channels=8",
    "--structure_residual_channels=8",
    "--structure_residual_blocks=2",
    "--structure_attention_blocks=1",
    "--structure_heads=2",
    "--structure_output_blocks=1",
    "--structure_condition_channels=2",
    "--structure_condition_residual_channels=2",
    "--texture_generator_channels=4",
    "--texture_discriminator_channels=4",
    "--bottom_channels=6",
    "--bottom_residual_channels=4",
    "--bottom_residual_blocks=1",
    "--bottom_condition_blocks=1",
    "--bottom_condition_channels=2",
    "--bottom_condition_residual_channels=2",
    "--batch_size=2",
]


def images(number=2, size=64, seed=0):
    """Smooth random pictures: float32 [number, size, size, 3] in [-1, 1]."""
    coarse = np.random.default_rng(seed).uniform(-1, 1, (number, 8, 8, 3))
    return tf.clip_by_value(
        tf.image.resize(coarse.astype(np.float32), [size, size], "bicubic"), -1, 1
    )


def center_masks(number=2, size=64):
    """float32 [number, size, size, 1], 1 in the middle."""
    mask = np.zeros((number, size, size, 1), np.float32)
    mask[:, size // 4 : -size // 4, size // 4 : -size // 4] = 1
    return tf.constant(mask)


def randomise(network, seed=0):
    """Makes a network react: fresh gains and biases instead of ones and zeros."""
    generator = np.random.default_rng(seed)
    for variable in network.trainable_variables:
        shape = variable.shape
        if shape.rank == 1:
            variable.assign(variable + generator.normal(0, 0.3, shape).astype("f"))


def inpainter(
    num_samples=2,
    options=OPTIONS,
    sampler=sampling.DEFAULT,
    codes=False,
    generates=False,
):
    """An untrained model with lively weights, the same ones whichever test asks first.

    Args:
      codes: whether texture codes are drawn, in place of the texture generator.
    """
    keras.utils.set_random_seed(0)
    vqvae, structure, texture = (
        VQVAE(options),
        StructureGenerator(options),
        Texture(options),
    )
    networks = (
        vqvae.encoder,
        vqvae.decoder,
        structure.condition,
        structure.prior,
        texture.generator,
    )
    for seed, network in enumerate(networks):
        randomise(network, seed)
    bottom = None
    if codes:
        bottom = BottomGenerator(options)
        randomise(bottom.condition, len(networks))
        randomise(bottom.prior, len(networks) + 1)
    return loading.join(
        options,
        vqvae,
        structure,
        None if codes else texture.generator,
        num_samples=num_samples,
        sampler=sampler,
        bottom=bottom,
        generates=generates,
    )


def run_folder(folder, bottom=False, full_holes=0.0, texture=True):
    """Writes a run folder of an untrained model, as training would; always the same.

    Args:
      bottom, texture: whether the run has that stage.
      full_holes: that its options name.
    """
    keras.utils.set_random_seed(0)
    optimizer = OptimizerOptions()
    networks = VQVAE(OPTIONS), StructureGenerator(OPTIONS), Texture(OPTIONS)
    stages = {
        "vqvae": VQVAEStage(OPTIONS, optimizer, networks[0]),
        "structure": StructureStage(OPTIONS, optimizer, networks[0], networks[1]),
        "texture": TextureStage(OPTIONS, optimizer, networks[0], networks[2]),
    }
    if bottom:
        stages["bottom"] = BottomStage(OPTIONS, optimizer, networks[0])
    if not texture:
        del stages["texture"]
    for name, stage in stages.items():
        path = folders.checkpoints_folder(str(folder), name)
        Checkpoints(path, stage.checkpoint_items()).save(1)
        data = DataOptions(full_holes=full_holes)
        options = OPTIONS, data, optimizer, LoopOptions()
        folders.write_options(str(folder), name, *options, records=None)


def pic():
    """Networks of the other family with lively weights, always the same."""
    keras.utils.set_random_seed(0)
    networks = Pic(PIC.pic)
    randomise(networks)
    networks.generator.attention.alpha.assign(0.5)
    return networks


def pic_run_folder(folder):
    """Writes a run folder of the family "pic", untrained; always the same."""
    optimizer = OptimizerOptions()
    stage = PicStage(PIC, optimizer, pic())
    path = folders.checkpoints_folder(str(folder), "pic")
    Checkpoints(path, stage.checkpoint_items()).save(1)
    options = PIC, DataOptions(), optimizer, LoopOptions()
    folders.write_options(str(folder), "pic", *options, records=None)
