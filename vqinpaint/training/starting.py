"""Runs that begin with the weights of a trained model."""

from __future__ import annotations

import os

from vqinpaint import outputs
from vqinpaint.errors import UsageError
from vqinpaint.joined.unfused import trainable_networks
from vqinpaint.runs import folders, locating
from vqinpaint.runs.options_files import read_export
from vqinpaint.stages.run_folder import write_run_folder


def start_run(model: str, run_dir: str) -> bool:
    """Makes a run folder that begins with a model's weights, unless there is one already.

    Args:
      model: as of `joined.unfused.trainable_networks`.
      run_dir: folder to make.

    Returns:
      Whether it was made.

    Raises:
      ModelError, UsageError: as of `trainable_networks`; the folder cannot be made, or
        this is one of several workers.
    """
    if os.path.lexists(run_dir):
        return False
    if os.environ.get("TF_CONFIG"):
        raise UsageError(
            "--start_from makes the run folder in one process; run it once without "
            "TF_CONFIG, with --dry_run, then start all workers."
        )
    outputs.check_folder(os.path.dirname(run_dir.rstrip("/")), "--run_dir")
    options, networks = trainable_networks(model)
    write_run_folder(networks, options, run_dir, _full_holes(model, networks))
    return True


def _full_holes(model, stages):
    """{stage: share of its training pictures of which nothing was known}, as far as told."""
    location = locating.locate(model)
    if location.kind == locating.RUN:
        return {stage: folders.full_holes(location.path, stage) for stage in stages}
    return read_export(location.path).full_holes or {}
