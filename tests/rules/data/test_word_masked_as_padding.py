from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.tokens import TokenInput, Tokens
from nbdoctor.rules.data.word_masked_as_padding import word_masked_as_padding
from nbdoctor.rules.rule import DoesNotApplyError
from tests.rules.ran import rules_of

WORDS = TokenInput(
    name="x", variable="ids", layer="embedding", vocabulary=130, rows=1200, between=0.48,
    single=0.95, masked=True,
)  # fmt: skip


def test_fires() -> None:
    (finding,) = word_masked_as_padding(Tokens(inputs=(WORDS,)))
    assert "In 48 % of 1,200 rows of `ids`" in finding.says
    assert "`embedding` has `mask_zero=True`" in finding.says


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(replace(WORDS, between=0.0), id="padding at an end"),
        pytest.param(replace(WORDS, single=0.1), id="two padded texts in a row"),
    ],
)
def test_stays_silent(words: TokenInput) -> None:
    assert not list(word_masked_as_padding(Tokens(inputs=(words,))))


def test_does_not_apply_without_a_mask() -> None:
    with pytest.raises(DoesNotApplyError):
        list(word_masked_as_padding(Tokens(inputs=(replace(WORDS, masked=False),))))


def test_treatment() -> None:
    (finding,) = word_masked_as_padding(Tokens(inputs=(WORDS,)))
    (advice,) = word_masked_as_padding.treatments(finding, Cell("model.fit(x, y)\n"))
    assert (advice.effect, advice.patched) == ("advice", None)


@pytest.mark.keras
@pytest.mark.parametrize("first", [0, 1])
def test_on_a_real_model(first: int) -> None:
    found = rules_of(f"""rng = np.random.default_rng(11)
ids = np.zeros((80, 10), "int32")
for row in ids:
    many = rng.integers(4, 11)
    row[-many:] = rng.integers({first}, 9, many)
model = keras.Sequential([keras.Input((10,), dtype="int32"),
                          keras.layers.Embedding(9, 2, mask_zero=True),
                          keras.layers.GlobalAveragePooling1D(),
                          keras.layers.Dense(1, activation="sigmoid")])
model.compile("sgd", "binary_crossentropy")
model.fit(ids, rng.integers(0, 2, 80), verbose=0)
""")
    assert ("word-masked-as-padding" in found) is (first == 0)
