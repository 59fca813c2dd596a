import pytest

from nbdoctor.readings.rate_left import RateLeft


@pytest.mark.parametrize(
    ("losses", "fell"),
    [((2.0, 1.0, 1.0, 1.0), 0.0), ((2.0, 1.0, 0.8, 0.5), 0.5), ((2.0,), None), ((0.0, 0.0), None)],
)
def test_by_how_much_the_loss_falls_in_the_second_half(
    losses: tuple[float, ...], fell: float | None
) -> None:
    assert RateLeft(before=1.0, after=1.0, losses=losses).fell_afterwards == fell
