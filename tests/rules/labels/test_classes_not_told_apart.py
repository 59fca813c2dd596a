from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.class_names import ClassNames, Spellings
from nbdoctor.readings.other_forms import OtherForms
from nbdoctor.readings.told_apart import Pair, ToldApart
from nbdoctor.rules.labels.classes_not_told_apart import classes_not_told_apart
from tests.rules.ran import rules_of

ALIKE = Pair(one=0.0, other=2.0, rows=200, apart=0.51, from_others=0.99)


def told(pair: Pair) -> ToldApart:
    return ToldApart(classes=4, pairs=(pair,))


def test_fires() -> None:
    names = ClassNames(training=("ash", "elm", "ashes", "oak"))
    (finding,) = classes_not_told_apart(told(ALIKE), names, None)
    assert finding.title == "Simple models cannot tell class 0 ('ash') from class 2 ('ashes')"
    assert "Of 200 rows of both" in finding.says


@pytest.mark.parametrize(
    "pair",
    [
        pytest.param(replace(ALIKE, apart=0.7), id="told apart a little"),
        pytest.param(replace(ALIKE, from_others=0.6), id="like all others"),
        pytest.param(replace(ALIKE, rows=100), id="few rows"),
    ],
)
def test_stays_silent(pair: Pair) -> None:
    assert not list(classes_not_told_apart(told(pair), None, None))


def test_stays_silent_where_no_classes_are_told_apart() -> None:
    assert not list(classes_not_told_apart(replace(told(ALIKE), usual=0.7), None, None))


def test_stays_silent_where_the_model_or_the_names_know_better() -> None:
    good = OtherForms(training=0.95, validation=0.95, rows=100)
    assert not list(classes_not_told_apart(told(ALIKE), None, good))
    spelled = Spellings(where="names", classes=2, distinct=1, groups=(("ash", "Ash"),))
    names = ClassNames(spellings=(spelled,))
    assert not list(classes_not_told_apart(told(ALIKE), names, None))


def test_treatment() -> None:
    (finding,) = classes_not_told_apart(told(ALIKE), None, None)
    (advice,) = classes_not_told_apart.treatments(finding, Cell("model.fit(x, y)\n"))
    assert (advice.effect, advice.patched) == ("advice", None)


@pytest.mark.keras
@pytest.mark.parametrize("alike", [True, False])
def test_on_a_real_model(alike: bool) -> None:
    found = rules_of(f"""rng = np.random.default_rng(14)
y = rng.integers(0, 4, 500)
place = np.where(y == 3, 1, y) if {alike} else y
x = (3 * np.eye(4)[place] + 0.5 * rng.normal(size=(500, 4))).astype("float32")
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(4, activation="softmax")])
model.compile("sgd", "sparse_categorical_crossentropy")
model.fit(x, y, verbose=0)
""")
    assert ("classes-not-told-apart" in found) is alike
