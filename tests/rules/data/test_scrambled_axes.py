from dataclasses import replace

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.reshaped import Reshaped
from nbdoctor.rules.data.scrambled_axes import scrambled_axes
from tests.rules.ran import rules_of

TURNED = Reshaped(
    variable="x",
    before=(90, 3, 50),
    after=(90, 50, 3),
    axes=(0, 2, 1),
    line=4,
    smooth_before=0.9,
    smooth_after=0.3,
    size=50,
)


def test_fires() -> None:
    (finding,) = scrambled_axes(TURNED)
    assert "shape (90, 3, 50)" in finding.says
    assert "the axis of 50 have a correlation of 0.3; transposed it is 0.9" in finding.says
    assert (finding.severity, finding.kind) == ("critical", "strong")


def test_stays_silent() -> None:
    assert not list(scrambled_axes(replace(TURNED, smooth_after=0.85)))


def test_treatment() -> None:
    (finding,) = scrambled_axes(TURNED)
    (offered,) = scrambled_axes.treatments(finding, Cell("model.fit(x, y)\n"))
    assert (offered.effect, offered.patched) == ("advice", None)
    assert "`.transpose(0, 2, 1)`" in offered.text


@pytest.mark.keras
@pytest.mark.parametrize(
    ("way", "sick"), [("reshape(40, 2, 30)", True), ("transpose(0, 2, 1)", False)]
)
def test_on_a_real_model(way: str, sick: bool) -> None:
    found = rules_of(f"""steps = np.sin(np.arange(30) / 4 + np.arange(40)[:, None])
steps = np.stack([steps, steps ** 3], axis=2).astype("float32")
x = steps.{way}
model = keras.Sequential([keras.Input((2, 30)), keras.layers.Flatten(), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.fit(x, np.arange(40.0), verbose=0)
""")
    assert ("scrambled-axes" in found) is sick
