"""Trains one stage: python -m vqinpaint.train --stage=vqvae --data=... --run_dir=...

The stage vqvae goes first; structure, texture and bottom find the VQ-VAE in the same run
folder and do not need one another. The stage pic is a model of its own. The same command
resumes.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import sys

from vqinpaint.cli import FLAGS, given, read, run_main

from vqinpaint.environment import onednn_for_training  # noqa: F401  # isort: skip
from vqinpaint.environment import quiet_tensorflow  # noqa: F401  # isort: skip  # after the others

import tensorflow as tf

from vqinpaint import outputs
from vqinpaint.cli.console import Console
from vqinpaint.cli.printing import say
from vqinpaint.cli.training_flags import define_training_flags
from vqinpaint.data import pipeline, records
from vqinpaint.errors import ModelError, PictureError, UsageError
from vqinpaint.evaluating import during_training
from vqinpaint.options import (
    DataOptions,
    LoopOptions,
    ModelOptions,
    OptimizerOptions,
)
from vqinpaint.options.families import MODELS, PARTS, STAGES, family_of_stage
from vqinpaint.options.fields import difference, fixed_values
from vqinpaint.options.pic import PicModelOptions
from vqinpaint.pictures.listing import list_pictures
from vqinpaint.runs import folders, locating
from vqinpaint.stages import making
from vqinpaint.stages.base import Stage
from vqinpaint.training import (
    Faults,
    Loop,
    Workers,
    dry_run,
    make_strategy,
    only_writer,
)
from vqinpaint.training.starting import start_run

define_training_flags()


def _begun(stage, run_dir):
    """What the run has settled already: image_size and parts by name, as saved."""
    settled = {}
    for name in _concerned(stage):
        saved = folders.saved_options(run_dir, name)
        if saved is not None:
            settled["image_size"] = saved["model"]["image_size"]
            settled[name] = saved["model"][name]
    return settled


def _concerned(stage):
    """The stage itself and the one that it builds upon, the first of its family."""
    return STAGES[family_of_stage(stage)][0], stage


def resolve_model(stage, run_dir):
    """Options of the stage's family, such as `ModelOptions`, from run folder and flags.

    What a run has begun with stays: a flag that asks for something else is an error.

    Raises:
      ModelError: no VQ-VAE is trained yet, or the flags contradict the run.
    """
    family = family_of_stage(stage)
    if stage in folders.ALL_STAGES[1:]:
        folders.latest_checkpoint(run_dir, "vqvae")
        folders.check_vqvae(run_dir, stage)
    begun = _begun(stage, run_dir)
    size = {"image_size": begun.pop("image_size")} if begun else {}
    parts = {
        name: read(part, f"{name}_", **begun.get(name, {}))
        for name, part in PARTS.items()
        if name in STAGES[family]
    }
    options = read(MODELS[family], **size, **parts)
    checks = [(size, {name: options.image_size for name in size})]
    for name, saved in begun.items():
        saved = PARTS[name](**saved)
        checks.append((fixed_values(saved), fixed_values(parts[name])))
    for saved, asked in checks:
        if saved != asked:
            raise ModelError(
                f"{run_dir} was begun with other sizes than the flags ask for: "
                f"{difference(saved, asked)}; drop these flags or choose another "
                "--run_dir."
            )
    return options


def _open_split(name):
    return records.open_split(FLAGS.data, name, FLAGS.verify_data, Console())


def open_evaluation(options, data):
    """Batches of the evaluation split, or None where it is switched off or absent."""
    if not FLAGS.eval_split:
        return None
    manifest = os.path.join(FLAGS.data, f"{FLAGS.eval_split}.json")
    if not os.path.exists(manifest) and not FLAGS["eval_split"].present:
        say(f"{manifest} does not exist: training without evaluation.")
        return None
    split = _open_split(FLAGS.eval_split)
    return pipeline.evaluation_batches(
        split, options.image_size, data, FLAGS.eval_pictures
    )


def _tell_of_enlarging(split, load_size):
    shrunk = split.manifest.get("short_side", 0)
    if 0 < shrunk < load_size:
        say(
            f"{FLAGS.data} was shrunk to a short side of {shrunk} and is enlarged to "
            f"{load_size} again; write it with --short_side={load_size} for sharp pictures."
        )


def _check_run_dir(run_dir, stage):
    """Refuses a run folder that cannot be written to, before data are read."""
    # Of several workers one alone writes, and only it need be able to.
    if not os.environ.get("TF_CONFIG"):
        outputs.check_folder(run_dir, "--run_dir")
        outputs.check_folder(folders.stage_folder(run_dir, stage), "--run_dir")
    folders.check_options(run_dir, stage)
    begun, family = locating.begun_family(run_dir), family_of_stage(stage)
    if begun not in (None, family):
        raise ModelError(
            f"{run_dir} holds a model of the family '{begun}', and {stage} is a stage of "
            f"'{family}'; choose another --run_dir."
        )


@dataclasses.dataclass
class _Plan:
    """What the flags ask for."""

    stage: str
    options: ModelOptions | PicModelOptions
    data: DataOptions
    optimizer: OptimizerOptions
    loop: LoopOptions
    split: records.Split
    faults: Faults

    @classmethod
    def of_flags(cls):
        stage = FLAGS.stage
        if stage not in PARTS:
            raise UsageError(
                f"--stage={stage or ''} is unknown; it must be one of {', '.join(PARTS)}."
            )
        if not FLAGS.run_dir or not FLAGS.data:
            raise UsageError("give --data=FOLDER of TFRecords and --run_dir=FOLDER.")
        _check_run_dir(FLAGS.run_dir, stage)
        faults = Faults.parse(FLAGS.fault)
        options = resolve_model(stage, FLAGS.run_dir)
        data = read(DataOptions)
        batch = getattr(FLAGS, f"{stage}_batch_size")
        if batch is not None:
            data = dataclasses.replace(data, batch_size=batch)
        optimizer = read(OptimizerOptions, f"{stage}_", **given(OptimizerOptions))
        if data.mask == "folder":
            # To tell what is left out; what is wrong with it is told where it is read.
            with contextlib.suppress(PictureError):
                list_pictures(data.mask_dir, "mask", Console())
        split = _open_split(FLAGS.split)
        _tell_of_enlarging(split, data.load_size_for(options.image_size))
        return cls(stage, options, data, optimizer, read(LoopOptions), split, faults)

    def tell_of_other_records(self, folder):
        """Says so where the stage was trained on other records than the flags name."""
        saved = folders.saved_options(FLAGS.run_dir, self.stage) or {}
        # Imported stages, and those of other programs, were trained on unknown records.
        known = (saved.get("records") or {}).get("fingerprint")
        if known and known != self.split.fingerprint:
            say(f"note: {folder} was trained on other records so far.", sys.stderr)

    def make_stage(self, strategy: tf.distribute.Strategy) -> Stage:
        made = self.stage, self.options, self.optimizer, FLAGS.run_dir, self.data.seed
        with strategy.scope():
            return making.make_stage(*made)

    def dry_run(self, strategy: tf.distribute.Strategy, path: str) -> str:
        """What training would need, in words; `path` is the PNG of the first batch."""
        parts = self.optimizer.accumulate
        rows = self.data.batch_size // strategy.num_replicas_in_sync // parts
        # What one part needs, told by a stage that takes its batch whole.
        optimizer = dataclasses.replace(self.optimizer, accumulate=1)
        stage = dataclasses.replace(self, optimizer=optimizer).make_stage(strategy)
        first = next(iter(self.batches(None, 0)))
        return dry_run(stage, self.flat(), rows, first, path)

    def batches(self, context, step):
        """Training batches from `step` on."""
        return pipeline.training_batches(
            self.split, self.options.image_size, self.data, step, context
        )

    def records_text(self, step):
        """Which records that step used."""
        numbers = pipeline.records_at(self.split, self.data, step - 1)
        told = ", ".join(map(str, numbers))
        return f"records {told} of {self.split.manifest['split']}"

    def flat(self):
        """Every option by its name, parts and names joined by dots."""
        parts = {
            **{name: getattr(self.options, name) for name in _concerned(self.stage)},
            **{name: getattr(self, name) for name in ("data", "optimizer", "loop")},
        }
        return {
            f"{name}.{field}": value
            for name, part in parts.items()
            for field, value in dataclasses.asdict(part).items()
        }

    def write_options(self):
        folders.write_options(
            FLAGS.run_dir,
            self.stage,
            model=self.options,
            data=self.data,
            optimizer=self.optimizer,
            loop=self.loop,
            records={"split": FLAGS.split, "fingerprint": self.split.fingerprint},
        )


def _train(plan, folder, strategy):
    """Trains up to the wanted step; returns what is reached and the last figures."""
    evaluate = during_training.planned(
        *(plan.loop, FLAGS.run_dir, plan.stage, FLAGS.data, FLAGS.eval_split),
        *(plan.data, Console()),
    )
    stage = plan.make_stage(strategy)
    chief = Workers(strategy).chief
    with only_writer(folder) if chief else contextlib.nullcontext():
        loop = Loop(
            stage,
            strategy,
            folder,
            plan.loop,
            open_evaluation(plan.options, plan.data),
            exact=FLAGS.deterministic,
            faults=plan.faults,
            hyperparameters=plan.flat(),
            reporter=Console(),
            evaluate_model=evaluate,
        )
        steps = 1_000_000 if plan.optimizer.steps is None else plan.optimizer.steps
        # Options of a stage that is not trained on stay those that it was trained with.
        result = loop.run(plan.batches, steps, plan.records_text, plan.write_options)
        return loop.step, result


def main():
    if (
        FLAGS.start_from
        and FLAGS.run_dir
        and start_run(FLAGS.start_from, FLAGS.run_dir)
    ):
        say(f"{FLAGS.run_dir}: begins with the weights of {FLAGS.start_from}.")
    plan = _Plan.of_flags()
    if FLAGS.deterministic:
        tf.config.experimental.enable_op_determinism()
    strategy = make_strategy(FLAGS.devices)
    plan.data.check_shared(strategy.num_replicas_in_sync, plan.optimizer.accumulate)
    folder = folders.stage_folder(FLAGS.run_dir, plan.stage)
    plan.tell_of_other_records(folder)
    if FLAGS.dry_run:
        for line in plan.dry_run(strategy, f"{folder}_first_batch.png").splitlines():
            say(line)
        return
    steps, result = _train(plan, folder, strategy)
    figures = ", ".join(f"{name} {value:.4g}" for name, value in result.items())
    say(f"{plan.stage}: {steps} steps done in {folder}. {figures}")


def run():
    """Console entry."""
    run_main(main)


if __name__ == "__main__":
    run()
