"""Trained networks as a run folder, so that their training can go on."""

from __future__ import annotations

import os
from collections.abc import Mapping
from types import MappingProxyType
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
    networks: Mapping[str, tf.Module],
    options: ModelOptions,
    run_dir: str,
    full_holes: Mapping[str, float] = MappingProxyType({}),
) -> None:
    """Writes a run folder with its stages at step 0, completely or not at all.

    Args:
      networks: trained, not fused, by the stages that train them; a VQ-VAE at least.
      options: their sizes.
      run_dir: folder to make; it must not exist.
      full_holes: by stage, share of the pictures it was trained on of which nothing was
        known; 0 where a stage is left out.

    Raises:
      DiskError: the disk is full.
      OSError: the folder exists, or cannot be made.
    """
    run_dir = os.path.abspath(run_dir)
    with outputs.new_folder(os.path.dirname(run_dir)) as temporary:
        _fill(temporary, networks, options, full_holes)
        os.rename(temporary, run_dir)


def _fill(run_dir, networks, options, full_holes):
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
            data=DataOptions(full_holes=full_holes.get(name, 0.0)),
            optimizer=optimizer,
            loop=LoopOptions(),
            records={"split": None, "fingerprint": None},
        )
