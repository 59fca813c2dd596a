from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.persistence import Persistence
from nbdoctor.rules.rule import DoesNotApplyError
from nbdoctor.rules.training.persistence_not_beaten import persistence_not_beaten
from tests.rules.ran import rules_of

ECHO = Persistence(
    measure="mean squared error",
    model=0.9,
    repeated=0.8,
    constant=9.0,
    rows=300,
    judged="validation",
)


@pytest.mark.parametrize("model", [0.9, 0.8, 0.79])
def test_fires(model: float) -> None:
    (finding,) = persistence_not_beaten(replace(ECHO, model=model))
    assert "repeating the newest value of each row has 0.8" in finding.says
    assert (finding.severity, finding.kind) == ("warning", "strong")


@pytest.mark.parametrize("model", [0.7, 0.1])
def test_stays_silent(model: float) -> None:
    assert not list(persistence_not_beaten(replace(ECHO, model=model)))


def test_does_not_apply_where_the_newest_value_says_little() -> None:
    with pytest.raises(DoesNotApplyError):
        list(persistence_not_beaten(replace(ECHO, constant=1.0)))


def test_treatment() -> None:
    (finding,) = persistence_not_beaten(ECHO)
    (offered,) = persistence_not_beaten.treatments(finding, Cell("model.fit(x, y)\n"))
    assert (offered.effect, offered.patched) == ("judgement", None)


@pytest.mark.keras
@pytest.mark.parametrize(
    ("series", "sick"),
    [
        ("np.cumsum(np.random.default_rng(0).normal(size=300))", True),
        ("3 * np.sin(np.arange(300) / 2)", False),
    ],
)
def test_on_a_real_model(series: str, sick: bool) -> None:
    found = rules_of(
        f"""s = ({series}).astype("float32")
x, y = np.stack([s[i:i + 4] for i in range(296)]), s[4:]
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(keras.optimizers.Adam(0.05), "mse")
model.fit(x, y, epochs=15, verbose=0)
""",
        "--no-trials",
    )
    assert ("persistence-not-beaten" in found) is sick
