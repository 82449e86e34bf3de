"""The authors' network as numbers: fixture folders, and networks built to their sizes.

Two fixtures lie beside the tests. In `goldens/uneven` sizes that meet in one layer differ:
pictures of 64x128, six heads over 20 channels (keys 2, values 10 wide); its
`dropout.npz` holds the logits of the authors' prior when each of its dropouts is replaced
by a multiplication by one half. VQINPAINT_ORACLE names another fixture to use instead.
"""

import functools
import json
import os
import pathlib

import numpy as np

from vqinpaint.authors import networks as authors
from vqinpaint.models.structure import StructureGenerator
from vqinpaint.models.texture import Texture
from vqinpaint.models.vqvae import VQVAE
from vqinpaint.options import (
    ModelOptions,
    StructureOptions,
    TextureOptions,
    VQVAEOptions,
)

GOLDENS = pathlib.Path(__file__).parent / "goldens"
FOLDERS = [GOLDENS / "fixture", GOLDENS / "uneven"]
if os.environ.get("VQINPAINT_ORACLE"):
    FOLDERS = [pathlib.Path(os.environ["VQINPAINT_ORACLE"])]


@functools.lru_cache(None)
def arrays(folder, name):
    """All arrays of FOLDER/NAME.npz by their names."""
    with np.load(folder / f"{name}.npz") as file:
        return dict(file)


class Oracle:
    """One fixture: its sizes, inputs and numbers.

    Args:
      folder: path of the fixture.
    """

    def __init__(self, folder):
        self.folder = folder

    def arrays(self, name):
        return arrays(self.folder, name)

    def options(self):
        """The fixture's sizes, with dropout off as when it was made."""
        c = json.loads((self.folder / "config.json").read_text())
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

    def image(self):
        return self.arrays("inputs")["image"]

    def mask(self):
        """The fixture's one mask, for every picture of the batch."""
        shape = (*self.image().shape[:3], 1)
        return np.broadcast_to(self.arrays("inputs")["mask"], shape).astype(np.float32)


class Networks:
    """All six networks, with a fixture's weights.

    Args:
      oracle: `Oracle`.
      options: `ModelOptions`; default the fixture's.
    """

    def __init__(self, oracle, options=None):
        self.options = options or oracle.options()
        self.vqvae = VQVAE(self.options)
        self.structure = StructureGenerator(self.options)
        self.texture = Texture(self.options)
        self.slots = self.named(averages=False)
        for name, value in oracle.arrays("weights").items():
            self.slots[name].write(value)

    def named(self, averages):
        networks = authors.Networks(self.vqvae, self.structure, self.texture)
        return networks.slots(averages)


def relative_error(value, reference):
    """Largest difference over the largest reference value."""
    value, reference = np.asarray(value), np.asarray(reference)
    assert value.shape == reference.shape
    return np.max(np.abs(value - reference)) / max(np.max(np.abs(reference)), 1e-12)
