from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.answers import Answers
from nbdoctor.readings.attained import Attained
from nbdoctor.readings.contradicted import Contradicted
from nbdoctor.rules.labels.contradicted_labels import contradicted_labels
from nbdoctor.rules.rule import DoesNotApplyError
from tests.rules.ran import rules_of

NOISY = Contradicted(
    rows=800, sure=480, share=0.2, by_class=((0.0, 240, 0.19), (1.0, 240, 0.21)), classes=2,
    guess=0.5, covered=0.9, ranked=0.49, error=0.03, first=(12, 1031),
)  # fmt: skip


def test_fires() -> None:
    (finding,) = contradicted_labels(NOISY, None)
    assert finding.title == "About 20 % of the labels contradict their inputs"
    assert "sure of 480 of 800 rows" in finding.says
    assert "The surest are rows 12, 1,031 of the training data" in finding.says


def held_out(right: float) -> Attained:
    answers = Answers(output="y", kind="classes", answers=300, right=right)
    return Attained(kind="classes", score=0.6, held_out=True, answers=(answers,))


def test_fires_where_the_trained_model_is_wrong_as_often() -> None:
    assert list(contradicted_labels(NOISY, held_out(right=0.79)))


def test_names_two_classes_of_several() -> None:
    clear = replace(NOISY, classes=5, share=0.01, pair=replace(NOISY, first=(3, 9)))
    (finding,) = contradicted_labels(clear, None)
    assert finding.title == "Labels 0 and 1 are exchanged in some 20 % of their rows"
    assert "rows of class 0 or 1" in finding.says
    assert "rows 3, 9" in finding.says


@pytest.mark.parametrize(
    "found",
    [
        pytest.param(replace(NOISY, covered=0.1), id="a class that is never told"),
        pytest.param(replace(NOISY, share=0.02), id="a few"),
        pytest.param(replace(NOISY, share=0.46), id="nothing is told"),
        pytest.param(replace(NOISY, share=0.335), id="little is told, as of an exclusive or"),
        pytest.param(replace(NOISY, ranked=0.3), id="errors where models are least sure"),
        pytest.param(
            replace(NOISY, by_class=((0.0, 240, 0.4), (1.0, 240, 0.0))), id="one class alone"
        ),
    ],
)
def test_stays_silent(found: Contradicted) -> None:
    assert not list(contradicted_labels(found, None))


def test_does_not_apply_where_it_cannot_tell() -> None:
    for found, attained in (
        (replace(NOISY, repeated=0.6), None),
        (replace(NOISY, by_kind=0.97), None),
        (replace(NOISY, explained=0.3), None),
        (NOISY, Attained(kind="classes", score=0.95)),
        (
            NOISY,
            Attained(
                kind="classes", score=0.85, ceiling=0.4, rows=400, counted=400.0, held_out=True
            ),
        ),
        (NOISY, held_out(right=0.9)),
    ):
        with pytest.raises(DoesNotApplyError):
            list(contradicted_labels(found, attained))


def test_treatment() -> None:
    (finding,) = contradicted_labels(NOISY, None)
    (advice,) = contradicted_labels.treatments(finding, Cell("model.fit(x, y)\n"))
    assert (advice.effect, advice.patched) == ("advice", None)


@pytest.mark.keras
@pytest.mark.parametrize("wrong", [0.2, 0.0])
def test_on_a_real_model(wrong: float) -> None:
    found = rules_of(f"""rng = np.random.default_rng(4)
k = rng.integers(0, 3, 600)
x = (2.5 * np.eye(3)[k] + rng.normal(0, 0.5, (600, 3))).astype("float32")
y = np.where(rng.random(600) < {wrong}, (k + rng.integers(1, 3, 600)) % 3, k)
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3, activation="softmax")])
model.compile(keras.optimizers.Adam(0.05), "sparse_categorical_crossentropy")
model.fit(x, y, epochs=10, verbose=0)
""")
    assert ("contradicted-labels" in found) is (wrong > 0)
