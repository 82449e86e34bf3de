"""What a SavedModel may hold, and that nothing of another one runs."""

import json
import os
import pathlib
import shutil

import pytest
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2
from tensorflow.python.saved_model.pywrap_saved_model import fingerprinting

from vqinpaint.errors import ModelError
from vqinpaint.joined import loading, saved_graph

# Of files, the network, Python, printing, state outside the model, and of nobody.
FOREIGN = """
    WriteFile ReadFile MatchingFiles Save SaveSlices SaveV2 Restore RestoreV2
    MergeV2Checkpoints ShardedFilename WholeFileReaderV2 TFRecordReaderV2 TextLineDataset
    TensorSliceDataset LMDBDataset InitializeTableFromTextFileV2 HashTableV2
    LoadAndRemapMatrix GenerateVocabRemapping CreateSummaryFileWriter DebugIdentityV2
    DataServiceDatasetV4 RegisterDatasetV2 RemoteCall CollectiveReduceV2 Send Recv
    PyFunc EagerPyFunc PyFuncStateless GeneratorDataset FilterDataset Print PrintV2
    Timestamp RandomUniform XlaLaunch CustomOpOfNobody
""".split()


@pytest.fixture(scope="module")
def good(exported):
    return saved_graph.read_graph(exported[1])


def _copy(graph):
    copied = type(graph)()
    copied.CopyFrom(graph)
    return copied


def test_our_own_graph_holds_nothing_foreign(good):
    assert saved_graph.first_foreign(good) is None


@pytest.mark.parametrize("operation", FOREIGN)
def test_an_operation_is_refused_wherever_it_stands(good, operation):
    places = (
        lambda graph: graph.graph_def.node,
        lambda graph: graph.graph_def.library.function[0].node_def,
        lambda graph: graph.graph_def.library.function[-1].node_def,
    )
    savers = {f.signature.name for f in _savers(good)}
    for place in places:
        graph = _copy(good)
        if {
            f.signature.name for f in graph.graph_def.library.function[::-1][:1]
        } & savers:
            graph.graph_def.library.function.add().signature.name = "last"
        place(graph).add(op=operation, name="odd")
        assert saved_graph.first_foreign(graph).operation == operation


def _savers(graph):
    """TensorFlow's functions that save and restore."""
    return [
        function
        for function in graph.graph_def.library.function
        if {"SaveV2", "RestoreV2"} & {node.op for node in function.node_def}
    ]


def _offer(graph, name):
    for node in graph.object_graph_def.nodes:
        if node.WhichOneof("kind") == "function":
            node.function.concrete_functions.append(name)
            return


def _call(graph, name):
    function = graph.graph_def.library.function[0]
    node = function.node_def.add(op="StatefulPartitionedCall", name="odd")
    node.attr["f"].func.name = name


def _branch(graph, name):
    node = graph.graph_def.node.add(op="Case", name="odd")
    node.attr["branches"].list.func.add().name = name


def _gradient(graph, name):
    graph.graph_def.library.gradient.add(gradient_func=name)


@pytest.mark.parametrize("use", [_offer, _call, _branch, _gradient])
def test_nobody_but_the_saver_may_call_what_saves(good, use):
    for function in _savers(good):
        graph = _copy(good)
        use(graph, function.signature.name)
        assert saved_graph.first_foreign(graph) is not None


def test_a_function_is_no_savers_because_the_saver_names_another_node(good):
    graph = _copy(good)
    writing = next(
        f for f in _savers(good) if any(n.op == "SaveV2" for n in f.node_def)
    )
    graph.saver_def.save_tensor_name = ""
    found = saved_graph.first_foreign(graph)
    assert found.operation in {node.op for node in writing.node_def}


def _by_its_name(graph, name):
    """An operation of the name of a function calls that function."""
    function = graph.graph_def.library.function.add()
    function.CopyFrom(next(f for f in _savers(graph) if f.signature.name == name))
    function.signature.name = "Rint"
    graph.graph_def.library.function[0].node_def.add(op="Rint", name="odd")
    node = graph.graph_def.node.add(op="StatefulPartitionedCall", name="more")
    node.name = graph.saver_def.restore_op_name
    node.attr["f"].func.name = "Rint"


def _nested(graph, name):
    node = graph.graph_def.node.add(op="StatefulPartitionedCall", name="odd")
    node.attr["f"].func.name = graph.graph_def.library.function[0].signature.name
    node.attr["f"].func.attr["g"].func.name = name


def _second_saver(graph, name):
    node = graph.graph_def.node.add(op="StatefulPartitionedCall")
    node.name = graph.saver_def.restore_op_name
    node.attr["f"].func.name = name


@pytest.mark.parametrize("use", [_by_its_name, _nested, _second_saver])
def test_no_detour_leads_to_what_saves(good, use):
    for function in _savers(good):
        graph = _copy(good)
        use(graph, function.signature.name)
        assert saved_graph.first_foreign(graph) is not None


class _Writes(tf.saved_model.experimental.TrackableResource):
    """Writes a file when it is loaded."""

    def __init__(self, path):
        super().__init__()
        self._path = path

    def _create_resource(self):
        tf.io.write_file(self._path, "written")
        return tf.raw_ops.VarHandleOp(dtype=tf.float32, shape=[])

    def _initialize(self):
        return tf.io.write_file(self._path, "written")


