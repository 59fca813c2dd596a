from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.attained import Attained
from nbdoctor.readings.unknown_words import UnknownWords
from nbdoctor.rules.data.unknown_tokens import unknown_tokens
from tests.rules.ran import rules_of

WORDS = UnknownWords(layer="words", variable="x", training=0.8, validation=0.8, empty=0.3, rows=400)
LEARNED = Attained(kind="classes", score=0.95)


def test_fires() -> None:
    (finding,) = unknown_tokens(WORDS, None)
    assert finding.title == "Most words of the training rows are unknown"
    assert "80 % of the words in training rows have the number that `words` gives" in finding.says
    assert "30 % of the rows hold no known word" in finding.says


def test_fires_for_validation_rows_alone() -> None:
    (finding,) = unknown_tokens(replace(WORDS, training=0.1, validation=0.4), LEARNED)
    assert finding.title == "Many words of the validation rows are unknown"
    assert "In training rows it is 10 %" in finding.says


@pytest.mark.parametrize(
    ("words", "attained"),
    [
        pytest.param(replace(WORDS, training=0.2, validation=0.25), None, id="the usual"),
        pytest.param(replace(WORDS, training=0.4, validation=None), None, id="no validation"),
        pytest.param(WORDS, LEARNED, id="a model that has learned"),
    ],
)
def test_stays_silent(words: UnknownWords, attained: Attained | None) -> None:
    assert not list(unknown_tokens(words, attained))


def test_treatment() -> None:
    (finding,) = unknown_tokens(WORDS, None)
    (advice,) = unknown_tokens.treatments(finding, Cell("model.fit(x, y)\n"))
    assert (advice.effect, advice.patched) == ("advice", None)


@pytest.mark.keras
@pytest.mark.parametrize("most", [3, 60])
def test_on_a_real_model(most: int) -> None:
    found = rules_of(f"""rng = np.random.default_rng(4)
kinds = np.array([f"w{{n}}" for n in range(40)])
texts = np.array([" ".join(rng.choice(kinds, 12)) for _ in range(200)])
y = rng.integers(0, 2, 200)
words = keras.layers.TextVectorization(max_tokens={most})
words.adapt(texts)
x = np.array(words(texts))
model = keras.Sequential([keras.Input((12,)), keras.layers.Embedding(60, 4),
                          keras.layers.GlobalAveragePooling1D(), keras.layers.Dense(1)])
model.compile("sgd", keras.losses.BinaryCrossentropy(from_logits=True))
model.fit(x, y, verbose=0)
""")
    assert ("unknown-tokens" in found) is (most == 3)
