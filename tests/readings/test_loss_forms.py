import numpy as np
import pytest

from nbdoctor.readings.loss_forms import cancelling, is_straight, is_symmetric

Y = np.random.default_rng(0).normal(size=(32, 1))
SQUARED = ("squared", lambda a, b: float(((a - b) ** 2).mean()))
SUMMED = ("summed", lambda a, b: float((a - b).mean() ** 2))
PRODUCT = ("product", lambda a, b: float((a * b).mean()))


@pytest.mark.parametrize(
    ("loss", "straight", "share"),
    [(SQUARED, False, 1.0), (SUMMED, False, 0.0)],
    ids=lambda one: one[0] if isinstance(one, tuple) else None,
)
def test_the_form_of_a_loss(loss: tuple[str, object], share: float, *, straight: bool) -> None:
    of = loss[1]
    assert is_straight(of, Y, Y.shape) is straight  # type: ignore[arg-type]
    assert cancelling(of, Y, Y) == pytest.approx(share)  # type: ignore[arg-type]
    assert is_symmetric(of, Y, Y, -Y) is True  # type: ignore[arg-type]


def test_a_product_compares_nothing() -> None:
    assert is_straight(PRODUCT[1], Y, Y.shape)


def test_one_row_cannot_make_up_for_another() -> None:
    assert cancelling(SQUARED[1], Y[:1], Y[:1]) is None
