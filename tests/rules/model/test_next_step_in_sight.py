import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.labels_in_sight import LabelsInSight
from nbdoctor.readings.layers import Layer, Layers
from nbdoctor.rules.model.next_step_in_sight import next_step_in_sight
from tests.rules.ran import rules_of

SEEN = LabelsInSight(input="tokens", target="out", ahead=1, share=1.0, place=8, rows=32, changed=32)


def test_fires() -> None:
    (finding,) = next_step_in_sight(SEEN, None)
    assert "`tokens` 1 step on" in finding.says
    assert "32 of 32 sequences" in finding.says


@pytest.mark.parametrize("changed", [0, 3])
def test_stays_silent(changed: int) -> None:
    hidden = LabelsInSight(
        input="tokens", target="out", ahead=1, share=1.0, place=8, rows=32, changed=changed
    )
    assert not list(next_step_in_sight(hidden, None))


@pytest.mark.parametrize(
    ("kind", "says"),
    [("MultiHeadAttention", "use_causal_mask"), ("Conv1D", "causal"), ("Bidirectional", "alone")],
)
def test_treatment(kind: str, says: str) -> None:
    layers = Layers(model="m", layers=(Layer(name="inside", kind=kind),), trainable=1, total=1)
    (finding,) = next_step_in_sight(SEEN, layers)
    assert finding.where.layer == "inside"
    (advice,) = next_step_in_sight.treatments(finding, Cell(""))
    assert says in advice.text


CELL = """
text = np.random.default_rng(0).integers(1, 9, size=(80, 13))
x, y = {data}
inputs = keras.Input(x.shape[1:])
z = {embed}
z = {look}
model = keras.Model(inputs, keras.layers.Dense({out})(z))
model.compile("sgd", {loss})
model.fit(x, y, verbose=0)
"""

TOKENS = {
    "data": "text[:, :-1], text[:, 1:]",
    "embed": "keras.layers.Embedding(9, 8)(inputs)",
    "out": '9, activation="softmax"',
    "loss": '"sparse_categorical_crossentropy"',
}
NUMBERS = {
    "data": "text[:, :-1, None] / 9.0, text[:, 1:, None] / 9.0",
    "embed": "keras.layers.Dense(8)(inputs)",
    "out": "1",
    "loss": '"mse"',
}
FAR = {**NUMBERS, "data": "text[:, :-3, None] / 9.0, text[:, 3:] / 9.0"}
OTHER = {**NUMBERS, "data": "text[:, :-1, None] / 9.0, text[:, :-1, None] / 9.0"}

WITHOUT = "keras.layers.MultiHeadAttention(1, 8)(z, z)"
CAUSAL = "keras.layers.MultiHeadAttention(1, 8)(z, z, use_causal_mask=True)"
UPSIDE_DOWN = (
    "keras.layers.MultiHeadAttention(1, 8)(z, z, attention_mask="
    "keras.ops.triu(keras.ops.ones((1, 12, 12)), 1) > 0)"
)
BOTH = "keras.layers.Bidirectional(keras.layers.GRU(8, return_sequences=True))(z)"
BACK = "keras.layers.GRU(8, return_sequences=True)(z)"
SAME = 'keras.layers.Conv1D(8, 3, padding="same")(z)'
CAUSAL_CONV = 'keras.layers.Conv1D(8, 3, padding="causal")(z)'


@pytest.mark.keras
@pytest.mark.parametrize("look", [WITHOUT, UPSIDE_DOWN, BOTH, SAME])
@pytest.mark.parametrize("task", [TOKENS, NUMBERS], ids=["tokens", "numbers"])
def test_fires_on_a_real_model(task: dict[str, str], look: str) -> None:
    found = rules_of(CELL.format(**task, look=look), "--no-trials --no-experiment")
    assert "next-step-in-sight" in found


@pytest.mark.keras
def test_fires_on_a_real_model_of_a_far_step() -> None:
    found = rules_of(CELL.format(**FAR, look=BOTH), "--no-trials --no-experiment")
    assert "next-step-in-sight" in found


@pytest.mark.keras
@pytest.mark.parametrize(
    ("task", "look"),
    [
        pytest.param(TOKENS, CAUSAL, id="attention"),
        pytest.param(NUMBERS, BACK, id="recurrent"),
        pytest.param(NUMBERS, CAUSAL_CONV, id="convolution"),
        pytest.param(OTHER, BOTH, id="rebuilds its inputs"),
    ],
)
def test_stays_silent_on_a_real_model(task: dict[str, str], look: str) -> None:
    found = rules_of(CELL.format(**task, look=look), "--no-trials --no-experiment")
    assert "next-step-in-sight" not in found
