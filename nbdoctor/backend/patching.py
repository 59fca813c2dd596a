"""Stand in for an attribute of somebody else for a while, and give way to whoever does the same."""

from __future__ import annotations

import contextlib
import functools
import inspect
import types
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from nbdoctor.errors.guard import Boundary

if TYPE_CHECKING:
    from typing_extensions import Self

_INHERITED = object()
"""Stands for an attribute that the owner does not have itself."""

_FUNCTIONS = (
    types.FunctionType,
    types.BuiltinFunctionType,
    types.WrapperDescriptorType,
    types.MethodDescriptorType,
)

_open: list[Patch] = []
"""Patches that are in place now, oldest first."""


class Patch:
    """One attribute, replaced between `open` and `close`, or inside of a `with` block.

    Others may patch the same attribute before, meanwhile and afterwards:

    - What they put on top while the patch is open stays when it closes. What they call beneath
      them, or have kept for later, then goes straight to what was there before.
    - Patches of ours over the same attribute may close in any order.
    - What the owner inherits, it inherits again.

    A method that binds no instance (a static method, a mock, any object without `__get__`) cannot
    be told which instance it is called on: it is left alone.

    Parameters
    ----------
    owner : object
        A class, an instance or a module.
    name : str
    around : callable
        It is given what stands there, and returns what is to stand in for it. Methods come as
        functions of the instance, methods of one instance as bound.
    without : callable, optional
        For an attribute that is no callable and that somebody else has set meanwhile: it is given
        their value, and returns it without what ours has added to it.
    """

    def __init__(
        self,
        owner: Any,
        name: str,
        around: Callable[[Any], Any],
        *,
        without: Callable[[Any], Any] | None = None,
    ) -> None:
        self.owner, self.name = owner, name
        self._around: Callable[[Any], Any] | None = around
        self._without = without
        self._before: Any = _INHERITED
        self._replacement: Any = None
        self._ours: Any = None

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def is_in_place(self) -> bool:
        """Whether the attribute is what this patch has put there."""
        return self in _open and _own(self.owner, self.name) is self._replacement

    def open(self) -> None:
        """Put the replacement into its place."""
        original = _original(self.owner, self.name)
        if original is _INHERITED or self._around is None:
            return
        self._before = _own(self.owner, self.name)
        self._ours = self._around(original)
        self._replacement = self._stand_in(original) if callable(original) else self._ours
        try:  # an interrupt between the two steps must not leave ours behind
            _open.append(self)
            _set(self.owner, self.name, self._replacement)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Take the replacement away, unless somebody else has put theirs in its place."""
        self._ours = None  # first: whatever happens next, nothing of ours is called any more
        self._around = None
        if self not in _open:
            return
        now = _own(self.owner, self.name)
        if now is self._replacement:
            _set(self.owner, self.name, self._before)
        else:
            self._give_way(now)
        self._leave_subclasses()
        _open.remove(self)
        self.owner = None  # a function that somebody has kept holds on to nothing

    def _stand_in(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """Calls ours while the patch is open, and what was there before from then on.

        What is raised on the way shows no frame of ours, neither now nor later.
        """
        copied = ("__dict__",) if isinstance(original, types.FunctionType) else ()
        is_of_instances = isinstance(self.owner, type)

        def chosen_for(args: tuple[Any, ...]) -> Callable[..., Any]:
            """The original also for a method that is called on nothing: it says so as ever."""
            ours = self._ours
            return original if ours is None or (is_of_instances and not args) else ours

        def stand_in(*args: Any, **kwargs: Any) -> Any:
            with Boundary():
                return chosen_for(args)(*args, **kwargs)

        async def awaited(*args: Any, **kwargs: Any) -> Any:
            with Boundary():
                return await chosen_for(args)(*args, **kwargs)

        chosen = awaited if inspect.iscoroutinefunction(original) else stand_in
        made = functools.wraps(original, updated=copied)(chosen)
        if not hasattr(original, "__wrapped__"):  # `getfullargspec` looks beneath no wrapper
            with contextlib.suppress(TypeError, ValueError):
                made.__signature__ = inspect.signature(original)  # type: ignore[attr-defined]
        return made

    def _leave_subclasses(self) -> None:
        """Put the original where others have put the replacement back, as they found it.

        Who patches what a class inherits, and takes the patch away, leaves there what it had.
        """
        if isinstance(self.owner, type) and self._before is not _INHERITED:
            for kind in _below(self.owner):
                if _own(kind, self.name) is self._replacement:
                    _set(kind, self.name, self._before)

    def _give_way(self, now: Any) -> None:
        """Leave what others have put there."""
        for above in _open:
            same = above.owner is self.owner and above.name == self.name
            if same and above._before is self._replacement:  # noqa: SLF001  (its own class)
                above._before = self._before  # noqa: SLF001
                return
        if self._without is not None and now is not _INHERITED:
            _set(self.owner, self.name, self._without(now))


def argument(args: tuple[Any, ...], kwargs: Mapping[str, Any], place: int, name: str) -> Any:
    """What a call hands over for a parameter, None for nothing.

    A wrapper that names no parameter leaves it to the original to say which are missing.
    """
    return args[place] if place < len(args) else kwargs.get(name)


def beneath(owner: Any, name: str) -> Any:
    """The attribute as `owner` itself has it without patches of ours; None where it has none."""
    found = _own(owner, name)
    for patch in reversed(_open):
        if patch.owner is owner and patch.name == name and patch._replacement is found:  # noqa: SLF001
            found = patch._before  # noqa: SLF001
    return None if found is _INHERITED else found


def definer(kind: type[Any], name: str) -> type[Any]:
    """The class that `kind` has a method from.

    A patch belongs there: what the class inherits is found by its name (as `pickle` does), and
    nothing is added to what the class itself holds.
    """
    return next((one for one in type.mro(kind) if name in vars(one)), kind)


def defining(base: type[Any], name: str) -> list[type[Any]]:
    """The classes of a family that define the method themselves.

    Whoever patches a subclass has kept what it inherited: it does not come by the base any more.
    """
    found = [base] if name in vars(base) else []
    for one in type.__subclasses__(base):
        found += [kind for kind in defining(one, name) if kind not in found]
    return found


def _below(kind: type[Any]) -> Iterator[type[Any]]:
    for one in type.__subclasses__(kind):
        yield one
        yield from _below(one)


def _own(owner: Any, name: str) -> Any:
    """The attribute as `owner` itself keeps it."""
    return vars(owner).get(name, _INHERITED)


def _set(owner: Any, name: str, value: Any) -> None:
    """Set or delete the attribute; an instance's class has no say in it."""
    is_class = isinstance(owner, type)
    if value is not _INHERITED:
        (type if is_class else object).__setattr__(owner, name, value)
    elif name in vars(owner):
        (type if is_class else object).__delattr__(owner, name)


