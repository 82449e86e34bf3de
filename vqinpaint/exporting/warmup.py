"""Warm-up requests, which TensorFlow Serving answers before a version goes live."""

import os

import tensorflow as tf

try:
    from tensorflow_serving.apis import predict_pb2, prediction_log_pb2
except ImportError:  # the extra "serving"
    prediction_log_pb2 = None

FILE = os.path.join("assets.extra", "tf_serving_warmup_requests")


def write_warmup(folder, requests):
    """Writes one record per signature.

    Args:
      folder: of the SavedModel.
      requests: as of `exporting.requests.requests`.

    Returns:
      Whether it could; tensorflow-serving-api must be installed.
    """
    if prediction_log_pb2 is None:
        return False
    path = os.path.join(folder, FILE)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with tf.io.TFRecordWriter(os.fsencode(path)) as writer:
        for signature, inputs in requests.items():
            request = predict_pb2.PredictRequest()
            # The server knows which model it is loading; the name is not looked at.
            request.model_spec.name = "vqinpaint"
            request.model_spec.signature_name = signature
            for name, value in inputs.items():
                request.inputs[name].CopyFrom(tf.make_tensor_proto(value))
            log = prediction_log_pb2.PredictionLog(
                predict_log=prediction_log_pb2.PredictLog(request=request)
            )
            writer.write(log.SerializeToString())
    return True
