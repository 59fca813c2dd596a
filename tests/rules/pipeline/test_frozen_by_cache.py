from dataclasses import replace

import pytest

from nbdoctor.backend.pipelines import Stage
from nbdoctor.cell.cell import Cell
from nbdoctor.readings.fit import Fit
from nbdoctor.readings.source import Source, read_source
from nbdoctor.readings.stages import Stages
from nbdoctor.rules.pipeline.frozen_by_cache import frozen_by_cache
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
    assert "`shuffle(100)` comes before `cache`" in finding.says
    assert "all 10 epochs" in finding.says
    assert (finding.severity, finding.kind) == ("note", "proof")


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


def stages(*kinds: Stage) -> Stages:
    last = Stage(kind="TensorSlice")
    for number, one in enumerate(kinds, start=1):
        last = replace(one, key=number, line=number, inputs=(last,))
    return Stages(training=last)


SHUFFLE, CACHE = Stage(kind="Shuffle", options={"buffer_size": 50}), Stage(kind="Cache")
AUGMENT = Stage(kind="Map", function="augment", is_random=True)


@pytest.mark.parametrize(
    ("live", "words"),
    [
        pytest.param(stages(SHUFFLE, CACHE), "`shuffle(50)` comes before", id="shuffle"),
        pytest.param(stages(AUGMENT, CACHE, SHUFFLE), "`augment` draws random", id="augmentation"),
    ],
)
def test_fires_for_live_datasets(live: Stages, words: str) -> None:
    (finding,) = frozen_by_cache(None, EPOCHS, live)
    assert words in finding.says


@pytest.mark.parametrize(
    "live",
    [
        pytest.param(stages(CACHE, SHUFFLE, AUGMENT), id="the usual order"),
        pytest.param(stages(SHUFFLE, CACHE, SHUFFLE), id="shuffled again"),
    ],
)
def test_stays_silent_for_live_datasets(live: Stages) -> None:
    assert not list(frozen_by_cache(None, EPOCHS, live))
