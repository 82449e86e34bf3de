"""TensorFlow Serving's REST and gRPC APIs over a loaded SavedModel, on loopback.

Speaks the formats of the real one, from the official protos; it neither batches nor looks
for new versions.
"""

import base64
import concurrent.futures
import contextlib
import http.server
import json
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

NAME, VERSION = "tiny", 7


class Model:
    """Answers by signature; `delay` seconds late."""

    def __init__(self, folder):
        self.signatures = tf.saved_model.load(folder).signatures
        self.delay = 0.0
        saved = saved_model_pb2.SavedModel()
        with open(f"{folder}/saved_model.pb", "rb") as file:
            saved.ParseFromString(file.read())
        self.described = get_model_metadata_pb2.SignatureDefMap(
            signature_def=saved.meta_graphs[0].signature_def
        )

    def run(self, signature, inputs):
        time.sleep(self.delay)
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
        for key, value in self._model.run(name, inputs).items():
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
        return base64.b64decode(value["b64"])
    return [_from_json(v) for v in value] if isinstance(value, list) else value


def _to_json(name, value):
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, list):
        return [_to_json(name, part) for part in value]
    if isinstance(value, bytes):
        # The rule of the real one: other strings are sent as text.
        assert name.endswith("_bytes")
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
            request = json.loads(self.rfile.read(size))
            signature = request.get("signature_name", "serving_default")
            rows = request["instances"]
            specs = model.signatures[signature].structured_input_signature[1]
            inputs = {
                name: tf.constant([_from_json(row[name]) for row in rows], spec.dtype)
                for name, spec in specs.items()
            }
            outputs = model.run(signature, inputs)
            predictions = [
                {name: _to_json(name, value[i]) for name, value in outputs.items()}
                for i in range(len(rows))
            ]
            self._reply(200, {"predictions": predictions})

        def log_message(self, *arguments):
            del arguments

    return Handler


@contextlib.contextmanager
def serve(folder):
    """Yields (model, {"rest": URL, "grpc": URL}) while both servers run."""
    model = Model(folder)
    rest = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(model))
    thread = threading.Thread(target=rest.serve_forever, daemon=True)
    thread.start()
    rpc = grpc.server(concurrent.futures.ThreadPoolExecutor(4))
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
