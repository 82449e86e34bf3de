"""The authors' network as numbers: a fixture folder, and networks built to its sizes.

VQINPAINT_ORACLE names another fixture; the default is the copy beside the tests.
"""

import functools
import json
import os
import pathlib

import numpy as np

from vqinpaint.authors import networks as authors
from vqinpaint.options import (
    ModelOptions,
    StructureOptions,
    TextureOptions,
    VQVAEOptions,
)
from vqinpaint.stages.structure import StructureGenerator
from vqinpaint.stages.texture import Texture
from vqinpaint.stages.vqvae import VQVAE

FOLDER = pathlib.Path(
    os.environ.get("VQINPAINT_ORACLE")
    or pathlib.Path(__file__).parent / "goldens" / "fixture"
)


@functools.lru_cache(None)
def arrays(name):
    with np.load(FOLDER / f"{name}.npz") as file:
        return dict(file)


def options():
    """The fixture's sizes, with dropout off as when it was made."""
    c = json.loads((FOLDER / "config.json").read_text())
    return ModelOptions(
        image_size=c["image_size"],
        vqvae=VQVAEOptions(
            channels=c["nr_channel_vq"],
            residual_blocks=c["nr_res_block_vq"],
            residual_channels=c["nr_res_channel_vq"],
            code_dimension=c["embedding_dim"],
            codes=c["num_embeddings"],
        ),
        structure=StructureOptions(
            channels=c["nr_channel_s"],
            residual_channels=c["nr_res_channel_s"],
            residual_blocks=c["nr_resnet_s"],
            attention_blocks=c["nr_attention_s"],
            heads=c["nr_head_s"],
            output_blocks=c["nr_resnet_out_s"],
            condition_channels=c["nr_channel_cond_s"],
            condition_residual_channels=c["nr_res_channel_cond_s"],
            dropout=0.0,
        ),
        texture=TextureOptions(
            generator_channels=c["nr_channel_gen_t"],
            discriminator_channels=c["nr_channel_dis_t"],
        ),
    )


class Networks:
    """All six networks, with the fixture's weights."""

    def __init__(self):
        self.options = options()
        self.vqvae = VQVAE(self.options)
        self.structure = StructureGenerator(self.options)
        self.texture = Texture(self.options)
        self.slots = self.named(averages=False)
        for name, value in arrays("weights").items():
            self.slots[name].write(value)

    def named(self, averages):
        networks = authors.Networks(self.vqvae, self.structure, self.texture)
        return networks.slots(averages)


def image():
    return arrays("inputs")["image"]


def mask():
    """The fixture's one mask, for every picture of the batch."""
    return np.broadcast_to(arrays("inputs")["mask"], (*image().shape[:3], 1)).astype(
        np.float32
    )


def relative_error(value, reference):
    """Largest difference over the largest reference value."""
    value, reference = np.asarray(value), np.asarray(reference)
    assert value.shape == reference.shape
    return np.max(np.abs(value - reference)) / max(np.max(np.abs(reference)), 1e-12)
