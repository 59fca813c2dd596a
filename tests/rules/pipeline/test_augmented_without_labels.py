import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.inputs import Inputs, InputTensor
from nbdoctor.readings.labels import Labels, Target
from nbdoctor.readings.layers import Layer, Layers
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
