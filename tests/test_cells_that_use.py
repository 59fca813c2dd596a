"""Cells below the magic that train nothing and use a model of an earlier cell."""

import pytest

from tests.rules.ran import BEGINNING, shell_with_magic

pytestmark = pytest.mark.keras

TRAINS = """
model = build()
model.fit(x, y, verbose=0)
"""


@pytest.mark.parametrize(
    ("uses", "rules"),
    [
        ("model.predict(255 * x, verbose=0)", {"predicted-unscaled"}),
        ("model.predict(x, verbose=0)", set()),
        ("model.evaluate(x, y, verbose=0)", set()),
    ],
)
def test_what_it_hands_to_the_model_is_compared(uses: str, rules: set[str]) -> None:
    shell = shell_with_magic()
    shell.run_cell(BEGINNING.format(options="--no-trials") + TRAINS)
    shell.run_cell(f"%%diagnose -q -o later\n{uses}")
    later = shell.user_ns["later"]
    assert {finding.rule for finding in later.findings} == rules
    assert any("was compared with the rows" in note for note in later.notes)
