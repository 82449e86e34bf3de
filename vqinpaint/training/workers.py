"""Devices and processes that share a training step."""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Iterator, Sequence

import tensorflow as tf

from vqinpaint.errors import Interrupted, UsageError, first_line

# TensorFlow waits for ever for what is no address.
_ADDRESS = re.compile(r"[A-Za-z0-9_.:\[\]-]{1,255}:[0-9]{1,5}")


def make_strategy(devices: Sequence[str] | None = None) -> tf.distribute.Strategy:
    """Strategy over devices of this process, or over several processes.

    With TF_CONFIG in the environment, TensorFlow's description of a cluster, several
    processes train together, each on all of its own devices.

    Args:
      devices: such as ["GPU:0", "GPU:1"]; None takes all GPUs, or the CPU if there are
        none. CPU:0 and CPU:1 split the one CPU into two logical devices.

    Raises:
      UsageError: a device does not exist, or TF_CONFIG cannot be used.
    """
    if os.environ.get("TF_CONFIG"):
        return _many_processes(devices)
    devices = devices or [
        f"GPU:{i}" for i in range(len(tf.config.list_physical_devices("GPU")))
    ]
    processors = sum("CPU" in device.upper() for device in devices)
    if processors > 1:
        tf.config.set_logical_device_configuration(
            tf.config.list_physical_devices("CPU")[0],
            [tf.config.LogicalDeviceConfiguration()] * processors,
        )
    try:
        return tf.distribute.MirroredStrategy(devices or ["CPU:0"])
    except (RuntimeError, ValueError) as error:
        raise UsageError(f"--devices={','.join(devices)}: {error}.") from None


def _many_processes(devices):
    if devices:
        raise UsageError("--devices does not go with TF_CONFIG; leave one of them out.")
    wrong = _wrong_with(os.environ["TF_CONFIG"])
    if wrong:
        raise UsageError(
            f"TF_CONFIG cannot be used ({wrong}); wanted "
            '{"cluster": {"worker": ["HOST:PORT", ...]}, "task": {"type": "worker", '
            '"index": 0}}.'
        )
    return tf.distribute.MultiWorkerMirroredStrategy()


def _wrong_with(text):
    """What keeps a TF_CONFIG from naming workers that train together; "" if nothing."""
    try:
        config = json.loads(text)
        hosts, task = config["cluster"]["worker"], config["task"]
        kind, index = task["type"], task["index"]
    except (ValueError, KeyError, TypeError) as error:
        return repr(error)
    if not isinstance(hosts, list) or not all(isinstance(h, str) for h in hosts):
        return f"worker is {repr(hosts)[:60]}"
    odd = [host for host in hosts if not _ADDRESS.fullmatch(host)]
    if odd:
        return f"{odd[0][:60]!r} is no HOST:PORT"
    if len(set(hosts)) < len(hosts):
        return "a host stands there twice"
    if kind != "worker":
        return f"type {kind!r}"
    if not isinstance(index, int) or not 0 <= index < len(hosts):
        return f"index {index!r}"
    return ""


class Workers:
    """The processes that train together, and which of them this one is.

    Args:
      strategy: the one that they share.

    Attributes:
      number: of processes.
      index: of this process, from 0.
    """

    def __init__(self, strategy: tf.distribute.Strategy):
        self._strategy = strategy
        resolver = strategy.cluster_resolver
        self.number = (
            len(resolver.cluster_spec().as_dict()["worker"]) if resolver else 1
        )
        self.index = resolver.task_id if resolver else 0

    @property
    def chief(self) -> bool:
        """Whether this is the one process that writes the run folder."""
        return self.index == 0

    @contextlib.contextmanager
    def losses_named(self) -> Iterator[None]:
        """Context that turns TensorFlow's error about a lost worker into `Interrupted`.

        Raises:
          Interrupted: another process is gone; with one process errors stay as they are.
        """
        try:
            yield
        except tf.errors.OpError as error:
            if self.number == 1:
                raise
            reason = first_line(error)[:120]
            raise Interrupted(
                f"another worker was lost ({reason}); start all of them again, they go "
                "on from the newest checkpoint."
            ) from None

    def agree(self, value: int) -> int:
        """Returns the chief's `value` on every worker; all of them must call it."""
        if self.number == 1:
            return value

        @tf.function
        def told(value):
            def on_each(value):
                context = tf.distribute.get_replica_context()
                first = tf.equal(context.replica_id_in_sync_group, 0)
                own = tf.where(first, value, tf.zeros_like(value))
                return context.all_reduce(tf.distribute.ReduceOp.SUM, own)

            return self._strategy.run(on_each, args=(value,))

        result = told(tf.constant(value, tf.int64))
        return int(self._strategy.experimental_local_results(result)[0])
