from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.near_duplicates import NearDuplicates
from nbdoctor.readings.turned_copies import TurnedCopies
from nbdoctor.rules.data.near_duplicate_validation_rows import near_duplicate_validation_rows
from tests.rules.ran import rules_of

COPIES = NearDuplicates(rows=200, training_rows=800, copies=90, near=0.3, usual=3.1)


@pytest.mark.parametrize(
    ("near", "words"),
    [
        pytest.param(COPIES, "0.3 or less, while the next ones are 3.1 away", id="jitter"),
        pytest.param(replace(COPIES, copies=0, between=40), "a straight line", id="SMOTE"),
        pytest.param(replace(COPIES, windows=150), "moved on by one", id="windows"),
    ],
)
def test_fires(near: NearDuplicates, words: str) -> None:
    (finding,) = near_duplicate_validation_rows(near)
    assert words in finding.says
    assert (finding.severity, finding.kind) == ("critical", "strong")


def test_fires_for_mirrored_pictures() -> None:
    near = replace(COPIES, copies=0)
    ways = {"left and right exchanged": 80, "turned by half": 10}
    turned = TurnedCopies(rows=200, training_rows=800, copies=90, ways=ways, near=0.02, usual=0.9)
    (finding,) = near_duplicate_validation_rows(near, turned)
    assert "90 of 200 validation pictures" in finding.says
    assert "most often left and right exchanged" in finding.says
    assert not list(near_duplicate_validation_rows(near, replace(turned, copies=30)))


@pytest.mark.parametrize(
    "near",
    [
        pytest.param(replace(COPIES, copies=20), id="a few"),
        pytest.param(replace(COPIES, by_chance=60.0), id="as by chance in few dimensions"),
        pytest.param(replace(COPIES, copies=200, by_chance=150.0), id="heaps of a daily pattern"),
        pytest.param(replace(COPIES, copies=0, between=8), id="a few on lines"),
        pytest.param(replace(COPIES, copies=0, windows=3), id="windows at the cut"),
    ],
)
def test_stays_silent(near: NearDuplicates) -> None:
    assert not list(near_duplicate_validation_rows(near))


def test_treatment() -> None:
    (finding,) = near_duplicate_validation_rows(COPIES)
    (offered,) = near_duplicate_validation_rows.treatments(finding, Cell("model.fit(x, y)\n"))
    assert (offered.effect, offered.patched) == ("judgement", None)


@pytest.mark.keras
@pytest.mark.parametrize("sick", [True, False])
def test_on_a_real_model(sick: bool) -> None:
    found = rules_of(f"""rng = np.random.default_rng(1)
x = rng.normal(size=(400, 6)).astype("float32")
y = (x[:, 0] > 0).astype(int)
order = rng.permutation(800)
copies = np.concatenate([x, x + 0.02 * rng.normal(size=x.shape)]).astype("float32")
labels = np.concatenate([y, y])
if {sick}:
    copies, labels = copies[order], labels[order]
    cut = 600
else:
    copies, labels, cut = x, y, 300
model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(2, activation="softmax")])
model.compile("sgd", "sparse_categorical_crossentropy")
model.fit(copies[:cut], labels[:cut], validation_data=(copies[cut:], labels[cut:]), verbose=0)
""")
    assert ("near-duplicate-validation-rows" in found) is sick
