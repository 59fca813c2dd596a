import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.head import Head, Output
from nbdoctor.readings.source import Source, read_source
from nbdoctor.rules.labels.swapped_heads import matched, swapped_heads
from nbdoctor.rules.rule import DoesNotApplyError, Finding
from tests.rules.ran import rules_of

TWO = Head(outputs=(Output(name="age"), Output(name="height_output")))


def judged(text: str, head: Head = TWO) -> list[Finding]:
    return list(swapped_heads(head, read_source(Cell(text), {})))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("model.fit(x, [y_height, y_age])", id="a list"),
        pytest.param("both = (height, age)\nmodel.fit(x, y=both)", id="a tuple with a name"),
        pytest.param("model.fit(x, [heightTrain, ageTrain])", id="words without underscores"),
    ],
)
def test_fires(text: str) -> None:
    (finding,) = judged(text)
    assert (finding.severity, finding.kind) == ("warning", "strong")
    assert "so `age` learns `" in finding.says


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("model.fit(x, [y_age, y_height])", id="in order"),
        pytest.param("model.fit(x, [y_1, y_2])", id="names that tell nothing"),
        pytest.param("model.fit(x, [age_height, y_age])", id="a name for both"),
        pytest.param("model.fit(x, [y_age, y_age_2])", id="one output twice"),
    ],
)
def test_stays_silent(text: str) -> None:
    assert judged(text) == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("model.fit(x, {'age': a, 'height_output': b})", id="by name"),
        pytest.param("model.fit(x, [a[:9], b[:9]])", id="parts of arrays"),
        pytest.param("model.fit(x, y)", id="one array"),
    ],
)
def test_does_not_apply(text: str) -> None:
    with pytest.raises(DoesNotApplyError):
        judged(text)


def test_three_in_a_ring() -> None:
    assert matched(["b", "c_train", "a"], ["out_a", "out_b", "out_c"]) == (1, 2, 0)
    assert matched(["y", "z"], ["a", "b"]) is None
    with pytest.raises(DoesNotApplyError):
        list(swapped_heads(TWO, Source()))


def test_treatment_passes_them_by_name() -> None:
    (finding,) = judged("model.fit(x, [y_height, y_age])")
    (offered,) = swapped_heads.treatments(finding, Cell("model.fit(x, [y_height, y_age])"))
    assert '`{"age": y_age, ...}`' in offered.text


CELL = """
from keras import layers
z = keras.Input((4,))
h = layers.Dense(4)(z)
model = keras.Model(z, [layers.Dense(1, name="age")(h), layers.Dense(1, name="height")(h)])
model.compile("adam", ["mse", "mse"])
y_age, y_height = x[:, :1], x[:, 1:2]
model.fit(x, [FIRST, SECOND], verbose=0)
"""


@pytest.mark.keras
@pytest.mark.parametrize(
    ("first", "second", "sick"), [("height", "age", True), ("age", "height", False)]
)
def test_on_a_real_model(first: str, second: str, sick: bool) -> None:
    cell = CELL.replace("FIRST", f"y_{first}").replace("SECOND", f"y_{second}")
    assert ("swapped-heads" in rules_of(cell)) is sick
