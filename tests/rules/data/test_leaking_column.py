import pytest

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.given_away import GivenAway
from nbdoctor.readings.telling_columns import TellingColumn
from nbdoctor.rules.data.leaking_column import leaking_column
from tests.rules.ran import rules_of

BALANCE = TellingColumn(
    name="balance", kind="one value", place=4, table="customers", label=1.0, share=1.0,
    with_it=0.98, shuffled=0.03,
)  # fmt: skip


@pytest.mark.parametrize(
    ("column", "words"),
    [
        pytest.param(BALANCE, "in 100 % of the rows of class 1 and in 0 % of all others", id="one"),
        pytest.param(BALANCE, "falls from 0.98 to 0.03", id="by the model"),
        pytest.param(
            TellingColumn(name="id", kind="the row", place=0), "numbers the rows", id="the row"
        ),
        pytest.param(
            TellingColumn(name="y", kind="the target", place=0), "is the target", id="the target"
        ),
    ],
)
def test_fires(column: TellingColumn, words: str) -> None:
    (finding,) = leaking_column(GivenAway(columns=(column,), of=5))
    assert words in finding.says


def test_stays_silent() -> None:
    assert not list(leaking_column(GivenAway(columns=(), of=5)))


def test_treatment() -> None:
    (finding,) = leaking_column(GivenAway(columns=(BALANCE,), of=5))
    (treated,) = leaking_column.treatments(finding, Cell("customers = load()\nfit(customers)\n"))
    assert treated.patched == (
        'customers = load()\ncustomers = customers.drop(columns=["balance"])\nfit(customers)\n'
    )


def test_treatment_takes_it_out_of_a_list_of_columns() -> None:
    (finding,) = leaking_column(GivenAway(columns=(BALANCE,), of=5))
    cell = Cell('customers = load()\nx = customers[["age", "balance"]]\n')
    (treated,) = leaking_column.treatments(finding, cell)
    assert treated.patched == 'customers = load()\nx = customers[["age"]]\n'


def test_rows_as_they_are_used_tell_nothing_by_the_column() -> None:
    import numpy as np
    import pandas as pd

    (finding,) = leaking_column(GivenAway(columns=(BALANCE,), of=5))
    cell = Cell("customers = table\nx = customers\n")
    (treated,) = leaking_column.treatments(finding, cell)
    table = pd.DataFrame({"balance": np.arange(200) % 2, "left": np.arange(200) % 2})
    names = {"table": table}
    exec(treated.as_used, names)  # noqa: S102  (the text above)
    assert abs(names["x"].corr().iloc[0, 1]) < 0.2
    assert list(names["x"].columns) == ["balance", "left"]
    assert table["balance"].equals(table["left"])


def test_treatment_is_advice_where_the_cell_does_more_with_the_column() -> None:
    (finding,) = leaking_column(GivenAway(columns=(BALANCE,), of=5))
    cell = Cell('customers = load()\nx = customers[["balance", "age"]]\nx["balance"] *= 2\n')
    (advice,) = leaking_column.treatments(finding, cell)
    assert advice.patched is None
    assert "`balance`" in advice.text


@pytest.mark.keras
@pytest.mark.parametrize("late", [True, False])
def test_on_a_real_model(late: bool) -> None:
    found = rules_of(
        f"""rng = np.random.default_rng(7)
x = rng.normal(size=(300, 4)).astype("float32")
y = (x[:, 0] + x[:, 1] > 0).astype("float32")
if {late}:
    x[y == 0, 3] = -1.0
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, activation="sigmoid")])
model.compile(keras.optimizers.Adam(0.05), "binary_crossentropy")
model.fit(x, y, epochs=2, verbose=0)
""",
        options="--no-trials",
    )
    assert ("leaking-column" in found) is late


@pytest.mark.keras
@pytest.mark.parametrize("ahead", [0, 8])
@pytest.mark.parametrize("shape", ["(8,)", "(8, 1)"])
def test_on_windows_of_a_dataset(ahead: int, shape: str) -> None:
    found = rules_of(
        f"""series = np.random.default_rng(7).normal(size=300).cumsum().astype("float32")
data = keras.utils.timeseries_dataset_from_array(
    series, series[{ahead}:], sequence_length=8, batch_size=32, shuffle=True)
model = keras.Sequential([
    keras.Input((8,)), keras.layers.Reshape({shape}), keras.layers.Flatten(), keras.layers.Dense(1)
])
model.compile("adam", "mse")
model.fit(data, epochs=2, verbose=0)
""",
        options="--no-trials",
    )
    assert ("leaking-column" in found) is (ahead == 0)
