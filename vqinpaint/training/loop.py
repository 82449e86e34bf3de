"""The outer loop of training: count, log, look, save, resume."""

import os
import time

import tensorflow as tf

from vqinpaint.errors import DataError, Interrupted, first_line
from vqinpaint.reporting import SILENT
from vqinpaint.stages.base import Batch
from vqinpaint.training.board import Board
from vqinpaint.training.faults import Faults
from vqinpaint.training.folder import ExactLosses
from vqinpaint.training.profiler import Profiler
from vqinpaint.training.signals import catch_signals
from vqinpaint.training.skips import Skips
from vqinpaint.training.workers import Workers


class _Due:
    """Which of the regular things are due after a step; all of them after the last."""

    def __init__(self, step, last):
        self._step, self._last = step, bool(last)

    def every(self, *intervals):
        return self._last or any(self._step % i == 0 for i in intervals)


# What reading and decoding a damaged shard raises.
_DAMAGE = (
    tf.errors.DataLossError,
    tf.errors.InvalidArgumentError,
    tf.errors.NotFoundError,
    tf.errors.OutOfRangeError,
)


def _spoilt(error, step, records_of):
    # Shards were whole when training began, so one was changed since.
    text = first_line(error)[:160]
    return DataError(
        f"the input of step {step} cannot be read ({text}); it is {records_of(step)}. "
        "Restore the shards and start again, it goes on from the newest checkpoint."
    )


class Loop:
    """Trains one stage in one folder.

    Args:
      stage: `stages.base.Stage`, made under the strategy's scope.
      strategy: `tf.distribute.Strategy`.
      folder: where checkpoints, log and TensorBoard events go.
      options: `LoopOptions`.
      evaluation: dataset of uint8 (image, mask) never trained on, or None.
      exact: whether to write every step's headline to losses.txt, as exact numbers.
      faults: `Faults` to inject, if any.
      hyperparameters: dict to show beside the figures, if any.
      reporter: told of progress and of what goes wrong; by one worker alone.
    """

    def __init__(
        self,
        stage,
        strategy,
        folder,
        options,
        evaluation=None,
        exact=False,
        faults=None,
        hyperparameters=None,
        reporter=SILENT,
    ):
        self.stage = stage
        self.strategy = strategy
        self.options = options
        self.workers = Workers(strategy)
        # The chief alone writes and looks.
        chief = self.workers.chief
        self.evaluation = evaluation if chief else None
        self.reporter = reporter if chief else SILENT
        self.losses = ExactLosses(folder) if exact and chief else None
        self.board = Board(folder) if chief else None
        if self.board and hyperparameters:
            self.board.hyperparameters(hyperparameters)
        self._profiler = Profiler(folder, options.profile if chief else 0)
        self._faults = faults or Faults()
        self._headline = ""
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

    def run(self, batches, steps, records_of=lambda step: "unknown records"):
        """Trains until `steps`, from wherever the folder's newest checkpoint stands.

        Args:
          batches: function from a `tf.distribute.InputContext` and a step to the dataset
            of replicas' uint8 batches that starts there.
          steps: total number of steps.
          records_of: function from a step's number, from 1, to a text that names its
            data.

        Returns:
          The last evaluation's scalars, or {}.

        Raises:
          DataError: a shard can no longer be read.
          DivergedError: too many gradients are not finite.
          Interrupted: after a signal to any worker, with everything saved; or when
            another worker was lost.
        """
        step = self._restore()
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
                    try:
                        batch = next(iterator)
                    except _DAMAGE as error:
                        raise _spoilt(error, step + 1, records_of) from None
                    scalars = self._step(batch, step, bool(caught))
                stop = scalars.pop("stop")
                recent.append(scalars)
                step += 1
                self._tell(step, steps)
                # A signal to one of many workers must end them all at the same step.
                # Asked once: a signal that comes later ends the next step.
                ending = bool(stop > 0 if self.workers.number > 1 else caught)
                due = _Due(step, last=step == steps or ending)
                if due.every(self.options.log_every, self.options.save_every):
                    # Only here does the program wait for the devices.
                    self._log(step, recent, since, skips)
                    recent, since = [], time.monotonic()
                if due.every(self.options.save_every) and self.workers.chief:
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
        self._profiler.stop()
        if self.board:
            self.board.flush()
        return result

    def _step(self, batch, step, stopping):
        """One step on all devices; TensorBoard gets the graph of the first one."""

        def call():
            return self._train_step(
                batch, tf.constant(step, tf.int64), tf.constant(float(stopping))
            )

        first = step == 0 and self.board
        return self.board.graph_of(call, step) if first else call()

    def _restore(self):
        """The step of the newest good checkpoint, restored on every worker."""
        step = self.checkpoints.restore() if self.workers.chief else 0
        step = self.workers.agree(step)
        if not self.workers.chief and step:
            self.checkpoints.restore_step(step)
        if step and self.workers.chief:
            self.reporter.note(f"{self.stage.name}: resuming at step {step}.")
        if self.losses:
            self.losses.forget_after(step)
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

    def _look(self, step):
        """What people look at in TensorBoard beside scalars."""
        if not self.board:
            return
        self.board.histograms(step, self.stage.variables)
        self.board.codebooks(step, self.stage.codebooks())
        if self.evaluation is not None:
            batch = next(iter(self.evaluation.unbatch().batch(self.options.pictures)))
            with self.stage.averaged():
                self.board.pictures(step, self._pictures(*batch))
        self.board.flush()
