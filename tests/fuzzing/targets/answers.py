"""Readers of what servers answer, by REST and by gRPC."""

import functools
import json

import numpy as np
import tensorflow as tf
from google.protobuf import json_format
from google.protobuf.message import DecodeError
from tensorflow_serving.apis import get_model_metadata_pb2, predict_pb2

from tests import hostile_server as hostile
from tests.fuzzing.json_mutators import JSON_MUTATORS
from tests.fuzzing.target import Target
from vqinpaint.completing.served import ServedEngine
from vqinpaint.errors import ModelError
from vqinpaint.files.json_files import parse_json
from vqinpaint.options.request import Request
from vqinpaint.reporting import SILENT
from vqinpaint.servers.grpc_api import GrpcServer
from vqinpaint.servers.rest import read_answer, read_description


class _Rest:
    """A REST server that answers these bytes; those left out are good ones."""

    def __init__(self, description=None, answer=None):
        self._description = description or _descriptions()[0]
        self._answer = answer or _answers()[0]

    def describe(self):
        return read_description(parse_json(self._description, "server"), "server")

    def predict(self, signature, row, wanted, most_bytes):
        return read_answer(parse_json(self._answer, "server"), wanted, "server")


class _Grpc(GrpcServer):
    """A gRPC server that answers these bytes."""

    def __init__(self, description=None, answer=None):
        super().__init__("server", "m", None, 1.0)
        self._bytes = {
            "GetModelMetadata": description or _packed_descriptions()[0],
            "Predict": answer or _packed_answers()[0],
        }

    def _ask(self, method, request, most_bytes):
        kind = {
            "GetModelMetadata": get_model_metadata_pb2.GetModelMetadataResponse,
            "Predict": predict_pb2.PredictResponse,
        }[method]
        try:
            return kind.FromString(self._bytes[method])
        except DecodeError:
            raise ModelError("gRPC itself refuses this") from None


def _descriptions():
    return [json.dumps(hostile.metadata()).encode()]


def _answers():
    return [json.dumps({"predictions": [hostile.row()]}).encode()]


@functools.cache
def _packed_descriptions():
    described = get_model_metadata_pb2.SignatureDefMap()
    told = hostile.metadata()["metadata"]["signature_def"]
    json_format.ParseDict(told, described)
    answer = get_model_metadata_pb2.GetModelMetadataResponse()
    answer.metadata["signature_def"].Pack(described)
    answer.model_spec.version.value = 7
    return (answer.SerializeToString(deterministic=True),)


@functools.cache
def _packed_answers():
    grid = np.zeros([1, hostile.NUMBER, hostile.GRID, hostile.GRID], np.float32)
    pictures = np.array([[hostile.png()] * hostile.NUMBER], object)
    outputs = {
        "completed_bytes": pictures,
        "structure_bytes": pictures,
        "codes": grid.astype(np.int32),
        "bits_per_code": grid,
        "entropy": grid,
    }
    answer = predict_pb2.PredictResponse()
    for name, value in outputs.items():
        answer.outputs[name].CopyFrom(tf.make_tensor_proto(value))
    return (answer.SerializeToString(deterministic=True),)


def _describe(server):
    engine = ServedEngine(server, "m")
    assert 64 <= engine.side <= 4096


def _complete(server):
    engine = ServedEngine(server, "m", concurrency=1)
    image = np.zeros([hostile.SIDE, hostile.SIDE, 3], np.uint8)
    mask = np.full([hostile.SIDE, hostile.SIDE], 255, np.uint8)
    found = engine.complete(image, mask, [1, 2], Request(), SILENT)
    assert found.pictures.shape == (2, hostile.SIDE, hostile.SIDE, 3)
    assert np.isfinite(found.scores["bits"]).all()


TARGETS = (
    Target(
        "descriptions by REST",
        _descriptions,
        lambda data: _describe(_Rest(description=data)),
        JSON_MUTATORS,
        weight=0.5,
        megabytes=64,
    ),
    Target(
        "answers by REST",
        _answers,
        lambda data: _complete(_Rest(answer=data)),
        JSON_MUTATORS,
        weight=0.5,
        megabytes=64,
    ),
    Target(
        "descriptions by gRPC",
        _packed_descriptions,
        lambda data: _describe(_Grpc(description=data)),
        weight=0.5,
        megabytes=64,
    ),
    Target(
        "answers by gRPC",
        _packed_answers,
        lambda data: _complete(_Grpc(answer=data)),
        weight=0.5,
        megabytes=64,
    ),
)
