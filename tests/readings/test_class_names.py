import numpy as np
import pytest

from nbdoctor.readings.class_names import folded, spellings_in

pd = pytest.importorskip("pandas")


def test_names_are_compared_without_blanks_capitals_and_dashes() -> None:
    assert folded("New-York ") == folded("new york") == folded("NEW_YORK")
    assert folded("Rosa") != folded("Rosas")


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(["Kama", "kama ", "Rosa"], id="list"),
        pytest.param({"Kama": 0, "kama ": 1, "Rosa": 2}, id="numbers by name"),
        pytest.param(np.array(["Kama", "kama ", "Rosa"]), id="array"),
    ],
)
def test_lists_of_names(value: object) -> None:
    (found,) = spellings_in({"names": value}, ["names"], {3})
    assert (found.classes, found.distinct) == (3, 2)
    assert found.groups == (("Kama", "kama "),)


def test_columns_are_counted() -> None:
    frame = pd.DataFrame({"kind": ["a"] * 6 + ["A "] * 2 + ["b"] * 2, "size": np.arange(10)})
    (found,) = spellings_in({"frame": frame}, ["frame"], {3})
    assert (found.where, found.column, found.share) == ("frame", "kind", 0.2)
    assert found.groups == (("a", "A "),)


def test_letters_of_an_alphabet_are_not_spellings() -> None:
    (found,) = spellings_in({"letters": ["I", "i", " ", "."]}, ["letters"], {4})
    assert (found.distinct, found.groups) == (4, ())
    frame = pd.DataFrame({"sex": ["m"] * 6 + ["M"] * 2 + ["f"] * 2})
    (found,) = spellings_in({"frame": frame}, ["frame"], {3})
    assert found.groups == (("m", "M"),)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(["Kama", "kama "], id="as many names as there are no classes"),
        pytest.param(["Kama", 3, "kama"], id="not all are texts"),
        pytest.param("abc", id="a text"),
    ],
)
def test_others_are_no_names(value: object) -> None:
    assert not list(spellings_in({"names": value}, ["names"], {3}))
