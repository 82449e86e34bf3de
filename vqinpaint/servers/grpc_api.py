"""TensorFlow Serving's gRPC API."""

from __future__ import annotations

import grpc
import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import (
    get_model_metadata_pb2,
    predict_pb2,
    prediction_service_pb2_grpc,
)

from vqinpaint.servers import failures
from vqinpaint.servers.description import Description

# A picture in eight versions outgrows gRPC's usual 4 MB.
_LARGEST_MESSAGE = 256 << 20


class GrpcServer:
    """One model of a server that speaks TensorFlow Serving's gRPC API.

    Args:
      address: HOST:PORT.
      model, version, timeout: as of `rest.RestServer`.
    """

    def __init__(self, address, model, version, timeout):
        self._name = f"grpc://{address}"
        self._model, self._version, self._timeout = model, version, timeout
        limits = [
            ("grpc.max_receive_message_length", _LARGEST_MESSAGE),
            ("grpc.max_send_message_length", _LARGEST_MESSAGE),
        ]
        channel = grpc.insecure_channel(address, options=limits)
        self._stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)

    def describe(self) -> Description:
        """Asks what the model is like. Raises ModelError."""
        request = get_model_metadata_pb2.GetModelMetadataRequest()
        self._fill(request.model_spec)
        request.metadata_field.append("signature_def")
        answer = self._ask(self._stub.GetModelMetadata, request)
        signatures = get_model_metadata_pb2.SignatureDefMap()
        answer.metadata["signature_def"].Unpack(signatures)
        described = {
            name: {
                side: {
                    key: [d.size for d in info.tensor_shape.dim]
                    for key, info in getattr(signature, side).items()
                }
                for side in ("inputs", "outputs")
            }
            for name, signature in signatures.signature_def.items()
        }
        spec = answer.model_spec
        version = str(spec.version.value) if spec.HasField("version") else None
        return Description(described, version)

    def predict(self, signature: str, row: dict) -> dict[str, np.ndarray]:
        """As of `rest.RestServer`."""
        request = predict_pb2.PredictRequest()
        self._fill(request.model_spec)
        request.model_spec.signature_name = signature
        for name, value in row.items():
            dtype = {int: tf.int32, float: tf.float32, bytes: tf.string}[type(value)]
            request.inputs[name].CopyFrom(tf.make_tensor_proto([value], dtype))
        answer = self._ask(self._stub.Predict, request)
        return {name: tf.make_ndarray(p)[0] for name, p in answer.outputs.items()}

    def _fill(self, spec):
        spec.name = self._model
        if self._version is not None:
            spec.version.value = self._version

    def _ask(self, call, request):
        try:
            return call(request, timeout=self._timeout)
        except grpc.RpcError as error:
            code, text = error.code(), error.details()
            if code is grpc.StatusCode.DEADLINE_EXCEEDED:
                raise failures.late(self._name, self._timeout) from None
            if code is grpc.StatusCode.UNAVAILABLE:
                raise failures.unreachable(self._name, text) from None
            raise failures.refused(self._name, code.name, text) from None
