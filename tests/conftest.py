"""Two logical CPUs for all tests, so that replicas can be tested without a GPU."""

import fcntl
import os
import pathlib

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import pytest
import tensorflow as tf

cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(
    cpu, [tf.config.LogicalDeviceConfiguration()] * 2
)


@pytest.fixture(autouse=True)
def _same_seed():
    from vqinpaint.environment.keras2 import keras

    keras.utils.set_random_seed(0)


def pytest_generate_tests(metafunc):
    """Tests that ask for `oracle` run on every fixture of the authors' numbers."""
    if "oracle" in metafunc.fixturenames:
        from tests.oracle import FOLDERS, Oracle

        found = [Oracle(folder) for folder in FOLDERS]
        ids = [folder.name for folder in FOLDERS]
        metafunc.parametrize("oracle", found, ids=ids, scope="module")


@pytest.fixture(scope="session")
def two_replicas():
    # One strategy for all tests: TensorFlow remembers the shapes of a process's
    # collectives by number, and a second strategy counts from the same number again.
    return tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])


def _shared_export(factory, name, model, options):
    """The folder of a tiny model's SavedModel, made once.

    It takes a minute and more. Processes of one test run share it in the folder that
    VQINPAINT_TEST_EXPORT names, if it is set; the model always has the same weights.
    Thorough trials of exports are tests of their own.
    """
    from vqinpaint import exporting

    shared = os.environ.get("VQINPAINT_TEST_EXPORT")
    root = pathlib.Path(shared) if shared else factory.mktemp("models")
    # Kernels, and so the last digits of what is stored, differ with oneDNN.
    root = root / f"onednn{os.environ.get('TF_ENABLE_ONEDNN_OPTS', '')}"
    folder = root / name / "1"
    facts = {"version": "test"}
    root.mkdir(exist_ok=True)
    with open(root / f"{name}.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            exporting.write_saved_model(
                *(model, options, str(folder), facts, "tiny", "A story."),
                lite=True,
                thorough=False,
            )
    return str(folder)


@pytest.fixture(scope="session")
def exported(tmp_path_factory):
    """(`ServedInpainter`, folder of its SavedModel); neither is to be changed."""
    from tests import tiny

    model = tiny.inpainter()
    return model, _shared_export(tmp_path_factory, "tiny", model, tiny.OPTIONS)


@pytest.fixture(scope="session")
def exported_pic(tmp_path_factory):
    """(`ServedPic`, folder of its SavedModel); neither is to be changed."""
    from tests import tiny
    from vqinpaint.joined import pic_loading

    model = pic_loading.join(tiny.PIC, tiny.pic(), num_samples=2)
    return model, _shared_export(tmp_path_factory, "tiny_pic", model, tiny.PIC)


@pytest.fixture(scope="session")
def drawing_model():
    """`ServedInpainter` that draws texture codes and pictures from nothing."""
    from tests import tiny

    return tiny.inpainter(codes=True, generates=True)


@pytest.fixture(scope="session")
def loaded(exported):
    """The signatures of that SavedModel by name."""
    return tf.saved_model.load(exported[1]).signatures
