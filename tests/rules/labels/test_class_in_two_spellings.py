from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.class_names import ClassNames, Spellings
from nbdoctor.rules.labels.class_in_two_spellings import class_in_two_spellings
from tests.rules.ran import rules_of

TWICE = Spellings(
    where="frame", column="kind", classes=5, distinct=4, groups=(("Rosa", "ROSA "),), share=0.2
)
LIST = Spellings(where="names", classes=5, distinct=4, groups=(("Rosa", "ROSA "),))


def test_fires() -> None:
    (finding,) = class_in_two_spellings(ClassNames(spellings=(TWICE, LIST)))
    assert finding.title == "5 class names are 4 classes in different spellings"
    assert "In `kind` of `frame`" in finding.says
    assert "'Rosa' and 'ROSA '" in finding.says
    assert "20 % of the rows" in finding.says


def test_stays_silent() -> None:
    once = Spellings(where="names", classes=4, distinct=4)
    assert not list(class_in_two_spellings(ClassNames(spellings=(once,))))


def test_treatment() -> None:
    (finding,) = class_in_two_spellings(ClassNames(spellings=(LIST, TWICE)))
    cell = Cell("frame = load()\nmodel.fit(x, y)\n")
    (treated,) = class_in_two_spellings.treatments(finding, cell)
    assert treated.patched == (
        "frame = load()\nframe = frame.replace({'kind': {'ROSA ': 'Rosa'}})\nmodel.fit(x, y)\n"
    )


def test_treatment_gives_all_tables_the_same_names() -> None:
    """In the second table the other spelling is the more frequent one."""
    other = replace(TWICE, where="valid", groups=(("ROSA ", "Rosa"),))
    (finding,) = class_in_two_spellings(ClassNames(spellings=(TWICE, other)))
    cell = Cell("frame = load()\nvalid = load()\nmodel.fit(x, y)\n")
    (treated,) = class_in_two_spellings.treatments(finding, cell)
    lines = (treated.patched or "").splitlines()
    assert lines[1] == "frame = frame.replace({'kind': {'ROSA ': 'Rosa'}})"
    assert lines[3] == "valid = valid.replace({'kind': {'ROSA ': 'Rosa'}})"


def test_treatment_writes_all_classes_in_one_manner() -> None:
    several = replace(TWICE, groups=(("canadian", "Canadian"), ("Kama ", "Kama"), ("ROSA", "Rosa")))
    (finding,) = class_in_two_spellings(ClassNames(spellings=(several,)))
    (treated,) = class_in_two_spellings.treatments(finding, Cell("frame = load()\n"))
    names = {"canadian": "Canadian", "Kama ": "Kama", "ROSA": "Rosa"}
    assert f"frame.replace({{'kind': {names!r}}})" in (treated.patched or "")


def test_treatment_of_a_list_is_advice() -> None:
    (finding,) = class_in_two_spellings(ClassNames(spellings=(LIST,)))
    (advice,) = class_in_two_spellings.treatments(finding, Cell("model.fit(x, y)\n"))
    assert advice.patched is None


@pytest.mark.keras
@pytest.mark.parametrize("other", ["set_osa", "other"])
def test_on_a_real_model(other: str) -> None:
    found = rules_of(f"""rng = np.random.default_rng(5)
words = np.array(["Set-Osa", "{other}", "third"])[rng.integers(0, 3, 120)]
numbers = {{word: at for at, word in enumerate(sorted(set(words.tolist())))}}
x = rng.normal(size=(120, 3)).astype("float32")
y = np.array([numbers[word] for word in words.tolist()])
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3, activation="softmax")])
model.compile("sgd", "sparse_categorical_crossentropy")
model.fit(x, y, verbose=0)
""")
    assert ("class-in-two-spellings" in found) is (other == "set_osa")
