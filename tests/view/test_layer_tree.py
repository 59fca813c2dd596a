from __future__ import annotations

from collections.abc import Iterator

import pytest

from nbdoctor.readings.layers import Layer
from nbdoctor.view.layer_tree import MOST_GROUPS, MOST_ROWS, Branch, tree_of


def layers(*names: str) -> list[Layer]:
    return [Layer(name=name, kind="Dense") for name in names]


def outline(branches: tuple[Branch, ...]) -> list[object]:
    """Names of what is at one level; what is in them as lists after them."""
    return [
        one
        for branch in branches
        for one in ([branch.name, outline(branch.parts)] if branch.parts else [branch.name])
    ]


def levels(branches: tuple[Branch, ...]) -> Iterator[int]:
    yield len(branches)
    for branch in branches:
        yield from levels(branch.parts) if branch.parts else ()


def residual(blocks: dict[str, int]) -> list[str]:
    """Names as those of ResNet50."""
    parts = ("1_conv", "1_bn", "1_relu", "2_conv", "2_bn", "2_relu", "3_conv", "3_bn", "add", "out")
    return [
        f"{stage}_block{block}_{part}"
        for stage, many in blocks.items()
        for block in range(1, many + 1)
        for part in parts
    ]


def test_few_layers_stay_as_they_are() -> None:
    assert outline(tree_of(layers("a", "b", "c"))) == ["a", "b", "c"]


def test_layers_of_a_nested_model_are_inside_of_it() -> None:
    found = tree_of(layers("inner", "inner/a", "inner/deep", "inner/deep/b", "head"))
    assert outline(found) == ["inner", ["a", "deep", ["b"]], "head"]
    assert [one.name for one in found[0].layers()] == [
        "inner",
        "inner/a",
        "inner/deep",
        "inner/deep/b",
    ]


def test_a_name_that_begins_like_a_model_is_not_inside_of_it() -> None:
    assert outline(tree_of(layers("net", "net/a", "net_2"))) == ["net", ["a"], "net_2"]


def test_stages_and_blocks_are_told_by_the_names() -> None:
    names = residual({"conv2": 3, "conv3": 4, "conv4": 6, "conv5": 3})
    (net,) = tree_of(layers("resnet50", *(f"resnet50/{name}" for name in ("stem", *names))))
    assert [branch.name for branch in net.parts] == ["stem", "conv2", "conv3", "conv4", "conv5"]
    assert [branch.name for branch in net.parts[1].parts] == [
        "conv2_block1",
        "conv2_block2",
        "conv2_block3",
    ]
    assert len(net.parts[1].parts[0].parts) == 10


@pytest.mark.parametrize(
    "names",
    [
        pytest.param([f"dense_{place}" for place in range(150)], id="numbered alike"),
        pytest.param(
            [f"{kind}_{place}" for place in range(75) for kind in ("dense", "dropout")],
            id="in turns",
        ),
        pytest.param(["x" * 80 + str(place) for place in range(150)], id="long names"),
        pytest.param([f"block_{n}_{part}" for n in range(30) for part in "abcde"], id="blocks"),
    ],
)
def test_150_layers_are_read_level_by_level_and_none_is_lost(names: list[str]) -> None:
    found = tree_of(layers(*names))
    assert max(levels(found)) <= max(MOST_ROWS, MOST_GROUPS)
    assert [one.name for branch in found for one in branch.layers()] == names


def test_runs_of_many_blocks_end_where_a_block_does() -> None:
    blocks = [f"block{n}_{part}" for n in range(50) for part in ("norm", "dense", "add")]
    found = tree_of(layers("stem", *blocks, "head"))
    assert [branch.name for branch in found][:2] == ["stem to block9", "block10 to block20"]
    assert len(found) == 5
    assert [len(part.parts) for part in found[1].parts] == [3] * 11
    assert [one.name for branch in found for one in branch.layers()] == ["stem", *blocks, "head"]


def test_a_run_without_a_name_is_called_by_its_ends() -> None:
    found = tree_of(layers(*(f"dense_{place}" for place in range(40))))
    assert [branch.name for branch in found] == [
        "dense_0 to dense_9",
        "dense_10 to dense_19",
        "dense_20 to dense_29",
        "dense_30 to dense_39",
    ]
