"""Trained networks as a run folder, so that their training can go on."""

from __future__ import annotations

import os
from typing import Callable

from vqinpaint import outputs
from vqinpaint.models.structure import StructureGenerator
from vqinpaint.models.texture import Texture
from vqinpaint.models.vqvae import VQVAE
from vqinpaint.options import (
    DataOptions,
    LoopOptions,
    ModelOptions,
    OptimizerOptions,
)
from vqinpaint.runs import folders
from vqinpaint.runs.checkpoints import Checkpoints
from vqinpaint.stages.base import Stage
from vqinpaint.stages.structure import StructureStage
from vqinpaint.stages.texture import TextureStage
from vqinpaint.stages.vqvae import VQVAEStage


def write_run_folder(
    networks: tuple[VQVAE, StructureGenerator, Texture],
    options: ModelOptions,
    run_dir: str,
) -> None:
    """Writes a run folder with every stage at step 0, completely or not at all.

    Args:
      networks: trained, not fused.
      options: their sizes.
      run_dir: folder to make; it must not exist.

    Raises:
      DiskError: the disk is full.
      OSError: the folder exists, or cannot be made.
    """
    run_dir = os.path.abspath(run_dir)
    with outputs.new_folder(os.path.dirname(run_dir)) as temporary:
        _fill(temporary, networks, options)
        os.rename(temporary, run_dir)


def _fill(run_dir, networks, options):
    optimizer = OptimizerOptions()
    vqvae, structure, texture = networks
    stages: dict[str, Callable[[], Stage]] = {
        "vqvae": lambda: VQVAEStage(options, optimizer, vqvae),
        "structure": lambda: StructureStage(options, optimizer, vqvae, structure),
        "texture": lambda: TextureStage(options, optimizer, vqvae, texture),
    }
    for name, make in stages.items():
        items = make().checkpoint_items()
        Checkpoints(folders.checkpoints_folder(run_dir, name), items).save(0)
        folders.write_options(
            run_dir,
            name,
            model=options,
            data=DataOptions(),
            optimizer=optimizer,
            loop=LoopOptions(),
            records={"split": None, "fingerprint": None},
        )
