"""The outer loop of training: count, log, look, save, resume. Knows no stage by name."""

import contextlib
import dataclasses
import fcntl
import json
import math
import os
import signal
import time

import tensorflow as tf
from tqdm import tqdm

from vqinpaint.checkpoints import Checkpoints
from vqinpaint.errors import DivergedError, Interrupted, ModelError
from vqinpaint.ops.images import to_uint8
from vqinpaint.options import option, require_positive
from vqinpaint.stages.base import Batch


@dataclasses.dataclass(frozen=True)
class LoopOptions:
    """How often the loop does what, in steps."""

    save_every: int = option(1000, "Checkpoints.")
    log_every: int = option(100, "Scalars, averaged over these steps.")
    eval_every: int = option(2000, "Scalars on the evaluation split.")
    picture_every: int = option(2000, "Pictures for TensorBoard.")
    keep: int = option(3, "Checkpoints kept.")
    pictures: int = option(8, "Pictures a row.")

    def __post_init__(self):
        require_positive(self)


@contextlib.contextmanager
def only_writer(folder):
    """Holds the folder for this process; the lock dies with it.

    Raises:
      ModelError: another process trains in this folder.
    """
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, ".lock"), "a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise ModelError(
                f"{folder} is in use by process {file.read().strip()}; wait for it or "
                "choose another --run_dir."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


