import pytest

from nbdoctor.capture.cell import Cell
from nbdoctor.probes.fit import Fit
from nbdoctor.probes.source import Source, read_source
from nbdoctor.rules.frozen_by_cache import frozen_by_cache
from nbdoctor.rules.rule import DoesNotApplyError
from tests.rules.ran import rules_of

EPOCHS = Fit(data_kind="tf.data", epochs=10)


def source(chain: str) -> Source:
    return read_source(Cell(f"data = make(x){chain}\nmodel.fit(data, epochs=10)\n"), {})


@pytest.mark.parametrize(
    "chain",
    [
        pytest.param(".shuffle(100).cache().batch(8)", id="shuffle, cache, batch"),
        pytest.param(".shuffle(100).batch(8).cache()", id="batches are kept"),
        pytest.param(".cache().shuffle(100).batch(8).cache().prefetch(1)", id="a second cache"),
    ],
)
def test_fires(chain: str) -> None:
    (finding,) = frozen_by_cache(source(chain), EPOCHS)
    assert "`shuffle(100)` stands before `cache`" in finding.says
    assert "all 10 epochs" in finding.says
    assert (finding.severity, finding.kind) == ("warning", "proof")


@pytest.mark.parametrize(
    ("chain", "fit"),
    [
        pytest.param(".cache().shuffle(100).batch(8)", EPOCHS, id="the usual order"),
        pytest.param(".shuffle(9).cache().shuffle(9).batch(8)", EPOCHS, id="shuffled again"),
        pytest.param(".cache().batch(8)", EPOCHS, id="no shuffle"),
        pytest.param(
            ".shuffle(100).cache().batch(8)", Fit(data_kind="tf.data", epochs=1), id="one epoch"
        ),
        pytest.param(".map(f).cache().shuffle(9)", EPOCHS, id="what is the same is kept"),
    ],
)
def test_stays_silent(chain: str, fit: Fit) -> None:
    assert not list(frozen_by_cache(source(chain), fit))


@pytest.mark.parametrize("chain", ["", ".shuffle(9).batch(8)"])
def test_does_not_apply_without_a_cache(chain: str) -> None:
    with pytest.raises(DoesNotApplyError):
        list(frozen_by_cache(source(chain), EPOCHS))


def test_treatment() -> None:
    (finding,) = frozen_by_cache(source(".shuffle(9).cache()"), EPOCHS)
    (offered,) = frozen_by_cache.treatments(finding, Cell("model.fit(data)\n"))
    assert (offered.effect, offered.patched) == ("judgement", None)
    assert "`.cache().shuffle(...).batch(...)`" in offered.text


@pytest.mark.keras
@pytest.mark.parametrize(
    ("chain", "sick"), [(".shuffle(32).cache()", True), (".cache().shuffle(32)", False)]
)
def test_on_a_real_model(chain: str, sick: bool) -> None:
    found = rules_of(f"""data = tf.data.Dataset.from_tensor_slices((x, y)){chain}.batch(8)
build().fit(data, epochs=2, verbose=0)
""")
    assert ("frozen-by-cache" in found) is sick
