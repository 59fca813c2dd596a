from __future__ import annotations

import math

import pytest

from nbdoctor.view import wording


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (16.0, "16"),
        (2.3026, "2.30"),
        (0.99999994, "1"),
        (1.0000001, "1"),
        (0.03125, "0.0312"),
        (32557.4, "32,557"),
        (1437, "1,437"),
        (0.0000128, "1.3e-5"),
        (-0.13, "-0.13"),
        (3.4e38, "3.4e38"),
        (math.nan, "NaN"),
        (-math.inf, "-infinity"),
        (None, "unknown"),
    ],
)
def test_numbers_have_two_or_three_digits(value: float | None, text: str) -> None:
    assert wording.number(value) == text


@pytest.mark.parametrize(
    ("part", "text"),
    [
        (0.49, "49 %"),
        (0.0063, "0.63 %"),
        (1e-7, "< 0.01 %"),
        (0.9996, "99.9 %"),
        (1.0, "100 %"),
        (0.0, "0 %"),
        (None, ""),
    ],
)
def test_a_share_is_never_rounded_to_all_or_nothing(part: float | None, text: str) -> None:
    assert wording.share(part) == text


@pytest.mark.parametrize(
    ("time", "text"),
    [
        (0.0042, "4.2 ms"),
        (0.42, "0.42 s"),
        (59.6, "1 min"),
        (200, "3 min 20 s"),
        (3900, "1 h 5 min"),
        (None, "not measured"),
    ],
)
def test_times_have_units(time: float | None, text: str) -> None:
    assert wording.seconds(time) == text


def test_a_backtick_in_a_name_does_not_end_the_mark() -> None:
    assert wording.code("a`b").count("`") == 2


def test_a_long_name_keeps_both_ends() -> None:
    short = wording.shortened("encoder/block_17/attention/query", 20)
    assert len(short) <= 20
    assert short.startswith("encoder")
    assert short.endswith("query")


def test_names_are_cut_where_they_are_equal() -> None:
    names = [f"encoder_residual_block_{n}_attention_output_projection" for n in (1, 2, 12)]
    short = wording.told_apart(names, 26)
    assert short == [
        "encoder_resi…1…_projection",
        "encoder_resi…2…_projection",
        "encoder_res…12…_projection",
    ]
    assert wording.told_apart([*names, "dense"], 26)[-1] == "dense"
    head = "the_head_of_the_model_whose_name_begins_otherwise"
    assert wording.told_apart([*names, head], 26)[:3] == short


@pytest.mark.parametrize(
    "names",
    [
        pytest.param([f"{'a' * n}{'b' * 60}" for n in (20, 21, 22)], id="by length alone"),
        pytest.param(
            [f"{'a' * 40}{n}{'b' * 40}{n}{'c' * 40}" for n in range(9)], id="in two places"
        ),
        pytest.param(["x" * 80, "y" * 80, "z"], id="wholly"),
        pytest.param(["x" * 80], id="one alone"),
        pytest.param(["", "x" * 80, "x" * 79], id="an empty one"),
    ],
)
def test_names_that_differ_are_never_cut_to_the_same(names: list[str]) -> None:
    for most in (18, 26, 34):
        short = wording.told_apart(names, most)
        assert len(set(short)) == len(set(names))
        assert all(len(name) <= most for name in short)


def test_short_names_stay_as_they_are() -> None:
    assert wording.told_apart(["dense", "dense_1"]) == ["dense", "dense_1"]
