"""Trained networks as a run folder, so that their training can go on."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import tensorflow as tf

from vqinpaint import outputs
from vqinpaint.options import (
    DataOptions,
    LoopOptions,
    ModelOptions,
    OptimizerOptions,
)
from vqinpaint.runs import folders
from vqinpaint.runs.checkpoints import Checkpoints
from vqinpaint.stages.bottom import BottomStage
from vqinpaint.stages.structure import StructureStage
from vqinpaint.stages.texture import TextureStage
from vqinpaint.stages.vqvae import VQVAEStage

_STAGES: dict[str, Any] = {
    "vqvae": VQVAEStage,
    "structure": StructureStage,
    "texture": TextureStage,
    "bottom": BottomStage,
}


def write_run_folder(
    networks: Mapping[str, tf.Module], options: ModelOptions, run_dir: str
) -> None:
    """Writes a run folder with its stages at step 0, completely or not at all.

    Args:
      networks: trained, not fused, by the stages that train them; a VQ-VAE at least.
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
    optimizer, vqvae = OptimizerOptions(), networks["vqvae"]
    for name, network in networks.items():
        own = () if name == "vqvae" else (network,)
        stage = _STAGES[name](options, optimizer, vqvae, *own)
        items = stage.checkpoint_items()
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
