import numpy as np
import pytest

from nbdoctor.readings.texts import read_texts, texts_in

RNG = np.random.default_rng(0)
WORDS = (
    "harbour engine purchase valley conclude sentence drawing mountain question".split()  # noqa: SIM905
)
TEXTS = [" ".join(RNG.choice(WORDS, RNG.integers(8, 15))) for _ in range(200)]


def test_texts_that_are_cut() -> None:
    found = read_texts([text[:50] for text in TEXTS], "notes")
    assert found is not None
    assert (found.longest, found.at_longest) == (50, pytest.approx(1.0, abs=0.05))
    assert found.cut_words > 0.4
    assert found.other_words == 0


def test_texts_in_full() -> None:
    found = read_texts(TEXTS, "notes")
    assert found is not None
    assert found.at_longest < 0.05


def test_texts_cut_after_whole_words_have_none_in_pieces() -> None:
    found = read_texts([" ".join(text.split()[:8]) for text in TEXTS], "notes")
    assert found is not None
    assert found.cut_words == 0


@pytest.mark.parametrize(
    "values",
    [
        pytest.param(["ACGTACGTAC"] * 100, id="sequences of one word"),
        pytest.param(["one text of some words"] * 9, id="few texts"),
        pytest.param([1.0, None] * 50, id="no texts"),
    ],
)
def test_what_is_no_text(values: list[object]) -> None:
    assert read_texts(values, "notes") is None


def test_columns_and_lists_of_the_cell() -> None:
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"text": TEXTS, "size": np.arange(200)})
    found = list(texts_in({"texts": TEXTS, "frame": frame, "n": 3}, ["texts", "frame", "n"]))
    assert [(one.where, one.column) for one in found] == [("texts", ""), ("frame", "text")]
