import pytest

from nbdoctor.readings.kept_sums import KeptSums


@pytest.mark.parametrize(
    ("norms", "back", "grew"),
    [
        ((1.0, 2.0, 3.0, 0.0, 1.0), True, True),
        ((3.0, 0.2, 1.2), True, True),
        ((1.0, 2.0, 1.5, 3.0), False, True),
        ((0.0, 0.0, 0.0), True, False),
    ],
)
def test_whether_sums_were_set_back(norms: tuple[float, ...], *, back: bool, grew: bool) -> None:
    sums = KeptSums(name="sums", steps=len(norms), updates=3, norms=norms)
    assert (sums.ever_set_back, sums.grew) == (back, grew)
