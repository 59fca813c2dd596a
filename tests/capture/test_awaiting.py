import pytest

from nbdoctor.capture.awaiting import awaits


@pytest.mark.parametrize(
    "body",
    [
        "await f()",
        "x = [await f()]",
        "if a:\n    await f()",
        "%time f()\nasync with a as b:\n    pass",
        "async for a in b:\n    pass",
        "class A:\n    x = 1\nawait f()",
    ],
)
def test_a_cell_awaits_at_its_top_level(body: str) -> None:
    assert awaits(body)


@pytest.mark.parametrize(
    "body",
    [
        "f()",
        "async def f():\n    await g()",
        "def f():\n    async def g():\n        await h()",
        "'await f()'  # await",
        "await (",
        "",
    ],
)
def test_other_cells_do_not(body: str) -> None:
    assert not awaits(body)
