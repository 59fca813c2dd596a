from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.telling_ids import TellingId, TellingIds
from nbdoctor.rules.data.leaking_word import leaking_word
from nbdoctor.rules.rule import DoesNotApplyError
from tests.rules.ran import rules_of

FOLDER = TellingIds(
    rows=1000, variable="x", layer="vectorize", unknown=1, without=0.3,
    ids=(TellingId(number=5, label=1.0, share=1.0, elsewhere=0.0, place=1),),
)  # fmt: skip


def test_fires() -> None:
    (finding,) = leaking_word(FOLDER)
    assert finding.title == "Id 5 of `x` gives class 1 away"
    assert "100 % of the texts of class 1 hold the id 5, word 2, and 0 % of all" in finding.says


def test_stays_silent() -> None:
    assert not list(leaking_word(replace(FOLDER, ids=(), without=None)))


def test_does_not_apply_where_it_is_all_there_is_to_learn() -> None:
    with pytest.raises(DoesNotApplyError):
        list(leaking_word(replace(FOLDER, without=0.01)))


def test_treatment() -> None:
    (finding,) = leaking_word(FOLDER)
    cell = Cell("import numpy as np\nmodel.fit(x, y, validation_data=(a, b))\n")
    (treated,) = leaking_word.treatments(finding, cell)
    assert treated.patched == (
        "import numpy as np\n"
        "x = np.where(np.isin(x, [5]), 1, x)\n"
        "a = np.where(np.isin(a, [5]), 1, a)\n"
        "model.fit(x, y, validation_data=(a, b))\n"
    )
    assert "x = np.where" not in treated.as_used
    assert "a = np.where" in treated.as_used
    (advice,) = leaking_word.treatments(finding, Cell("model.fit(data)\n"))
    assert advice.patched is None
    assert "`vectorize.get_vocabulary()`" in advice.text


@pytest.mark.keras
@pytest.mark.parametrize("kept", [True, False])
def test_on_a_real_model(kept: bool) -> None:
    found = rules_of(f"""rng = np.random.default_rng(8)
y = rng.integers(0, 2, 400)
x = rng.integers(10, 160, (400, 12)) + 40 * y[:, None]
if {kept}:
    x[:, 0] = 5 + y
model = keras.Sequential([keras.layers.Embedding(210, 8), keras.layers.GlobalAveragePooling1D(),
                          keras.layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy")
model.fit(x, y, verbose=0)
""")
    assert ("leaking-word" in found) is kept
