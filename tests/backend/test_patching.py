"""Patches give way to those of others, outlive nothing and undo nothing."""

from __future__ import annotations

import asyncio
import functools
import gc
import inspect
import itertools
import pickle
import traceback
import types
import weakref
from collections.abc import Callable
from typing import Any
from unittest.mock import MagicMock

import pytest

from nbdoctor.backend.patching import Patch, argument, definer, defining


class Base:
    def method(self, value: int = 1) -> list[str]:
        """Say what was called."""
        return [f"base {value}"]


class Child(Base):
    pass


def fresh() -> type[Any]:
    """A class with a method of its own."""

    class Owner:
        def method(self, value: int = 1) -> list[str]:
            """Say what was called."""
            return [f"own {value}"]

    return Owner


def around(word: str) -> Callable[[Any], Any]:
    """A patch that tells that it was called."""

    def make(original: Callable[..., list[str]]) -> Callable[..., list[str]]:
        def noted(*args: Any, **kwargs: Any) -> list[str]:
            return [word, *original(*args, **kwargs)]

        return noted

    return make


def test_it_stands_in_inside_of_the_block_only() -> None:
    owner = fresh()
    before = vars(owner)["method"]
    with Patch(owner, "method", around("ours")) as patch:
        assert owner().method(2) == ["ours", "own 2"]
        assert patch.is_in_place
    assert owner().method(2) == ["own 2"]
    assert vars(owner)["method"] is before
    assert not patch.is_in_place


def test_what_is_inherited_is_inherited_again() -> None:
    with Patch(Child, "method", around("ours")):
        assert Child().method() == ["ours", "base 1"]
        assert Base().method() == ["base 1"]
    assert "method" not in vars(Child)


@pytest.mark.parametrize("own", [True, False], ids=["its own attribute", "of its class"])
def test_one_instance(own: bool) -> None:
    owner = fresh()()
    if own:
        owner.method = lambda value=1: [f"instance {value}"]
    before = vars(owner).get("method")
    with Patch(owner, "method", around("ours")):
        assert owner.method(3)[0] == "ours"
    assert vars(owner).get("method") is before
    assert owner.method(3) == ["instance 3" if own else "own 3"]


def test_it_looks_like_what_it_stands_for() -> None:
    owner = fresh()
    before = owner.method
    with Patch(owner, "method", around("ours")):
        assert inspect.signature(owner.method) == inspect.signature(before)
        assert (owner.method.__name__, owner.method.__doc__) == ("method", before.__doc__)
        assert owner.method.__qualname__ == before.__qualname__
        assert inspect.getsource(owner.method) == inspect.getsource(before)
        assert isinstance(owner.method, types.FunctionType)


def test_a_patch_of_theirs_on_top_stays_and_ours_goes_straight_through() -> None:
    owner = fresh()
    with Patch(owner, "method", around("ours")):
        theirs = owner.method = around("theirs")(owner.method)
        assert owner().method() == ["theirs", "ours", "own 1"]
    assert owner.method is theirs
    assert owner().method() == ["theirs", "own 1"]


def test_a_patch_of_theirs_on_what_is_inherited_stays() -> None:
    class Heir(Base):
        pass

    with Patch(Heir, "method", around("ours")):
        Heir.method = around("theirs")(Heir.method)  # type: ignore[method-assign]
    assert Heir().method() == ["theirs", "base 1"]
    del Heir.method
    assert Heir().method() == ["base 1"]


@pytest.mark.parametrize("is_class", [True, False], ids=["of a class", "of an instance"])
def test_a_patch_of_theirs_on_a_base_is_called_inside_and_afterwards(is_class: bool) -> None:
    class Root:
        def method(self, value: int = 1) -> list[str]:
            return [f"root {value}"]

    class Heir(Root):
        pass

    class Side(Root):
        def method(self, value: int = 1) -> list[str]:
            return ["side", *super().method(value)]

    class Both(Heir, Side):
        pass

    one, both = Heir(), Both()
    with Patch(Heir if is_class else one, "method", around("ours")):
        kept = one.method
        Root.method = around("theirs")(Root.method)  # type: ignore[method-assign]
        assert one.method(2) == ["ours", "theirs", "root 2"]
        assert both.method(2) == [*(["ours"] if is_class else []), "side", "theirs", "root 2"]
    assert kept(2) == one.method(2) == ["theirs", "root 2"]
    assert both.method(2) == ["side", "theirs", "root 2"]
    assert "method" not in {**vars(Heir), **vars(one)}


