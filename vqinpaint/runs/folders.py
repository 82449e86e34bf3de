"""A run folder: one subfolder per stage with its options, checkpoints and events."""

import dataclasses
import os

from vqinpaint import __version__, outputs
from vqinpaint.errors import ModelError
from vqinpaint.files import digests
from vqinpaint.files.json_files import read_json
from vqinpaint.files.schemas import as_form
from vqinpaint.options import ModelOptions, VQVAEOptions
from vqinpaint.options.families import STAGES as STAGES_OF
from vqinpaint.options.families import family_of_stage
from vqinpaint.options.fields import difference, fixed_values
from vqinpaint.options.pic import PicModelOptions
from vqinpaint.outputs import Taken, is_taken
from vqinpaint.runs import checkpoints
from vqinpaint.runs.options_files import read_stage
from vqinpaint.runs.sizes import require_sizes

# Of the family "vqvae": those of the paper, and all. With the further one texture codes
# can be drawn in place of the texture stage.
STAGES = ("vqvae", "structure", "texture")
ALL_STAGES = STAGES_OF["vqvae"]


def stage_folder(run_dir, stage):
    return os.path.join(run_dir, stage)


def options_path(run_dir, stage):
    return os.path.join(run_dir, stage, "options.json")


def saved_options(run_dir, stage):
    """What a stage of a run was trained with, as a dict; None if it saved nothing yet.

    Raises:
      ModelError: options.json is damaged, or names other sizes than the checkpoint has.
    """
    path = options_path(run_dir, stage)
    if not (
        checkpoints.steps_in(checkpoints_folder(run_dir, stage))
        and os.path.isfile(path)
    ):
        return None
    saved = read_stage(path)
    if stage not in saved["model"]:
        raise ModelError(
            f"{path} says nothing of the {stage} stage's sizes; copy or fetch the run "
            "again."
        )
    _check_heads(run_dir, saved)
    require_sizes(path, saved["model"], stage, latest_checkpoint(run_dir, stage))
    return saved


def _check_heads(run_dir, saved):
    """Refuses a prior of version 0.1.0 with other than eight heads.

    That version made heads C / heads wide, and not C / 8 as the authors do.

    Raises:
      ModelError: the prior is of that kind.
    """
    if (saved.get("version"), saved.get("stage")) != ("0.1.0", "structure"):
        return
    heads = saved["model"]["structure"].get("heads", 8)
    if heads != 8:
        raise ModelError(
            f"the structure stage in {run_dir} was trained by vqinpaint 0.1.0 with {heads} "
            "attention heads, which were of another width than the authors'; move its "
            "folder away and train it anew."
        )


def write_options(run_dir, stage, model, data, optimizer, loop, records):
    """Writes down what a stage is trained with.

    Args:
      run_dir, stage: whose.
      model, data, optimizer, loop: option dataclasses.
      records: dict of `split` and `fingerprint`; None where it is not known.
    """
    check_options(run_dir, stage)
    parts = {"model": model, "data": data, "optimizer": optimizer, "loop": loop}
    vqvae = vqvae_checkpoint(run_dir) if stage in ALL_STAGES[1:] else None
    outputs.write_json(
        options_path(run_dir, stage),
        {
            "version": __version__,
            "family": family_of_stage(stage),
            "stage": stage,
            **{name: dataclasses.asdict(part) for name, part in parts.items()},
            "vqvae_checkpoint": vqvae,
            "vqvae_digest": vqvae and vqvae_digest(run_dir),
            "records": records,
        },
        replace=True,
    )


def check_options(run_dir, stage):
    """Refuses a stage's folder whose options.json is no run's. Raises `Taken`."""
    path = options_path(run_dir, stage)
    if not is_taken(path):
        return
    try:
        ours = os.path.isfile(path) and read_json(path)["stage"] == stage
    except (ModelError, KeyError, TypeError, IndexError):
        ours = False
    if not ours:
        raise Taken(path)


def checkpoints_folder(run_dir, stage):
    return os.path.join(run_dir, stage, "checkpoints")


def latest_checkpoint(run_dir, stage):
    """Path of a stage's newest checkpoint. Raises ModelError when there is none."""
    path = checkpoints.newest(checkpoints_folder(run_dir, stage))
    if path is None:
        raise ModelError(
            f"{run_dir} has no trained {stage} stage; train it first with "
            f"python -m vqinpaint.train --stage={stage} --run_dir={run_dir}."
        )
    return path


def vqvae_checkpoint(run_dir):
    """Name of the VQ-VAE's newest checkpoint, such as "step-30000"."""
    return os.path.basename(latest_checkpoint(run_dir, "vqvae"))


def vqvae_digest(run_dir):
    """SHA-256 of the file that holds the checksums of all of the VQ-VAE's weights."""
    return digests.of_file(f"{latest_checkpoint(run_dir, 'vqvae')}.index")


def check_vqvae(run_dir, stage):
    """Refuses a later stage that was trained on another VQ-VAE than the run has now.

    Its codes would mean other things.

    Raises:
      ModelError: sizes, step or weights differ.
    """
    own = saved_options(run_dir, stage)
    if own is None:
        return
    now = saved_options(run_dir, "vqvae")["model"]["vqvae"]
    sizes = [fixed_values(VQVAEOptions(**v)) for v in (own["model"]["vqvae"], now)]
    steps = [own.get("vqvae_checkpoint"), vqvae_checkpoint(run_dir)]
    found = ""
    if sizes[0] != sizes[1]:
        found = f"of other sizes ({difference(*sizes)})"
    elif steps[0] not in (None, steps[1]):
        found = f"at {steps[1]} instead of {steps[0]}"
    elif own.get("vqvae_digest") not in (None, vqvae_digest(run_dir)):
        found = f"of other weights, although at {steps[1]} too"
    if found:
        raise ModelError(
            f"the {stage} stage in {run_dir} was trained on another VQ-VAE: it is now "
            f"{found}. Restore that one, or train {stage} anew in a new --run_dir."
        )


def trained_stages(run_dir):
    """Names of the stages, the further ones included, that a run has saved."""
    return [name for name in ALL_STAGES if saved_options(run_dir, name) is not None]


def full_holes(run_dir, stage):
    """Share of the pictures that a stage was trained on with nothing known, 0 to 1."""
    data = (saved_options(run_dir, stage) or {}).get("data")
    share = data.get("full_holes", 0) if isinstance(data, dict) else 0
    return share if isinstance(share, (int, float)) else 0


def model_options(run_dir):
    """`ModelOptions` of a run, each part from the stage that trains it."""
    vqvae = saved_options(run_dir, "vqvae")
    if vqvae is None:
        latest_checkpoint(run_dir, "vqvae")
        raise ModelError(f"{options_path(run_dir, 'vqvae')} is missing.")
    merged = dict(vqvae["model"])
    for stage in ALL_STAGES[1:]:
        saved = saved_options(run_dir, stage)
        if saved is not None:
            merged[stage] = saved["model"][stage]
    return as_form(merged, ModelOptions, run_dir)


def pic_options(run_dir):
    """`PicModelOptions` of a run of the family "pic"."""
    saved = saved_options(run_dir, "pic")
    if saved is None:
        latest_checkpoint(run_dir, "pic")
        raise ModelError(f"{options_path(run_dir, 'pic')} is missing.")
    return as_form(saved["model"], PicModelOptions, run_dir)
