"""TensorFlow Serving's two APIs, as far as an export of this project needs them."""

import base64
import json

import numpy as np

from vqinpaint.errors import ModelError, UsageError

try:
    import grpc
    import requests
    import tensorflow as tf
    from tensorflow_serving.apis import (
        get_model_metadata_pb2,
        predict_pb2,
        prediction_service_pb2_grpc,
    )
except ImportError:  # the extra "serving"
    grpc = None

# A picture in eight versions outgrows gRPC's usual 4 MB.
_LARGEST_MESSAGE = 256 << 20


def connect(url, model, version=None, timeout=60.0):
    """A server that speaks TensorFlow Serving's REST or gRPC API.

    Args:
      url: http://HOST:PORT or https://HOST:PORT for REST, grpc://HOST:PORT for gRPC.
      model: name that the server gives the model.
      version: integer version; None = the server's choice.
      timeout: seconds to wait for an answer.

    Returns:
      object with `describe` and `predict`.

    Raises:
      UsageError: another kind of address, or the extra "serving" is missing.
    """
    if grpc is None:
        raise UsageError(
            "the client needs requests and tensorflow-serving-api; "
            "pip install 'vqinpaint[serving]'."
        )
    scheme, _, address = url.partition("://")
    if scheme in ("http", "https") and address:
        return _Rest(url.rstrip("/"), model, version, timeout)
    if scheme == "grpc" and address:
        return _Grpc(address.rstrip("/"), model, version, timeout)
    raise UsageError(
        f"--url={url}: http://HOST:8501 for REST or grpc://HOST:8500 for gRPC is needed."
    )


class _Rest:
    def __init__(self, url, model, version, timeout):
        self._url = f"{url}/v1/models/{model}"
        if version is not None:
            self._url += f"/versions/{version}"
        self._timeout = timeout

    def describe(self):
        """Shapes by signature, "inputs" or "outputs", and name: lists of ints."""
        answer = self._ask("GET", "/metadata")
        try:
            signatures = answer["metadata"]["signature_def"]["signature_def"]
            return {
                name: {
                    side: {
                        key: [
                            int(d["size"]) for d in info["tensor_shape"].get("dim", [])
                        ]
                        for key, info in signature.get(side, {}).items()
                    }
                    for side in ("inputs", "outputs")
                }
                for name, signature in signatures.items()
            }
        except (KeyError, TypeError, ValueError):
            raise ModelError(f"{self._url}/metadata describes no model.") from None

    def predict(self, signature, row):
        """Answers one row: dict of values -> dict of arrays; PNG as bytes objects."""
        sent = {
            name: {"b64": base64.b64encode(value).decode()}
            if isinstance(value, bytes)
            else value
            for name, value in row.items()
        }
        body = {"signature_name": signature, "instances": [sent]}
        answer = self._ask("POST", ":predict", json.dumps(body))
        try:
            return {
                name: _array(value) for name, value in answer["predictions"][0].items()
            }
        except (KeyError, IndexError, TypeError, AttributeError, ValueError):
            raise ModelError(f"{self._url}:predict answers no prediction.") from None

    def _ask(self, method, path, body=None):
        url = self._url + path
        try:
            reply = requests.request(method, url, data=body, timeout=self._timeout)
        except requests.Timeout:
            raise ModelError(_late(url, self._timeout)) from None
        except requests.RequestException as error:
            raise ModelError(_unreachable(url, type(error).__name__)) from None
        try:
            answer = reply.json()
        except ValueError:
            answer = {}
        if reply.status_code != 200:
            text = answer.get("error", "") if isinstance(answer, dict) else ""
            raise ModelError(_refused(url, f"HTTP {reply.status_code}", text))
        return answer


class _Grpc:
    def __init__(self, address, model, version, timeout):
        self._name = f"grpc://{address}"
        self._model, self._version, self._timeout = model, version, timeout
        limits = [
            ("grpc.max_receive_message_length", _LARGEST_MESSAGE),
            ("grpc.max_send_message_length", _LARGEST_MESSAGE),
        ]
        channel = grpc.insecure_channel(address, options=limits)
        self._stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)

    def describe(self):
        """As of `_Rest`."""
        request = get_model_metadata_pb2.GetModelMetadataRequest()
        self._fill(request.model_spec)
        request.metadata_field.append("signature_def")
        answer = self._ask(self._stub.GetModelMetadata, request)
        signatures = get_model_metadata_pb2.SignatureDefMap()
        answer.metadata["signature_def"].Unpack(signatures)
        return {
            name: {
                side: {
                    key: [d.size for d in info.tensor_shape.dim]
                    for key, info in getattr(signature, side).items()
                }
                for side in ("inputs", "outputs")
            }
            for name, signature in signatures.signature_def.items()
        }

    def predict(self, signature, row):
        """As of `_Rest`."""
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
                raise ModelError(_late(self._name, self._timeout)) from None
            if code is grpc.StatusCode.UNAVAILABLE:
                raise ModelError(_unreachable(self._name, text)) from None
            raise ModelError(_refused(self._name, code.name, text)) from None


def _array(value):
    """Nested JSON lists to an array; {"b64": ...} inside them to bytes objects."""

    def decode(item):
        if isinstance(item, list):
            return [decode(part) for part in item]
        if isinstance(item, dict):
            return base64.b64decode(item["b64"])
        return item

    decoded = decode(value)
    first = decoded
    while isinstance(first, list) and first:
        first = first[0]
    return np.array(decoded, object if isinstance(first, bytes) else None)


def _first_line(text):
    lines = str(text).strip().splitlines()
    return lines[0][:200] if lines else "no reason given"


def _late(url, timeout):
    return f"{url} did not answer within {timeout:g} s; raise --timeout."


def _unreachable(url, reason):
    return f"{url} cannot be reached ({_first_line(reason)}); is the server up?"


def _refused(url, status, reason):
    return f"{url} refuses ({status}: {_first_line(reason)})."
