// Runs one signature of a SavedModel without Python, as TensorFlow Serving would.
//
//   run_saved_model MODEL SIGNATURE OUT_DIR NAME=FILE...
//
// Each FILE holds an input as a serialised TensorProto; each output is written to
// OUT_DIR/NAME.pb as one. Build it against the installed wheel:
//
//   tf=$(python -c 'import tensorflow as tf; print(tf.sysconfig.get_lib())')
//   g++ -std=c++17 -O1 tools/run_saved_model.cc -o run_saved_model -I$tf/include -L$tf \
//     -Wl,--no-as-needed -l:libtensorflow_cc.so.2 -l:libtensorflow_framework.so.2 \
//     -Wl,-rpath,$tf \
//     $(python -c 'import tensorflow as tf; print(*tf.sysconfig.get_compile_flags())')
//
// The first library registers sessions when it is loaded; without --no-as-needed the
// linker of some systems leaves it out.
#include <iostream>

#include "tensorflow/cc/saved_model/loader.h"
#include "tensorflow/core/platform/env.h"

#define CHECK_STATUS(expression)                                  \
  if (const tensorflow::Status status = (expression); !status.ok()) { \
    std::cerr << status.message() << std::endl;                   \
    return 1;                                                     \
  }

int main(int argc, char** argv) {
  if (argc < 4) {
    std::cerr << "usage: run_saved_model MODEL SIGNATURE OUT_DIR NAME=FILE..." << std::endl;
    return 2;
  }
  tensorflow::Env* env = tensorflow::Env::Default();
  tensorflow::SavedModelBundle model;
  CHECK_STATUS(tensorflow::LoadSavedModel({}, {}, argv[1],
                                          {"serve"}, &model));
  const auto& signatures = model.GetSignatures();
  const auto found = signatures.find(argv[2]);
  if (found == signatures.end()) {
    std::cerr << "no signature " << argv[2] << std::endl;
    return 1;
  }
  std::vector<std::pair<std::string, tensorflow::Tensor>> inputs;
  for (int i = 4; i < argc; ++i) {
    const std::string argument = argv[i];
    const size_t cut = argument.find('=');
    tensorflow::TensorProto proto;
    CHECK_STATUS(ReadBinaryProto(env, argument.substr(cut + 1), &proto));
    tensorflow::Tensor tensor;
    if (!tensor.FromProto(proto)) return 1;
    inputs.emplace_back(found->second.inputs().at(argument.substr(0, cut)).name(), tensor);
  }
  std::vector<std::string> keys, names;
  for (const auto& [key, info] : found->second.outputs()) {
    keys.push_back(key);
    names.push_back(info.name());
  }
  std::vector<tensorflow::Tensor> outputs;
  CHECK_STATUS(model.session->Run(inputs, names, {}, &outputs));
  for (size_t i = 0; i < keys.size(); ++i) {
    tensorflow::TensorProto proto;
    outputs[i].AsProtoField(&proto);
    CHECK_STATUS(WriteBinaryProto(env, std::string(argv[3]) + "/" + keys[i] + ".pb", proto));
  }
  return 0;
}
