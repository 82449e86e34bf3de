"""TensorFlow Serving's REST and gRPC APIs over a loaded SavedModel, on loopback.

Speaks the formats of the real one, from the official protos, and joins requests into
batches if asked to; it does not look for new versions.

python -m tests.stand_in FOLDER    serves until its standard input ends, with batches
"""

import base64
import concurrent.futures
import contextlib
import http.server
import json
import sys
import threading
import time

import grpc
import numpy as np
import tensorflow as tf
from google.protobuf import json_format
from tensorflow.core.protobuf import saved_model_pb2
from tensorflow_serving.apis import (
    get_model_metadata_pb2,
    predict_pb2,
    prediction_service_pb2_grpc,
)

from tests.stand_in_batches import Batches

NAME, VERSION = "tiny", 7
# A request that cannot be understood, in Python's words.
_NO_SENSE = (KeyError, TypeError, ValueError, AttributeError)


class Model:
    """Answers by signature; `delay` seconds late, in batches if asked to."""

    def __init__(self, folder, batching=False):
        self.signatures = tf.saved_model.load(folder).signatures
        self.delay = 0.0
        self.batches = {}
        if batching:
            self.batches = {
                name: Batches(lambda inputs, name=name: self._run(name, inputs))
                for name in self.signatures
            }
        saved = saved_model_pb2.SavedModel()
        with open(f"{folder}/saved_model.pb", "rb") as file:
            saved.ParseFromString(file.read())
        self.described = get_model_metadata_pb2.SignatureDefMap(
            signature_def=saved.meta_graphs[0].signature_def
        )

    def run(self, signature, inputs):
        time.sleep(self.delay)
        if signature in self.batches:
            specs = self.signatures[signature].structured_input_signature[1]
            types = {name: tensor.dtype for name, tensor in inputs.items()}
            if types != {name: spec.dtype for name, spec in specs.items()}:
                raise ValueError(f"{signature} takes {specs}")
            return self.batches[signature].run(inputs)
        return self._run(signature, inputs)

    def _run(self, signature, inputs):
        outputs = self.signatures[signature](**inputs)
        return {name: value.numpy() for name, value in outputs.items()}


class Rpc(prediction_service_pb2_grpc.PredictionServiceServicer):
    def __init__(self, model):
        self._model = model

    def _check(self, spec, context):
        if spec.name != NAME:
            context.abort(grpc.StatusCode.NOT_FOUND, f"Servable not found: {spec.name}")

    def Predict(self, request, context):
        self._check(request.model_spec, context)
        inputs = {k: tf.constant(tf.make_ndarray(v)) for k, v in request.inputs.items()}
        answer = predict_pb2.PredictResponse()
        name = request.model_spec.signature_name or "serving_default"
        try:
            outputs = self._model.run(name, inputs)
        except (tf.errors.OpError, *_NO_SENSE) as error:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error)[:500])
        for key, value in outputs.items():
            answer.outputs[key].CopyFrom(tf.make_tensor_proto(value))
        return answer

    def GetModelMetadata(self, request, context):
        self._check(request.model_spec, context)
        answer = get_model_metadata_pb2.GetModelMetadataResponse()
        answer.model_spec.name, answer.model_spec.version.value = NAME, VERSION
        answer.metadata["signature_def"].Pack(self._model.described)
        return answer


def _from_json(value):
    if isinstance(value, dict):
        return base64.b64decode(value["b64"], validate=True)
    return [_from_json(v) for v in value] if isinstance(value, list) else value


def _tensor(values, dtype):
    if dtype == tf.string:
        return tf.constant(values, dtype)
    found = np.array(values)
    made = found.astype(dtype.as_numpy_dtype)
    if dtype.is_integer and (made != found).any():
        raise ValueError("an integer does not fit")
    return tf.constant(made, dtype)


def _to_json(name, value):
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, list):
        return [_to_json(name, part) for part in value]
    if isinstance(value, bytes):
        # The rule of the real one: other strings are sent as text.
        if not name.endswith("_bytes"):
            return value.decode("utf-8")
        return {"b64": base64.b64encode(value).decode()}
    return value


def _handler(model):
    class Handler(http.server.BaseHTTPRequestHandler):
        def _reply(self, status, answer):
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with contextlib.suppress(BrokenPipeError):
                self.wfile.write(body)

        def do_GET(self):
            if self.path != f"/v1/models/{NAME}/metadata":
                return self._reply(404, {"error": "Servable not found for request"})
            described = json_format.MessageToDict(
                model.described, preserving_proto_field_name=True
            )
            spec = {"name": NAME, "signature_name": "", "version": str(VERSION)}
            described = {"metadata": {"signature_def": described}}
            self._reply(200, {"model_spec": spec, **described})

        def do_POST(self):
            if self.path != f"/v1/models/{NAME}:predict":
                return self._reply(404, {"error": "Servable not found for request"})
            size = int(self.headers["Content-Length"])
            try:
                self._reply(200, {"predictions": self._predict(self.rfile.read(size))})
            except (tf.errors.OpError, *_NO_SENSE) as error:
                self._reply(400, {"error": str(error)[:500]})

        def _predict(self, body):
            request = json.loads(body)
            signature = request.get("signature_name", "serving_default")
            rows = request["instances"]
            if not rows:
                raise ValueError("instances are empty")
            specs = model.signatures[signature].structured_input_signature[1]
            inputs = {
                name: _tensor([_from_json(row[name]) for row in rows], spec.dtype)
                for name, spec in specs.items()
            }
            outputs = model.run(signature, inputs)
            return [
                {name: _to_json(name, value[i]) for name, value in outputs.items()}
                for i in range(len(rows))
            ]

        def log_message(self, *arguments):
            del arguments

    return Handler


@contextlib.contextmanager
def serve(folder, batching=False):
    """Yields (model, {"rest": URL, "grpc": URL}) while both servers run."""
    model = Model(folder, batching)
    rest = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(model))
    thread = threading.Thread(target=rest.serve_forever, daemon=True)
    thread.start()
    rpc = grpc.server(concurrent.futures.ThreadPoolExecutor(8))
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(Rpc(model), rpc)
    port = rpc.add_insecure_port("127.0.0.1:0")
    rpc.start()
    urls = {
        "rest": f"http://127.0.0.1:{rest.server_port}",
        "grpc": f"grpc://127.0.0.1:{port}",
    }
    try:
        yield model, urls
    finally:
        rpc.stop(0)
        rest.shutdown()
        thread.join()


if __name__ == "__main__":
    with serve(sys.argv[1], batching=True) as (_, urls):
        print(json.dumps(urls), flush=True)
        sys.stdin.read()
