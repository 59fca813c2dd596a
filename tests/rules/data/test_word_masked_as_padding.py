from dataclasses import replace
from typing import Any

import numpy as np
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


CELL = """import numpy as np
model = keras.Sequential([layers.Embedding(words, 16, mask_zero=True), layers.Dense(1)])
model.fit(train["ids"], train["label"], validation_data=(valid["ids"], valid["label"]))
"""


@pytest.mark.parametrize(
    ("before", "rows"),
    [
        pytest.param(0.0, [[3, 1, 5, 0], [1, 3, 0, 0]], id="padded behind"),
        pytest.param(0.4, [[3, 1, 5, 1], [0, 3, 1, 1]], id="padded before"),
    ],
)
def test_treatment(before: float, rows: list[list[int]]) -> None:
    words = replace(WORDS, padded=0.2, padded_before=before)
    (finding,) = word_masked_as_padding(Tokens(inputs=(words,)))
    (treated,) = word_masked_as_padding.treatments(finding, Cell(CELL))
    lines = (treated.patched or "").splitlines()
    assert "Embedding(words + 1, 16, mask_zero=True)" in lines[1]
    assert lines[-1] == (
        'model.fit(words_from_one(train["ids"]), train["label"], '
        'validation_data=(words_from_one(valid["ids"]), valid["label"]))'
    )
    names: dict[str, Any] = {}
    exec("\n".join([lines[0], *lines[2:4]]), names)  # noqa: S102  (what the treatment adds)
    ids = np.array([[2, 0, 4, 0], [0, 2, 0, 0]])
    assert names["words_from_one"](ids).tolist() == rows


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("(valid[", "pairs_of(valid[", id="validation rows that a call makes"),
        pytest.param("import numpy as np", "", id="no NumPy"),
        pytest.param("layers.Dense(1)", "Embedding(2)", id="two embeddings"),
    ],
)
def test_treatment_elsewhere_is_advice(old: str, new: str) -> None:
    (finding,) = word_masked_as_padding(Tokens(inputs=(WORDS,)))
    (advice,) = word_masked_as_padding.treatments(finding, Cell(CELL.replace(old, new)))
    assert advice.patched is None
    assert "Add 1 to the number of each word" in advice.text


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
