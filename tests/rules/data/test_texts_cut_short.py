from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.attained import Attained
from nbdoctor.readings.texts import TextColumn, Texts
from nbdoctor.rules.data.texts_cut_short import texts_cut_short
from nbdoctor.rules.rule import DoesNotApplyError
from tests.rules.ran import rules_of

NOTES = TextColumn(
    where="train", column="text", rows=1000, longest=60, at_longest=0.98, cut_words=0.6,
    other_words=0.01,
)  # fmt: skip


def test_fires() -> None:
    (finding,) = texts_cut_short(Texts(columns=(NOTES,)), None)
    assert finding.title == "The texts in `text` of `train` were cut after 60 characters"
    assert "98 % of 1,000 texts" in finding.says


@pytest.mark.parametrize(
    "column",
    [
        pytest.param(replace(NOTES, at_longest=0.003), id="free texts"),
        pytest.param(replace(NOTES, cut_words=0.05), id="whole words"),
        pytest.param(replace(NOTES, cut_words=0.7, other_words=0.5), id="words of one text only"),
    ],
)
def test_stays_silent(column: TextColumn) -> None:
    assert not list(texts_cut_short(Texts(columns=(column,)), None))


def test_does_not_apply_where_the_model_has_learned() -> None:
    with pytest.raises(DoesNotApplyError):
        list(texts_cut_short(Texts(columns=(NOTES,)), Attained(kind="classes", score=0.95)))


def test_treatment() -> None:
    (finding,) = texts_cut_short(Texts(columns=(NOTES,)), None)
    (advice,) = texts_cut_short.treatments(finding, Cell("model.fit(x, y)\n"))
    assert (advice.effect, advice.patched) == ("advice", None)


@pytest.mark.keras
@pytest.mark.parametrize("length", [45, 400])
def test_on_a_real_model(length: int) -> None:
    found = rules_of(f"""rng = np.random.default_rng(10)
words = "harbour engine purchase valley conclude sentence drawing mountain question".split()
texts = [" ".join(rng.choice(words, rng.integers(8, 14)))[:{length}] for _ in range(120)]
x = np.array([[len(set(text.split()))] for text in texts], dtype="float32")
y = (x[:, 0] > 5).astype("float32")
model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, activation="sigmoid")])
model.compile("sgd", "binary_crossentropy")
model.fit(x, y, verbose=0)
""")
    assert ("texts-cut-short" in found) is (length == 45)
