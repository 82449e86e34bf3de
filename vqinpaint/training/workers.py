"""Devices and processes that share a training step."""

import contextlib
import json
import os

import tensorflow as tf

from vqinpaint.errors import Interrupted, UsageError, first_line


def make_strategy(devices=None):
    """MirroredStrategy over devices of this process, or over many processes.

    Args:
      devices: such as ["GPU:0", "GPU:1"]; None takes all GPUs, or the CPU. CPU:0 and
        CPU:1 split the one CPU into two logical devices. With TF_CONFIG in the
        environment every process uses all of its own.

    Raises:
      UsageError: no such device, or TF_CONFIG is wrong.
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
    wanted = (
        '{"cluster": {"worker": ["HOST:PORT", ...]}, "task": {"type": "worker", '
        '"index": 0}}'
    )
    try:
        config = json.loads(os.environ["TF_CONFIG"])
        workers, task = config["cluster"]["worker"], config["task"]
        wrong = _wrong(workers, task["type"], task["index"])
    except (ValueError, KeyError, TypeError) as error:
        wrong = repr(error)
    if wrong:
        raise UsageError(f"TF_CONFIG cannot be used ({wrong}); wanted {wanted}.")
    return tf.distribute.MultiWorkerMirroredStrategy()


def _wrong(workers, kind, index):
    """What is wrong with the parts of TF_CONFIG, in words; "" where nothing is."""
    if len(set(workers)) != len(workers):
        return "a host stands there twice"
    if kind != "worker":
        return f"type {kind!r}"
    if index not in range(len(workers)):
        return f"index {index!r}"
    return ""


class Workers:
    """Who this process is among those that train together.

    Args:
      strategy: `tf.distribute.Strategy`.
    """

    def __init__(self, strategy):
        self._strategy = strategy
        resolver = strategy.cluster_resolver
        self.number = (
            len(resolver.cluster_spec().as_dict()["worker"]) if resolver else 1
        )
        self.index = resolver.task_id if resolver else 0

    @property
    def chief(self):
        """Whether this process writes the run folder."""
        return self.index == 0

    @contextlib.contextmanager
    def losses_named(self):
        """Turns what TensorFlow raises when another worker dies into `Interrupted`."""
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

    def agree(self, value):
        """The chief's integer, on every worker."""
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