@contextlib.contextmanager
def _catch_signals():
    """Yields a list that becomes non-empty at SIGINT or SIGTERM; a second one kills."""
    caught = []

    def note(number, frame):
        caught.append(signal.Signals(number).name)
        signal.signal(number, signal.SIG_DFL)

    before = {s: signal.signal(s, note) for s in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield caught
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class ExactLosses:
    """A file with one line a step, "STEP HEX", that two runs can be compared by.

    Args:
      folder: of the stage.
    """

    def __init__(self, folder):
        self._path = os.path.join(folder, "losses.txt")

    def add(self, first, losses):
        """Appends the losses of the steps from `first` on."""
        lines = [f"{i} {loss.hex()}\n" for i, loss in enumerate(losses, start=first)]
        with open(self._path, "a", encoding="ascii") as file:
            file.writelines(lines)

    def forget_after(self, step):
        """Drops what a killed run wrote after its last checkpoint."""
        if not os.path.exists(self._path):
            return
        with open(self._path, encoding="ascii") as file:
            lines = file.readlines()
        kept = [line for line in lines if int(line.split()[0]) <= step]
        temporary = f"{self._path}.new"
        with open(temporary, "w", encoding="ascii") as file:
            file.writelines(kept)
        os.replace(temporary, self._path)


class _Due:
    """Which of the regular things are due after a step; all of them after the last."""

    def __init__(self, step, last):
        self._step, self._last = step, bool(last)

    def every(self, *intervals):
        return self._last or any(self._step % i == 0 for i in intervals)


class Loop:
    """Trains one stage in one folder.

    Args:
      stage: `stages.base.Stage`, made under the strategy's scope.
      strategy: `tf.distribute.Strategy`.
      folder: where checkpoints, log and TensorBoard events go.
      options: `LoopOptions`.
      evaluation: dataset of (image, mask) never trained on, or None.
      exact: whether to write every step's headline to losses.txt, as exact numbers.
      slow_save: see `Checkpoints`.
    """

    def __init__(
        self,
        stage,
        strategy,
        folder,
        options,
        evaluation=None,
        exact=False,
        slow_save=None,
    ):
        self.stage = stage
        self.strategy = strategy
        self.folder = folder
        self.options = options
        self.evaluation = evaluation
        self.losses = ExactLosses(folder) if exact else None
        with strategy.scope():
            self.checkpoints = Checkpoints(
                os.path.join(folder, "checkpoints"),
                stage.checkpoint_items(),
                options.keep,
                slow_save,
            )
        self.writer = tf.summary.create_file_writer(folder)
        self._train_step = tf.function(self._distributed_step)
        self._eval_step = tf.function(lambda *batch: stage.eval_step(Batch(*batch)))
        self._pictures = tf.function(lambda *batch: stage.pictures(Batch(*batch)))

    def _distributed_step(self, batch, step):
        scalars = self.strategy.run(self.stage.train_step, args=(Batch(*batch), step))
        mean = tf.distribute.ReduceOp.MEAN
        return {k: self.strategy.reduce(mean, v, None) for k, v in scalars.items()}

    def run(self, batches_from, steps):
        """Trains until `steps`, from wherever the folder's newest checkpoint stands.

        Args:
          batches_from: function from a step to the dataset that starts there.
          steps: total number of steps.

        Returns:
          The last evaluation's scalars, or {}.

        Raises:
          DivergedError: a loss is not finite.
          Interrupted: after a signal, with everything saved.
        """
        step = self.checkpoints.restore()
        if step:
            tqdm.write(f"{self.stage.name}: resuming at step {step}.")
        if self.losses:
            self.losses.forget_after(step)
        batches = iter(
            self.strategy.experimental_distribute_dataset(batches_from(step))
        )
        bar = tqdm(
            total=steps, initial=step, desc=self.stage.name, unit="step", smoothing=0.02
        )
        result, recent, since = {}, [], time.monotonic()
        with _catch_signals() as caught, bar:
            while step < steps:
                recent.append(
                    self._train_step(next(batches), tf.constant(step, tf.int64))
                )
                step += 1
                bar.update()
                due = _Due(step, last=step == steps or caught)
                if due.every(self.options.log_every, self.options.save_every):
                    # Only here does the program wait for the devices.
                    self._log(step, recent, since, bar)
                    recent, since = [], time.monotonic()
                if due.every(self.options.save_every):
                    self.checkpoints.save(step)
                if caught:
                    raise Interrupted(
                        f"{caught[0]} at step {step}; all is saved, the same command "
                        "goes on from here."
                    )
                if due.every(self.options.eval_every):
                    result = self._evaluate(step)
                if due.every(self.options.picture_every):
                    self._draw(step)
        self.writer.flush()
        return result

    def _log(self, step, recent, since, bar):
        """Means of the scalars of the steps up to `step`; refuses what is not finite."""
        recent = [{k: float(v) for k, v in scalars.items()} for scalars in recent]
        rate = len(recent) / (time.monotonic() - since)
        for i, scalars in enumerate(recent, start=step - len(recent) + 1):
            bad = [name for name, value in scalars.items() if not math.isfinite(value)]
            if bad:
                raise DivergedError(
                    f"{', '.join(bad)} is not finite at step {i} of {self.stage.name}; "
                    "the checkpoints before it are intact. Try a smaller "
                    "--learning_rate."
                )
        if self.losses:
            first = step - len(recent) + 1
            self.losses.add(first, [r[self.stage.headline] for r in recent])
        means = {k: sum(r[k] for r in recent) / len(recent) for k in recent[0]}
        bar.set_postfix({self.stage.headline: f"{means[self.stage.headline]:.4g}"})
        self._write("train", step, {**means, "steps_per_second": rate})

    def _write(self, kind, step, scalars):
        with open(os.path.join(self.folder, "log.jsonl"), "a", encoding="utf-8") as f:
            f.write(json.dumps({"step": step, "kind": kind, **scalars}) + "\n")
        with self.writer.as_default(step=step):
            for name, value in scalars.items():
                tf.summary.scalar(f"{name}/{kind}", value)

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
        self._write("validation", step, means)
        return means

    def _draw(self, step):
        if self.evaluation is None:
            return
        batch = next(iter(self.evaluation.unbatch().batch(self.options.pictures)))
        with self.stage.averaged(), self.writer.as_default(step=step):
            for name, rows in self._pictures(*batch).items():
                tf.summary.image(name, to_uint8(rows), max_outputs=rows.shape[0])
        self.writer.flush()
