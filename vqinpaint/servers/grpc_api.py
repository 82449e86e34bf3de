"""TensorFlow Serving's gRPC API."""

from __future__ import annotations

import functools
import logging
from collections.abc import Mapping

import grpc
import numpy as np
import tensorflow as tf
from google.protobuf.message import DecodeError
from tensorflow_serving.apis import (
    get_model_metadata_pb2,
    predict_pb2,
    prediction_service_pb2_grpc,
)

from vqinpaint.answers import Wanted, checked, shown
from vqinpaint.servers import failures
from vqinpaint.servers.description import (
    MOST_DESCRIBED,
    Description,
    shapes_of,
)

_MOST_SENT = 256 << 20
# A bit for each way of packing messages; the first stands for none.
_UNPACKED_ALONE = 1
# It would show a traceback where an answer is no message.
logging.getLogger("grpc").setLevel(logging.CRITICAL)


class GrpcServer:
    """One model of a server that speaks TensorFlow Serving's gRPC API.

    Args:
      address: HOST:PORT.
      model, version, timeout: as of `rest.RestServer`.
    """

    def __init__(self, address: str, model: str, version: int | None, timeout: float):
        self._name, self._address = f"grpc://{address}", address
        self._model, self._version, self._timeout = model, version, timeout
        self._stub = functools.lru_cache(self._make_stub)

    def _make_stub(self, most_bytes):
        """What asks the server, and refuses longer answers before they are read."""
        channel = grpc.insecure_channel(
            self._address,
            options=[
                ("grpc.max_receive_message_length", most_bytes),
                ("grpc.max_send_message_length", _MOST_SENT),
                ("grpc.compression_enabled_algorithms_bitset", _UNPACKED_ALONE),
            ],
        )
        return prediction_service_pb2_grpc.PredictionServiceStub(channel)

    def describe(self) -> Description:
        """Asks what the model is like. Raises ModelError."""
        request = get_model_metadata_pb2.GetModelMetadataRequest()
        self._fill(request.model_spec)
        request.metadata_field.append("signature_def")
        answer = self._ask("GetModelMetadata", request, MOST_DESCRIBED)
        signatures = get_model_metadata_pb2.SignatureDefMap()
        try:
            if not answer.metadata["signature_def"].Unpack(signatures):
                raise DecodeError
        except DecodeError:
            raise failures.nonsense(self._name, "no description of a model") from None
        spec = answer.model_spec
        version = str(spec.version.value) if spec.HasField("version") else None
        return Description(shapes_of(signatures), version)

    def predict(
        self, signature: str, row: dict, wanted: Mapping[str, Wanted], most_bytes: int
    ) -> dict[str, np.ndarray]:
        """As of `rest.RestServer`."""
        request = predict_pb2.PredictRequest()
        self._fill(request.model_spec)
        request.model_spec.signature_name = signature
        for name, value in row.items():
            dtype = {int: tf.int32, float: tf.float32, bytes: tf.string}[type(value)]
            request.inputs[name].CopyFrom(tf.make_tensor_proto([value], dtype))
        answer = self._ask("Predict", request, most_bytes)
        outputs = {
            name: self._array(name, answer.outputs[name], want)
            for name, want in wanted.items()
            if name in answer.outputs
        }
        return checked(outputs, wanted, self._name)

    def _array(self, name, proto, want):
        """The only row of a tensor, made after a look at its type and size."""
        dtype = tf.string if want.dtype is object else tf.as_dtype(want.dtype)
        shape = tuple(dimension.size for dimension in proto.tensor_shape.dim)
        if proto.dtype != dtype.as_datatype_enum or shape != (1, *want.shape):
            raise failures.nonsense(
                self._name,
                f"{name} of type {proto.dtype} as {shown(shape)} instead of {dtype.name} "
                f"{shown((1, *want.shape))}",
            )
        if not _is_complete(proto, dtype, want.size):
            # TensorFlow would repeat the last value until there are enough.
            raise failures.nonsense(
                self._name, f"{name} with fewer values than it says"
            )
        try:
            return tf.make_ndarray(proto).reshape(want.shape)
        except (ValueError, TypeError):
            raise failures.nonsense(
                self._name, f"{name} with other values than it says"
            ) from None

    def _fill(self, spec):
        spec.name = self._model
        if self._version is not None:
            spec.version.value = self._version

    def _ask(self, method, request, most_bytes):
        try:
            call = getattr(self._stub(most_bytes), method)
            answer = call(request, timeout=self._timeout)
        except grpc.RpcError as error:
            code, text = error.code(), error.details()
            if code is grpc.StatusCode.DEADLINE_EXCEEDED:
                raise failures.late(self._name, self._timeout) from None
            if code is grpc.StatusCode.UNAVAILABLE:
                raise failures.unreachable(self._name, text) from None
            if code is grpc.StatusCode.RESOURCE_EXHAUSTED and "larger" in str(text):
                raise failures.too_long(self._name, most_bytes) from None
            raise failures.refused(self._name, code.name, text) from None
        if answer is None:  # success without a message
            raise failures.nonsense(self._name, "nothing")
        return answer


def _is_complete(proto, dtype, size):
    """Whether a tensor holds as many values as its shape has."""
    if dtype == tf.string:
        return len(proto.string_val) == size
    listed = proto.int_val if dtype.is_integer else proto.float_val
    return len(proto.tensor_content) == size * dtype.size or len(listed) == size
