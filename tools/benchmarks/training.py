"""A training step of every stage, against what the same cores do in one large product."""

import time

import tensorflow as tf

from benchmarks import operations
from benchmarks.common import Memory
from vqinpaint.cli import FLAGS, flags
from vqinpaint.errors import UsageError
from vqinpaint.models.vqvae import VQVAE
from vqinpaint.options import (
    ModelOptions,
    OptimizerOptions,
    StructureOptions,
    TextureOptions,
    VQVAEOptions,
)
from vqinpaint.stages.base import Batch
from vqinpaint.stages.structure import StructureStage
from vqinpaint.stages.texture import TextureStage
from vqinpaint.stages.vqvae import VQVAEStage
from vqinpaint.training import estimate

flags.DEFINE_integer("image_size", 128, "Side of the pictures.")
flags.DEFINE_bool("paper_widths", False, "All widths as in the paper; default: half.")
flags.DEFINE_list("stages", ["vqvae", "structure", "texture"], "Which stages.")


def _options():
    if FLAGS.paper_widths:
        return ModelOptions(image_size=FLAGS.image_size)
    return ModelOptions(
        image_size=FLAGS.image_size,
        vqvae=VQVAEOptions(channels=64, residual_channels=32, code_dimension=32),
        structure=StructureOptions(
            channels=64,
            residual_channels=64,
            condition_channels=16,
            condition_residual_channels=16,
        ),
        texture=TextureOptions(generator_channels=32, discriminator_channels=32),
    )


def _stage(name, options):
    optimizer = OptimizerOptions()
    if name == "vqvae":
        return VQVAEStage(options, optimizer)
    stages = {"structure": StructureStage, "texture": TextureStage}
    if name not in stages:
        raise UsageError(f"--stages={name}: vqvae, structure or texture.")
    return stages[name](options, optimizer, VQVAE(options))


def _fastest(call, repeats):
    """Seconds; on a shared machine the fastest of some runs tells most."""
    call()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


def _product_rate():
    """Floating-point operations a second in a product of two large matrices."""
    side = 2048
    a = tf.random.normal([side, side])
    product = tf.function(lambda: tf.matmul(a, a))
    return 2 * side**3 / _fastest(lambda: product().numpy(), 5)


def _operations(concrete):
    """Floating-point operations of a graph, as TensorFlow's profiler counts them."""
    profiler = tf.compat.v1.profiler
    wanted = profiler.ProfileOptionBuilder.float_operation()
    wanted["output"] = "none"
    return profiler.profile(concrete.graph, options=wanted).total_float_ops


def benchmark():
    """--batch is the number of pictures a step."""
    options, size, rows = _options(), FLAGS.image_size, FLAGS.batch
    image = tf.random.uniform([rows, size, size, 3], -1, 1, seed=0)
    mask = tf.zeros([rows, size, size, 1])
    rate, found = _product_rate(), {}
    print(f"{size}x{size}, {rows} pictures a step.")
    print(f"one large product: {rate / 1e9:.0f} GFLOP a second")
    for name in FLAGS.stages:
        memory = Memory()
        stage = _stage(name, options)

        def step(image, mask, number, stage=stage):
            return stage.train_step(Batch(image, mask), number)

        arguments = (image, mask, tf.constant(0, tf.int64))
        concrete = tf.function(step).get_concrete_function(*arguments)

        def call(concrete=concrete, arguments=arguments):
            return concrete(*arguments)["skipped"].numpy()

        seconds = _fastest(call, FLAGS.repeats)
        work = _operations(concrete)
        found[name] = {
            "step_s": seconds,
            "gflop": work / 1e9,
            "share_of_product_rate": work / seconds / rate,
            "parameters": estimate.parameters(stage)["all"],
            "state_mb": estimate.state_bytes(stage) / 1e6,
            "activations_mb": estimate.activation_bytes(stage, rows, size) / 1e6,
            "peak_mb": memory.peak_mb(),
            "shares": operations.shares(call),
        }
        told = found[name]
        print(
            f"{name}: {seconds:.2f} s, {told['gflop']:.0f} GFLOP, "
            f"{told['share_of_product_rate']:.0%} of the product's rate; "
            f"{told['parameters'] / 1e6:.1f} M parameters, state {told['state_mb']:.0f} MB, "
            f"activations {told['activations_mb']:.0f} MB, peak {told['peak_mb']} MB\n"
            f"  {operations.told(told['shares'])}"
        )
    return {"image_size": size, "batch": rows, **found}