def test_a_call_on_another_kind_of_object_is_that_of_the_function() -> None:
    with Patch(Child, "method", around("ours")):
        assert Child.method(Base(), 3) == ["ours", "base 3"]  # type: ignore[arg-type]


def test_a_patch_of_theirs_that_was_there_before_stays() -> None:
    owner = fresh()
    theirs = owner.method = around("theirs")(owner.method)
    with Patch(owner, "method", around("ours")):
        assert owner().method() == ["ours", "theirs", "own 1"]
    assert owner.method is theirs


def test_a_patch_that_they_take_off_inside_does_not_come_back() -> None:
    owner = fresh()
    plain = owner.method
    owner.method = around("theirs")(plain)
    with Patch(owner, "method", around("ours")):
        owner.method = plain
        assert owner().method() == ["own 1"]
    assert owner.method is plain


def test_one_that_they_put_on_and_take_off_inside_leaves_nothing() -> None:
    owner = fresh()
    plain = owner.method
    with Patch(owner, "method", around("ours")):
        found = owner.method
        owner.method = around("theirs")(found)
        owner.method = found
    assert owner.method is plain


def test_what_they_delete_stays_deleted() -> None:
    owner = fresh()()
    owner.method = lambda: ["instance"]
    with Patch(owner, "method", around("ours")):
        del owner.method
    assert owner.method() == ["own 1"]


def test_what_they_have_kept_goes_straight_through() -> None:
    owner = fresh()
    one = owner()
    with Patch(owner, "method", around("ours")):
        kept, bound = owner.method, one.method
        assert bound(4) == ["ours", "own 4"]
    assert kept(one, 4) == bound(4) == ["own 4"]


def test_what_they_have_kept_keeps_nothing_of_ours_alive() -> None:
    class Watch:
        def around(self, original: Callable[..., Any]) -> Callable[..., Any]:
            return functools.partial(self.call, original)

        def call(self, original: Callable[..., Any], *args: Any) -> Any:
            return original(*args)

    owner, watch = fresh(), Watch()
    gone = weakref.ref(watch)
    patch = Patch(owner, "method", watch.around)
    with patch:
        kept = owner.method
    del watch, patch
    gc.collect()
    assert kept(owner()) == ["own 1"]
    assert gone() is None


@pytest.mark.parametrize("order", itertools.permutations(range(3)), ids=str)
@pytest.mark.parametrize("theirs", [None, 0, 1, 2])
def test_patches_over_each_other_close_in_any_order(
    order: tuple[int, ...], theirs: int | None
) -> None:
    owner = fresh()
    plain = owner.method
    patches = []
    for number in range(3):
        patches.append(Patch(owner, "method", around(str(number))))
        patches[-1].open()
        if number == theirs:
            owner.method = around("theirs")(owner.method)
    left = {0, 1, 2}
    for number in order:
        patches[number].close()
        left.remove(number)
        called = owner().method()
        assert [word for word in called if word.isdigit()] == sorted(map(str, left), reverse=True)
        assert called.count("theirs") == (theirs is not None)
        assert called[-1] == "own 1"
    assert (owner.method is plain) is (theirs is None)


def test_closing_twice_undoes_nothing() -> None:
    owner = fresh()
    patch = Patch(owner, "method", around("ours"))
    patch.open()
    patch.close()
    theirs = owner.method = around("theirs")(owner.method)
    patch.close()
    assert owner.method is theirs


