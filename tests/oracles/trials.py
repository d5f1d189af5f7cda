"""Twins of trials: each statistic as it is written down, one number after another."""

from collections.abc import Iterator, Sequence
from datetime import date
from hashlib import sha256


def words(key: bytes) -> Iterator[int]:
    number = 0
    while True:
        block = sha256(key + number.to_bytes(8, "big")).hexdigest()
        for at in range(0, 64, 16):
            yield int(block[at : at + 16], 16)
        number += 1


def below(limit: int, stream: Iterator[int]) -> int:
    for word in stream:
        if word < 2**64 // limit * limit:
            return word % limit
    raise AssertionError


def mixed(items: Sequence[object], stream: Iterator[int]) -> list[object]:
    left = list(items)
    for last in reversed(range(1, len(left))):
        at = below(last + 1, stream)
        left[last], left[at] = left[at], left[last]
    return left


def weekly(
    places: Sequence[str], days: int, capacity: Sequence[int], monday: date, key: bytes
) -> dict[str, list[int]]:
    room = list(capacity)
    table = []
    for _ in places:
        row = [0] * 7
        for _ in range(days):
            free = [day for day in range(7) if not row[day]]
            best = max(free, key=lambda day: (room[day], -day))
            row[best] = 1
            room[best] -= 1
        table.append(row)
    stream = words(key + b":" + str(monday).encode())
    for _ in range(5 * len(places)):
        i = below(len(places), stream)
        j = below(len(places) - 1, stream)
        j += j >= i
        differing = [day for day in range(7) if table[i][day] != table[j][day]]
        pool = mixed(differing, stream)
        to_first = sum(table[i][day] for day in differing)
        for at, day in enumerate(pool):
            table[i][day] = int(at < to_first)  # type: ignore[call-overload]
            table[j][day] = int(at >= to_first)  # type: ignore[call-overload]
    dealt = mixed(table, stream)
    return {
        place: [day for day in range(7) if row[day]]  # type: ignore[index]
        for place, row in zip(places, dealt, strict=True)
    }
