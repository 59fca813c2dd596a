from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.inputs import Inputs, InputTensor
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.readings.layers import Layer, Layers
from nbdoctor.readings.mask_offset import MaskOffset, Turned
from nbdoctor.readings.redrawn import RandomChanges
from nbdoctor.rules.pipeline.augmented_without_labels import augmented_without_labels
from nbdoctor.rules.rule import DoesNotApplyError
from tests.rules.ran import rules_of

MOVED = RandomChanges(function="augment", line=3, pictures=8, moved=7, labels_moved=0)
FLIPS = Layers(model="m", layers=(Layer(name="flip", kind="RandomFlip"),), trainable=0, total=0)
PICTURES = Inputs(tensors=(InputTensor(name="x", shape=(8, 8, 1)),))
MASKS = Labels(targets=(Target(name="y", shape=(8, 8, 1)),))
CLASSES = Labels(targets=(Target(name="y", shape=()),))


def test_fires() -> None:
    (finding,) = augmented_without_labels(MOVED)
    assert "`augment` on line 3" in finding.says
    assert (finding.severity, finding.kind) == ("critical", "proof")


def test_fires_for_batches() -> None:
    (finding,) = augmented_without_labels(
        RandomChanges(pictures=8, moved=3, labels_moved=0, array="masks")
    )
    assert "8 pictures in the first batches are rows of `masks`" in finding.says


TURNED = Turned(
    mirrored="left and right", clear=60, turned=28, by_chance=10, agreement=0.4,
    straight_agreement=0.42,
)  # fmt: skip
OFFSET = MaskOffset(
    pictures=60, down=0, right=0, mirrored="", as_given=0.2, best=0.2, errors=0.0, turned=TURNED
)


def test_fires_by_the_edges_of_pictures() -> None:
    (finding,) = augmented_without_labels(None, None, None, None, OFFSET)
    assert finding.says.startswith("Of 60 pictures that tell which way round their mask is, 28 fit")
    assert (finding.severity, finding.kind) == ("warning", "strong")


@pytest.mark.parametrize(
    "turned",
    [
        pytest.param(None, id="none is turned"),
        pytest.param(replace(TURNED, by_chance=31), id="other masks tell as often"),
        pytest.param(replace(TURNED, clear=19, turned=9), id="few tell"),
        pytest.param(replace(TURNED, turned=8), id="hardly any is turned"),
        pytest.param(replace(TURNED, turned=55), id="all are turned"),
        pytest.param(replace(TURNED, agreement=0.2), id="turned ones do not fit"),
    ],
)
def test_stays_silent_by_the_edges_of_pictures(turned: Turned | None) -> None:
    offset = replace(OFFSET, turned=turned)
    assert not list(augmented_without_labels(None, None, None, None, offset))


def test_fires_for_a_layer_of_the_model() -> None:
    (finding,) = augmented_without_labels(None, FLIPS, MASKS, PICTURES)
    assert "`flip` (RandomFlip)" in finding.says


@pytest.mark.parametrize(
    ("changes", "labels"),
    [
        pytest.param(
            RandomChanges(function="f", line=3, pictures=8, moved=7, labels_moved=6),
            CLASSES,
            id="both move",
        ),
        pytest.param(
            RandomChanges(function="f", line=3, pictures=8, moved=0, labels_moved=0),
            CLASSES,
            id="only brighter",
        ),
        pytest.param(None, CLASSES, id="classes do not move"),
    ],
)
def test_stays_silent(changes: RandomChanges | None, labels: Labels) -> None:
    assert not list(augmented_without_labels(changes, FLIPS, labels, PICTURES))


def test_does_not_apply_without_random_steps() -> None:
    with pytest.raises(DoesNotApplyError):
        list(augmented_without_labels(None))


def test_treatment() -> None:
    (finding,) = augmented_without_labels(MOVED)
    (offered,) = augmented_without_labels.treatments(finding, Cell("model.fit(data)\n"))
    assert (offered.effect, offered.patched) == ("advice", None)


CELL = """rng = np.random.default_rng(0)
pictures = rng.normal(size=(24, 8, 8, 1)).astype("float32")
masks = (pictures > 1).astype("float32")
def augment(a, b):
    {body}
data = tf.data.Dataset.from_tensor_slices((pictures, masks)).shuffle(24).map(augment).batch(8)
model = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Conv2D(1, 1)])
model.compile("sgd", "mse")
model.fit(data, verbose=0)
"""


@pytest.mark.keras
@pytest.mark.parametrize(
    ("body", "sick"),
    [
        ("return tf.image.random_flip_left_right(a), b", True),
        ("return tf.image.random_brightness(a, 0.2), b", False),
        (
            "c = tf.image.random_flip_up_down(tf.concat([a, b], 2)); return c[..., :1], c[..., 1:]",
            False,
        ),
    ],
)
def test_on_a_real_model(body: str, sick: bool) -> None:
    assert ("augmented-without-labels" in rules_of(CELL.format(body=body))) is sick


SEQUENCE = """rng = np.random.default_rng(0)
pictures = rng.normal(size=(24, 8, 8, 1)).astype("float32")
masks = (pictures > 1).astype("float32")
class Rows(keras.utils.PyDataset):
    def __len__(self):
        return 3
    def __getitem__(self, at):
        a, b = pictures[at * 8:at * 8 + 8], masks[at * 8:at * 8 + 8]
        turned = rng.random(8) < 0.5
        a = np.where(turned[:, None, None, None], a[:, :, ::-1], a)
        {both}
        return a, b
def batches():
    while True:
        for at in range(3):
            yield Rows()[at]
model = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Conv2D(1, 1)])
model.compile("sgd", "mse")
model.fit({data}, verbose=0)
"""


@pytest.mark.keras
@pytest.mark.parametrize("data", ["Rows()", "batches(), steps_per_epoch=3"])
@pytest.mark.parametrize(
    ("both", "sick"),
    [("", True), ("b = np.where(turned[:, None, None, None], b[:, :, ::-1], b)", False)],
)
def test_on_batches_as_they_pass(data: str, both: str, sick: bool) -> None:
    found = rules_of(SEQUENCE.format(data=data, both=both), "--no-trials")
    assert ("augmented-without-labels" in found) is sick