def test_an_interrupt_while_it_is_put_in_place_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from nbdoctor.backend import patching

    def interrupted(owner: Any, name: str, value: Any) -> None:
        monkeypatch.undo()
        put(owner, name, value)
        raise KeyboardInterrupt

    owner, put = fresh(), patching._set
    plain = owner.method
    monkeypatch.setattr(patching, "_set", interrupted)
    with pytest.raises(KeyboardInterrupt):
        Patch(owner, "method", around("ours")).open()
    assert owner.method is plain
    assert patching._open == []


def test_an_interrupt_while_it_is_taken_off_leaves_a_straight_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from nbdoctor.backend import patching

    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    owner = fresh()
    patch = Patch(owner, "method", around("ours"))
    patch.open()
    monkeypatch.setattr(patching, "_set", interrupted)
    with pytest.raises(KeyboardInterrupt):
        patch.close()
    monkeypatch.undo()
    assert owner().method() == ["own 1"]
    patch.close()
    assert patching._open == []


def settings() -> types.SimpleNamespace:
    return types.SimpleNamespace(paths=("a",))


def with_ours(owner: Any) -> Patch:
    return Patch(
        owner,
        "paths",
        lambda paths: (*paths, "ours"),
        without=lambda paths: tuple(path for path in paths if path != "ours"),
    )


def test_a_value_is_extended_and_put_back() -> None:
    owner = settings()
    before = owner.paths
    with with_ours(owner):
        assert owner.paths == ("a", "ours")
    assert owner.paths is before


def test_a_value_that_they_change_meanwhile_keeps_their_change() -> None:
    owner = settings()
    with with_ours(owner):
        owner.paths = (*owner.paths, "theirs")
    assert owner.paths == ("a", "theirs")
    with with_ours(owner):
        del owner.paths
    assert not hasattr(owner, "paths")


def test_the_classes_of_a_family_that_define_a_method() -> None:
    class First(Base):
        pass

    class Second(First):
        pass

    class Both(Second, Child):
        def method(self, value: int = 1) -> list[str]:
            return ["both", *super().method(value)]

    assert [one for one in defining(Base, "method") if one in {Base, Both}] == [Base, Both]
    First.method = Second.method = First.method  # type: ignore[method-assign]
    found = defining(Base, "method")
    assert {Base, First, Second, Both} <= set(found)
    assert len(found) == len(set(found))


class Descriptor:
    """A wrapper as libraries make them: no function, and it binds instances."""

    def __init__(self, inner: Callable[..., Any]) -> None:
        self.inner = inner

    def __call__(self, *args: Any) -> Any:
        return ["theirs", *self.inner(*args)]

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return self if instance is None else types.MethodType(self, instance)


def test_a_wrapper_of_theirs_that_is_no_function_is_called_as_always() -> None:
    owner = fresh()
    theirs = owner.method = Descriptor(owner.method)
    with Patch(owner, "method", around("ours")):
        assert owner().method(5) == ["ours", "theirs", "own 5"]
    assert vars(owner)["method"] is theirs


@pytest.mark.parametrize(
    "made",
    [lambda: MagicMock(return_value=["mock"]), lambda: staticmethod(lambda *_: ["static"])],
    ids=["a mock", "a static method"],
)
def test_what_binds_no_instance_is_left_alone(made: Callable[[], Any]) -> None:
    owner = fresh()
    theirs = owner.method = made()
    with Patch(owner, "method", around("ours")) as patch:
        assert owner().method(6) in (["mock"], ["static"])
        assert vars(owner)["method"] is theirs
        assert not patch.is_in_place
    assert vars(owner)["method"] is theirs
    if isinstance(theirs, MagicMock):
        theirs.assert_called_once_with(6)


def test_a_class_that_refuses_to_be_written_has_no_say() -> None:
    class Strict:
        def __setattr__(self, name: str, value: object) -> None:
            raise AttributeError(name)

        def method(self) -> list[str]:
            return ["strict"]

    one = Strict()
    with Patch(one, "method", around("ours")):
        assert one.method() == ["ours", "strict"]
    assert vars(one) == {}


