import ast

import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.census import Census
from nbdoctor.readings.column_values import ColumnCensus
from nbdoctor.rules.data.missing_value_code import missing_value_code
from tests.rules.ran import rules_of

LACTATE = ColumnCensus(
    name="lactate", table="train", rows=1400, codes=((-999.0, 0.3),), low=0.2, high=4.5,
    squeezed=0.0015,
)  # fmt: skip
WEIGHT = ColumnCensus(name="weight", rows=500, hole=(0.0, 0.12), middle=(61.0, 82.0))
CODED = Census(columns=(LACTATE,), tables={"train": ("lactate",), "valid": ("lactate",)})


def test_fires_for_a_code() -> None:
    (finding,) = missing_value_code(CODED)
    assert finding.title == "-999 stands for missing values in `lactate`"
    assert "In 30 % of 1,400 rows `lactate` is -999" in finding.says
    assert "between 0.2 and 4.5" in finding.says


def test_fires_for_a_hole() -> None:
    (finding,) = missing_value_code(Census(columns=(WEIGHT,)))
    assert finding.title == "0 stands for missing values in `weight`"
    assert "between 61 and 82" in finding.says


def test_columns_with_one_code_are_told_together() -> None:
    other = ColumnCensus(name="age", rows=1400, codes=((-999.0, 0.1),), low=1, high=90)
    (finding,) = missing_value_code(Census(columns=(LACTATE, other)))
    assert "`lactate`, `age`" in finding.title


@pytest.mark.parametrize(
    "column",
    [
        pytest.param(ColumnCensus(name="age", rows=900, low=1, high=90), id="no code"),
        pytest.param(
            ColumnCensus(name="age", rows=900, codes=((999.0, 0.006),), high=90), id="a few rows"
        ),
    ],
)
def test_stays_silent(column: ColumnCensus) -> None:
    assert not list(missing_value_code(Census(columns=(column,))))


def test_treatment() -> None:
    cell = Cell('train = pd.read_csv("a.csv")\nvalid = pd.read_csv("b.csv")\nmodel.fit(train)\n')
    (finding,) = missing_value_code(CODED)
    (treated,) = missing_value_code.treatments(finding, cell)
    assert treated.patched is not None
    ast.parse(treated.patched)
    pd = pytest.importorskip("pandas")
    train = pd.DataFrame({"lactate": [1.0, 3.0, -999.0, 2.0]})
    names = {"train": train, "valid": pd.DataFrame({"lactate": [-999.0, 8.0]})}
    lines = [one for one in treated.patched.splitlines() if "read_csv" not in one]
    exec("\n".join(lines[:-1]), names)  # noqa: S102  (our own text)
    assert names["train"]["lactate"].tolist() == [1.0, 3.0, 2.0, 2.0]
    assert names["valid"]["lactate"].tolist() == [2.0, 8.0]


def test_treatment_of_an_array_is_advice() -> None:
    (finding,) = missing_value_code(Census(columns=(WEIGHT,)))
    (advice,) = missing_value_code.treatments(finding, Cell("model.fit(x, y)\n"))
    assert advice.patched is None
    assert "`weight`" in advice.text


@pytest.mark.keras
@pytest.mark.parametrize("code", [9999.0, None])
def test_on_a_real_model(code: float | None) -> None:
    found = rules_of(f"""rng = np.random.default_rng(3)
x = rng.gamma(2.0, 15.0, size=(300, 4)).round(1)
y = (x[:, 0] > 30).astype("float32")
if {code} is not None:
    x[rng.random(300) < 0.08, 2] = {code}
x = ((x - x.mean(0)) / x.std(0)).astype("float32")
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, activation="sigmoid")])
model.compile("sgd", "binary_crossentropy")
model.fit(x, y, verbose=0)
""")
    assert ("missing-value-code" in found) is (code is not None)
