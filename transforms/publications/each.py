"""One piece of work for each of many things: here, or where a run spreads it."""

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar


Item = TypeVar("Item")
Result = TypeVar("Result")


class Each(Protocol):
    """Does as `map` does, one result for each item and in their order.

    Work, items and results may go to other processes and come from them: they contain
    tables, texts and paths of a home, and nothing that is open.
    """

    def __call__(
        self, work: Callable[[Item], Result], items: Iterable[Item], /
    ) -> Iterator[Result]:
        """The results, as they are asked for."""
        ...


def here(work: Callable[[Item], Result], items: Iterable[Item], /) -> Iterator[Result]:
    """One after the other, in this process."""
    return map(work, items)