def _original(owner: Any, name: str) -> Any:
    """What is replaced; `_INHERITED` where it has to stay as it is."""
    if not isinstance(owner, type):
        return _of_an_instance(owner, name)
    found = inspect.getattr_static(owner, name)
    if isinstance(found, (staticmethod, classmethod)):
        return _INHERITED
    if not callable(found):
        return found
    if not isinstance(found, _FUNCTIONS) and not hasattr(type(found), "__get__"):
        return _INHERITED
    if name not in vars(owner):
        return _as_inherited(owner, name, found)
    return found if isinstance(found, _FUNCTIONS) else _as_function(found)


def _of_an_instance(owner: Any, name: str) -> Any:
    found = getattr(owner, name)
    if name in vars(owner) or not callable(found):
        return found

    def inherited(*args: Any, **kwargs: Any) -> Any:
        kind = type(owner)
        return inspect.getattr_static(kind, name).__get__(owner, kind)(*args, **kwargs)

    async def awaited(*args: Any, **kwargs: Any) -> Any:
        return await inherited(*args, **kwargs)

    chosen = awaited if inspect.iscoroutinefunction(found) else inherited
    return functools.wraps(found, updated=())(chosen)


def _as_inherited(owner: type[Any], name: str, found: Any) -> Callable[..., Any]:
    """What the instances of `owner` inherit when they are called: others may patch a base."""

    @functools.wraps(found, updated=())
    def inherited(instance: Any, *args: Any, **kwargs: Any) -> Any:
        if not issubclass(type(instance), owner):
            return found(instance, *args, **kwargs)
        return getattr(super(owner, instance), name)(*args, **kwargs)

    return inherited


def _as_function(found: Any) -> Callable[..., Any]:
    """A wrapper of another kind, which binds instances, as a function of the instance."""

    @functools.wraps(found, updated=())
    def method(instance: Any, *args: Any, **kwargs: Any) -> Any:
        return found.__get__(instance, type(instance))(*args, **kwargs)

    return method
