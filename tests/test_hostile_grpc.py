"""The client against gRPC servers that do anything but answer."""

import concurrent.futures
import contextlib
import time

import grpc
import numpy as np
import pytest
import tensorflow as tf
from google.protobuf import any_pb2, json_format
from tensorflow_serving.apis import (
    get_model_metadata_pb2,
    predict_pb2,
    prediction_service_pb2_grpc,
)

from tests import hostile_server as hostile
from vqinpaint.completing.served import ServedEngine
from vqinpaint.errors import ModelError
from vqinpaint.options.request import Request
from vqinpaint.reporting import SILENT
from vqinpaint.servers.grpc_api import GrpcServer


@contextlib.contextmanager
def _serve(describe=None, predict=None, **options):
    """Yields the address; both functions take request and context."""

    class Service(prediction_service_pb2_grpc.PredictionServiceServicer):
        def GetModelMetadata(self, request, context):
            return (describe or _describe)(request, context)

        def Predict(self, request, context):
            return predict(request, context)

    server = grpc.server(concurrent.futures.ThreadPoolExecutor(2), **options)
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(
        Service(), server
    )
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(0)


def _describe(request, context, **sizes):
    told = hostile.metadata(**sizes)
    described = get_model_metadata_pb2.SignatureDefMap()
    json_format.ParseDict(told["metadata"]["signature_def"], described)
    answer = get_model_metadata_pb2.GetModelMetadataResponse()
    answer.metadata["signature_def"].Pack(described)
    return answer


def _row():
    grid = np.zeros([1, hostile.NUMBER, hostile.GRID, hostile.GRID], np.float32)
    pictures = np.array([[hostile.png()] * hostile.NUMBER], object)
    return {
        "completed_bytes": pictures,
        "structure_bytes": pictures,
        "codes": grid.astype(np.int32),
        "bits_per_code": grid,
        "entropy": grid,
    }


def _answers(outputs, change=None):
    """An answer of arrays or protos by name."""

    def predict(request, context):
        answer = predict_pb2.PredictResponse()
        for name, value in outputs.items():
            if isinstance(value, np.ndarray):
                value = tf.make_tensor_proto(value)
            answer.outputs[name].CopyFrom(value)
        if change:
            change(answer)
        return answer

    return predict


def _complete(predict, **options):
    with _serve(predict=predict, **options) as address:
        engine = ServedEngine(GrpcServer(address, "m", None, 30.0), "m")
        image = np.zeros([hostile.SIDE, hostile.SIDE, 3], np.uint8)
        mask = np.full([hostile.SIDE, hostile.SIDE], 255, np.uint8)
        return engine.complete(image, mask, [1, 2], Request(), SILENT)


def _claims(*sizes):
    """A tensor that says it is of this shape and holds nothing."""
    proto = tf.make_tensor_proto(np.zeros([1], np.float32))
    proto.tensor_shape.Clear()
    for size in sizes:
        proto.tensor_shape.dim.add().size = size
    return proto


def _empty(answer):
    answer.outputs["entropy"].tensor_content = b"123"


NAN = np.full([1, hostile.NUMBER, hostile.GRID, hostile.GRID], np.nan, np.float32)
SPOILT = {
    "NaN": ({"entropy": NAN}, "not finite"),
    "codes past all": ({"codes": _row()["codes"] + 16}, "16 to 16, with 16"),
    "another type": ({"codes": _row()["entropy"]}, "instead of int32"),
    "an unknown type": (
        {"codes": tf.make_tensor_proto([1j])},
        "instead of int32",
    ),
    "two rows": ({"entropy": np.concatenate([NAN, NAN])}, "instead of float32"),
    "a huge claim": ({"entropy": _claims(1, 2**40)}, r"instead of float32"),
    "many dimensions": ({"entropy": _claims(*[1] * 9999)}, "instead of float32"),
    "no picture": (
        {"completed_bytes": np.array([[b"x"] * hostile.NUMBER], object)},
        "no PNG",
    ),
}


def test_a_good_answer_is_taken():
    assert (_complete(_answers(_row())).pictures == 90).all()


@pytest.mark.parametrize("name", SPOILT)
def test_a_spoilt_answer_is_one_short_line(name):
    changed, words = SPOILT[name]
    with pytest.raises(ModelError, match=words) as caught:
        _complete(_answers({**_row(), **changed}))
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 400


def test_a_missing_output_is_one_line():
    row = _row()
    del row["entropy"]
    with pytest.raises(ModelError, match="answers without entropy"):
        _complete(_answers(row))


def test_one_value_for_all_of_a_tensor_is_refused():
    """TensorFlow would repeat it, up to gigabytes."""
    one = _claims(1, hostile.NUMBER, hostile.GRID, hostile.GRID)
    with pytest.raises(ModelError, match="entropy with fewer values than it says"):
        _complete(_answers({**_row(), "entropy": one}))


def test_other_values_than_a_tensor_says_are_one_line():
    with pytest.raises(ModelError, match="fewer values than it says"):
        _complete(_answers(_row(), _empty))


@pytest.mark.parametrize(
    "compression", [grpc.Compression.NoCompression, grpc.Compression.Gzip]
)
def test_a_long_answer_is_not_read_packed_or_not(compression):
    long = {**_row(), "more": np.zeros([10_000_000], np.uint8)}
    with pytest.raises(ModelError, match="answers more than|refuses") as caught:
        _complete(_answers(long), compression=compression)
    assert len(str(caught.value)) < 400


def test_sizes_that_no_model_has_are_refused():
    def describe(request, context):
        return _describe(request, context, side=20_000)

    with _serve(describe) as address:
        with pytest.raises(ModelError, match="20000x20000"):
            ServedEngine(GrpcServer(address, "m", None, 30.0), "m")


def _describes_otherwise(request, context):
    answer = get_model_metadata_pb2.GetModelMetadataResponse()
    answer.metadata["signature_def"].Pack(any_pb2.Any())
    return answer


def _describes_damaged(request, context):
    answer = _describe(request, context)
    answer.metadata["signature_def"].value = b"\xff" * 99
    return answer


def _describes_nothing(request, context):
    return get_model_metadata_pb2.GetModelMetadataResponse()


def _refuses(request, context):
    context.abort(grpc.StatusCode.NOT_FOUND, "x" * 5000)


def _fails(request, context):
    raise RuntimeError("x")


@pytest.mark.parametrize(
    ("describe", "words"),
    [
        (_describes_otherwise, "no description"),
        (_describes_damaged, "no description"),
        (_describes_nothing, "no description"),
        (_refuses, "NOT_FOUND"),
        (_fails, "UNKNOWN"),
        (lambda request, context: time.sleep(2), "within 0.7 s"),
    ],
)
def test_another_description_is_one_short_line(describe, words):
    with _serve(describe) as address:
        with pytest.raises(ModelError, match=words) as caught:
            GrpcServer(address, "m", None, 0.7 if "0.7" in words else 30.0).describe()
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 400


def test_an_answer_that_is_no_message_is_one_line(capfd):
    """gRPC itself would show a traceback."""
    methods = {
        "GetModelMetadata": grpc.unary_unary_rpc_method_handler(
            lambda request, context: b"\xff" * 50
        )
    }
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(1))
    server.add_generic_rpc_handlers(
        [
            grpc.method_handlers_generic_handler(
                "tensorflow.serving.PredictionService", methods
            )
        ]
    )
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        with pytest.raises(ModelError, match="refuses"):
            GrpcServer(f"127.0.0.1:{port}", "m", None, 30.0).describe()
    finally:
        server.stop(0)
    assert "Traceback" not in capfd.readouterr().err