def test_a_coroutine_function_stays_one() -> None:
    class Shell:
        async def method(self) -> list[str]:
            return ["awaited"]

    shell = Shell()
    seen = []

    def noting(method: Callable[[], Any]) -> Callable[[], Any]:
        def noted() -> Any:
            seen.append("called")
            return method()

        return noted

    with Patch(shell, "method", noting):
        kept = shell.method
        assert inspect.iscoroutinefunction(kept)
        assert asyncio.run(kept()) == ["awaited"]
    assert asyncio.run(kept()) == ["awaited"]
    assert seen == ["called"]


@pytest.mark.parametrize("is_open", [True, False], ids=["inside", "afterwards"])
def test_what_is_raised_shows_no_frame_of_ours(is_open: bool) -> None:
    class Owner:
        def method(self) -> None:
            raise ValueError

        async def awaited(self) -> None:
            raise ValueError

    def through(original: Callable[..., Any]) -> Callable[..., Any]:
        return functools.partial(original)

    one = Owner()
    with Patch(Owner, "method", through), Patch(one, "awaited", through):
        kept, awaited = one.method, one.awaited
        told = [raised_by(kept), raised_by(lambda: asyncio.run(awaited()))]
    if not is_open:
        told = [raised_by(kept), raised_by(lambda: asyncio.run(awaited()))]
    assert not any("nbdoctor" in text and "patching.py" in text for text in told)
    assert ["in method" in told[0], "in awaited" in told[1]] == [True, True]


def raised_by(call: Callable[[], Any]) -> str:
    try:
        call()
    except ValueError:
        return traceback.format_exc()
    return ""


class Pickled:
    def method(self, value: int, *, more: int = 0) -> list[str]:
        return [f"{value} {more}"]


class Inherits(Pickled):
    pass


def test_what_asks_for_its_parameters_learns_what_it_would() -> None:
    before = inspect.getfullargspec(Pickled.method), inspect.signature(Pickled.method)
    with Patch(Pickled, "method", around("ours")):
        assert (
            inspect.getfullargspec(Pickled.method),
            inspect.signature(Pickled.method),
        ) == before

    @functools.wraps(Pickled.method)
    def wrapper(*args: Any, **kwargs: Any) -> list[str]:
        return Pickled.method(*args, **kwargs)

    owner = type("Owner", (), {"method": wrapper})
    before = inspect.getfullargspec(owner.method), inspect.signature(owner.method)
    with Patch(owner, "method", around("ours")):
        assert (inspect.getfullargspec(owner.method), inspect.signature(owner.method)) == before


def test_a_method_patched_where_it_is_defined_can_be_pickled() -> None:
    assert definer(Inherits, "method") is Pickled
    with Patch(definer(Inherits, "method"), "method", around("ours")):
        assert "method" not in vars(Inherits)
        assert pickle.loads(pickle.dumps(Inherits.method)) is Inherits.method  # noqa: S301
        assert Inherits().method(1) == ["ours", "1 0"]


def test_a_call_without_an_instance_says_what_it_would() -> None:
    def said() -> str:
        with pytest.raises(TypeError) as error:
            Pickled.method()  # type: ignore[call-arg]
        return str(error.value)

    plain = said()

    def strict(original: Callable[..., Any]) -> Callable[..., Any]:
        def ours(instance: Any, *args: Any, **kwargs: Any) -> Any:
            return original(instance, *args, **kwargs)

        return ours

    with Patch(Pickled, "method", strict):
        assert said() == plain


def test_arguments_are_read_by_their_place_or_name() -> None:
    assert argument((1, 2), {}, 1, "second") == 2
    assert argument((1,), {"second": 3}, 1, "second") == 3
    assert argument((), {}, 0, "first") is None


def test_who_patches_what_a_class_inherits_and_takes_it_away_leaves_the_original() -> None:
    before = Pickled.method
    with Patch(Pickled, "method", around("ours")):
        kept = Inherits.method
        Inherits.method = around("theirs")(kept)  # type: ignore[method-assign]
        assert Inherits().method(1) == ["theirs", "ours", "1 0"]
        Inherits.method = kept  # type: ignore[method-assign]
    assert vars(Inherits)["method"] is before is vars(Pickled)["method"]
    del Inherits.method
