"""The outer loop of training: count, log, look, save, resume."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Optional

import tensorflow as tf

from vqinpaint.errors import DataError, Interrupted, first_line
from vqinpaint.options import LoopOptions
from vqinpaint.reporting import SILENT, Reporter
from vqinpaint.runs.checkpoints import steps_in
from vqinpaint.stages.base import Batch, Stage
from vqinpaint.training.board import Board
from vqinpaint.training.due import Due
from vqinpaint.training.faults import Faults
from vqinpaint.training.folder import ExactLosses
from vqinpaint.training.profiler import Profiler
from vqinpaint.training.signals import catch_signals
from vqinpaint.training.skips import Skips
from vqinpaint.training.workers import Workers


class Evaluation(NamedTuple):
    """What an evaluation of a whole model found."""

    figures: Mapping[str, float]  # by name
    plots: Mapping[str, bytes]  # PNG, by what they show


EvaluateModel = Callable[[int, Callable[[], bool]], Optional[Evaluation]]


# What reading and decoding a damaged shard raises.
_DAMAGE = (
    tf.errors.DataLossError,
    tf.errors.InvalidArgumentError,
    tf.errors.NotFoundError,
    tf.errors.OutOfRangeError,
)


class Loop:
    """Trains one stage in one folder.

    Args:
      stage: made under the strategy's scope.
      strategy: devices, and processes, that share a step.
      folder: where checkpoints, log.jsonl, losses.txt and TensorBoard's events go.
      options: how often to do what.
      evaluation: batches of uint8 (image [B, S, S, 3], mask [B, S, S, 1]) that are never
        trained on; None trains without evaluation.
      exact: whether to write every step's headline to losses.txt, as exact numbers.
      faults: to inject, for tests.
      hyperparameters: values by name for TensorBoard; None shows none.
      reporter: told of progress and of what goes wrong; by one worker alone.
      evaluate_model: called with the number of steps taken and a function that tells
        whether to give up, at every `options.evaluate_every` steps, after saving.

    Attributes:
      step: number of steps taken, those of earlier runs included; 0 before `run`.
    """

    def __init__(
        self,
        stage: Stage,
        strategy: tf.distribute.Strategy,
        folder: str,
        options: LoopOptions,
        evaluation: tf.data.Dataset | None = None,
        exact: bool = False,
        faults: Faults | None = None,
        hyperparameters: Mapping[str, Any] | None = None,
        reporter: Reporter = SILENT,
        evaluate_model: EvaluateModel | None = None,
    ):
        self.stage = stage
        self.strategy = strategy
        self.options = options
        self.workers = Workers(strategy)
        # The chief alone writes, evaluates and makes pictures.
        chief = self.workers.chief
        self.evaluation = evaluation if chief else None
        self.evaluate_model = evaluate_model if chief else None
        self.reporter = reporter if chief else SILENT
        self.losses = ExactLosses(folder) if exact and chief else None
        self.board = Board(folder) if chief else None
        if self.board and hyperparameters:
            self.board.hyperparameters(hyperparameters)
        self._profiler = Profiler(folder, options.profile if chief else 0)
        self._faults = faults or Faults()
        self._headline, self.step = "", 0
        with strategy.scope():
            self.checkpoints = self._faults.checkpoints(
                os.path.join(folder, "checkpoints"),
                stage.checkpoint_items(),
                options.keep,
                self.reporter,
            )
        self._train_step = tf.function(self._distributed_step)
        self._eval_step = tf.function(lambda *batch: stage.eval_step(Batch.of(*batch)))
        self._pictures = tf.function(lambda *batch: stage.pictures(Batch.of(*batch)))

    def _distributed_step(self, batch, step, stop):
        def on_each(image, mask):
            batch = self._faults.spoil(Batch.of(image, mask), step)
            return {**self.stage.train_step(batch, step), "stop": stop}

        scalars = self.strategy.run(on_each, args=batch)
        mean = tf.distribute.ReduceOp.MEAN
        return {k: self.strategy.reduce(mean, v, None) for k, v in scalars.items()}

    def run(
        self,
        batches: Callable[[tf.distribute.InputContext, int], tf.data.Dataset],
        steps: int,
        records_of: Callable[[int], str] = lambda step: "unknown records",
        begins: Callable[[], None] = lambda: None,
    ) -> dict[str, float]:
        """Trains up to step number `steps`, from the folder's newest checkpoint on.

        Args:
          batches: function from a `tf.distribute.InputContext` and the number of steps
            taken before to a dataset of replicas' batches from there on, uint8 as those
            of `evaluation`.
          steps: number of steps in all, those of earlier runs included.
          records_of: function from a step's number, from 1, to a text that names the
            records it is trained on.
          begins: called by the chief before the first step, if one is to be taken.

        Returns:
          The scalars of the last evaluation by name; {} without evaluation.

        Raises:
          DataError: a shard can no longer be read.
          DivergedError: too many gradients are not finite.
          Interrupted: a signal came to any worker, and everything is saved; or another
            worker was lost.
        """
        step = self.step = self._restore()
        if step < steps and self.workers.chief:
            begins()
        iterator = iter(
            self.strategy.distribute_datasets_from_function(
                lambda context: batches(context, step)
            )
        )
        skips = Skips(
            self.stage.name, self.options.max_skipped, records_of, self.reporter
        )
        result, recent, since = {}, [], time.monotonic()
        self._tell(step, steps)
        with self.workers.losses_named(), catch_signals() as caught:
            while step < steps:
                with self._profiler.step(step + 1):
                    batch = self._next(iterator, step + 1, records_of)
                    scalars = self._step(batch, step, bool(caught))
                stop = scalars.pop("stop")
                recent.append(scalars)
                step = self.step = step + 1
                self._tell(step, steps)
                # A signal to one of many workers must end all of them at the same step.
                # It is read once a step, so one that comes later ends the next step.
                ending = bool(stop > 0 if self.workers.number > 1 else caught)
                due = Due(step, last=step == steps or ending)
                saving = self.options.save_every, self.options.evaluate_every
                if due.every(self.options.log_every, *saving):
                    # The program waits for the devices here and nowhere else.
                    self._log(step, recent, since, skips)
                    recent, since = [], time.monotonic()
                pause = time.monotonic()
                if due.every(*saving) and self.workers.chief:
                    self.checkpoints.save(step)
                if ending:
                    raise Interrupted(
                        f"{caught[0] if caught else 'another worker was stopped'} at "
                        f"step {step}; all is saved, the same command goes on from here."
                    )
                if due.every(self.options.eval_every):
                    result = self._evaluate(step)
                if due.every(self.options.picture_every):
                    self._look(step)
                if due.every(self.options.evaluate_every):
                    self._evaluate_model(step, caught)
                since += time.monotonic() - pause  # which took no step
        self._profiler.stop()
        if self.board:
            self.board.flush()
        return result

    @staticmethod
    def _next(iterator, step, records_of):
        """The batch of step number `step`, from 1."""
        try:
            return next(iterator)
        except _DAMAGE as error:
            # Shards were whole when training began, so one was changed since.
            raise DataError(
                f"the input of step {step} cannot be read ({first_line(error)[:160]}); it "
                f"is {records_of(step)}. Restore the shards and start again, it goes on "
                "from the newest checkpoint."
            ) from None

    def _step(self, batch, step, stopping):
        """Takes a step on all devices; TensorBoard gets the graph of the first one."""

        def call():
            return self._train_step(
                batch, tf.constant(step, tf.int64), tf.constant(float(stopping))
            )

        first = step == 0 and self.board
        return self.board.graph_of(call, step) if first else call()

    def _restore(self):
        """The step of the newest good checkpoint, restored on every worker."""
        step = self.checkpoints.restore() if self.workers.chief else 0
        # A run that begins with the weights of a model has a checkpoint of step 0.
        has_one = self.workers.chief and bool(steps_in(self.checkpoints.folder))
        step, has_one = map(self.workers.agree, (step, int(has_one)))
        if not self.workers.chief and has_one:
            self.checkpoints.restore_step(step)
        if step and self.workers.chief:
            self.reporter.note(f"{self.stage.name}: resuming at step {step}.")
        if self.losses:
            self.losses.forget_after(step)
        if self.board:
            self.board.forget_after(step)
        return step

    def _tell(self, step, steps):
        """Reports that `step` of `steps` are done, with the loss that was logged last."""
        self.reporter.progress(
            f"steps of {self.stage.name}", step, steps, self._headline
        )

    def _log(self, step, recent, since, skips):
        """Means of the scalars of those recent steps, up to `step`, that were applied."""
        recent = [{k: float(v) for k, v in scalars.items()} for scalars in recent]
        rate = len(recent) / (time.monotonic() - since)
        first = step - len(recent) + 1
        if self.losses:
            self.losses.add(first, [r[self.stage.headline] for r in recent])
        for i, scalars in enumerate(recent, start=first):
            if scalars["skipped"]:
                skips.add(i)
        applied = [r for r in recent if not r["skipped"]]
        means = {
            k: sum(r[k] for r in applied) / len(applied) for k in recent[0] if applied
        }
        if applied:
            headline = means[self.stage.headline]
            self._headline = f"{self.stage.headline}={headline:.4g}"
        means["skipped"] = len(recent) - len(applied)
        if self.board:
            self.board.scalars("train", step, {**means, "steps_per_second": rate})

    def _evaluate(self, step):
        """Scalars on the evaluation data, with the averaged weights."""
        if self.evaluation is None:
            return {}
        sums, count = {}, 0
        with self.stage.averaged():
            for batch in self.evaluation:
                size = int(batch[0].shape[0])
                count += size
                for name, value in self._eval_step(*batch).items():
                    sums[name] = sums.get(name, 0.0) + float(value) * size
        means = {name: value / count for name, value in sums.items()}
        self.board.scalars("validation", step, means)
        return means

    def _evaluate_model(self, step, caught):
        """Figures and plots of the whole model, of which the stage was just saved."""
        found = self.evaluate_model and self.evaluate_model(step, lambda: bool(caught))
        if found:
            self.board.scalars("evaluation", step, found.figures)
            self.board.plots(step, found.plots)

    def _look(self, step):
        """Writes what TensorBoard shows beside scalars."""
        if not self.board:
            return
        self.board.histograms(step, self.stage.variables)
        self.board.codebooks(step, self.stage.codebooks())
        if self.evaluation is not None:
            batch = next(iter(self.evaluation.unbatch().batch(self.options.pictures)))
            with self.stage.averaged():
                self.board.pictures(step, self._pictures(*batch))
        self.board.flush()