class _Foreign(tf.Module):
    def __init__(self, path):
        super().__init__()
        self.resource = _Writes(path)

    @tf.function(input_signature=[tf.TensorSpec([], tf.float32)])
    def sample(self, x):
        return {"y": x + tf.cast(self.resource.resource_handle is None, tf.float32)}


def test_a_model_that_writes_when_loaded_is_refused_before(exported, tmp_path):
    victim = str(tmp_path / "victim")
    tf.saved_model.save(_Foreign(victim), str(tmp_path / "model"))
    shutil.copy(f"{exported[1]}/options.json", tmp_path / "model")
    pathlib.Path(victim).unlink(missing_ok=True)  # saving may have written it too
    with pytest.raises(ModelError, match="is not loaded: ") as caught:
        loading.load(str(tmp_path / "model"))
    assert not os.path.exists(victim) and "\n" not in str(caught.value)
    # Without the look at it, it would have been written.
    tf.saved_model.load(str(tmp_path / "model"))
    assert os.path.exists(victim)


def _rewritten(folder, change):
    """Changes the graph of a SavedModel. Its fingerprint is compared last of all."""
    path = f"{folder}/saved_model.pb"
    with open(path, "rb") as file:
        model = saved_model_pb2.SavedModel.FromString(file.read())
    change(model)
    with open(path, "wb") as file:
        file.write(model.SerializeToString())


def _asset(model):
    model.meta_graphs[0].asset_file_def.add(filename="a.txt")


def _resource(model):
    model.meta_graphs[0].object_graph_def.nodes.add().resource.device = ""


def _saver_of_its_own(model):
    node = model.meta_graphs[0].object_graph_def.nodes[0]
    node.saveable_objects["x"].save_function = 1


def _exchangeable(model):
    function = model.meta_graphs[0].graph_def.library.function[0]
    function.attr["api_implements"].s = b"x"


def _large_constant(model):
    node = model.meta_graphs[0].graph_def.node.add(op="Const", name="large")
    node.attr["value"].tensor.tensor_shape.dim.add(size=2**40)


def _print(model):
    model.meta_graphs[0].graph_def.node.add(op="PrintV2", name="p" * 999)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_asset, "it has assets"),
        (_resource, "it has resources"),
        (_saver_of_its_own, "savers of its own"),
        (_exchangeable, "stand for others"),
        (_large_constant, r"a constant of \[1099511627776\]"),
        (_print, "its graph holds PrintV2"),
        (lambda model: model.meta_graphs.add(), "2 graphs"),
        (lambda model: model.ClearField("meta_graphs"), "0 graphs"),
        (
            lambda model: model.meta_graphs[0].ClearField("object_graph_def"),
            "names no objects",
        ),
    ],
)
def test_what_no_export_has_is_one_short_line(exported, tmp_path, change, words):
    folder = shutil.copytree(exported[1], tmp_path / "model")
    _rewritten(str(folder), change)
    with pytest.raises(ModelError, match=words) as caught:
        saved_graph.check(str(folder))
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 600


@pytest.mark.parametrize("name", ["saved_model.pbtxt", "saved_model.cpb"])
def test_no_other_graph_stands_beside_it(exported, tmp_path, name):
    folder = shutil.copytree(exported[1], tmp_path / "model")
    (folder / name).write_bytes(b"")
    with pytest.raises(ModelError, match=name):
        saved_graph.check(str(folder))


def test_what_tensorflow_reads_beside_it_is_a_small_regular_file(exported, tmp_path):
    folder = shutil.copytree(exported[1], tmp_path / "model")
    (folder / "debug").mkdir()
    os.mkfifo(folder / "debug" / "saved_model_debug_info.pb")
    with pytest.raises(ModelError, match="debug_info.pb is no regular file"):
        saved_graph.check(str(folder))
    (folder / "debug" / "saved_model_debug_info.pb").unlink()
    (folder / "debug" / "saved_model_debug_info.pb").write_bytes(bytes(2 << 20))
    with pytest.raises(ModelError, match="more than 1 MB"):
        saved_graph.check(str(folder))


def test_a_folder_in_the_place_of_the_weights_is_not_looked_into(exported, tmp_path):
    folder = shutil.copytree(exported[1], tmp_path / "model")
    (folder / "variables" / "variables").mkdir()
    os.mkfifo(folder / "variables" / "variables" / "checkpoint")
    saved_graph.check(str(folder))


@pytest.mark.parametrize(
    ("name", "other"),
    [("sample", "encode"), ("encode", "reconstruct"), ("bits", "sample")],
)
def test_functions_in_one_anothers_place_are_refused(exported, tmp_path, name, other):
    def change(model):
        children = model.meta_graphs[0].object_graph_def.nodes[0].children
        ids = {child.local_name: child.node_id for child in children}
        for child in children:
            if child.local_name == name:
                child.node_id = ids[other]

    folder = shutil.copytree(exported[1], tmp_path / "model")
    _rewritten(str(folder), change)
    told = fingerprinting.CreateFingerprintDef(str(folder))
    (folder / "fingerprint.pb").write_bytes(told)
    with pytest.raises(ModelError, match=f"no model of this version .*{name} gives"):
        loading.load(str(folder))


def test_options_of_another_number_of_codes_are_refused(exported, tmp_path):
    folder = shutil.copytree(exported[1], tmp_path / "model")
    path = folder / "options.json"
    facts = json.loads(path.read_text())
    facts["model"]["vqvae"]["codes"] += 1
    path.write_text(json.dumps(facts))
    with pytest.raises(ModelError, match="options.json of another model: .*codes"):
        loading.load(str(folder))
