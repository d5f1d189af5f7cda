"""The times of a drop's rows, each distinct pair of texts read once."""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa

from transforms.feeds.files.csv_bytes import Coded
from transforms.feeds.force.mapping import Times
from transforms.feeds.force.times import Moment, read_moment
from transforms.reference.arrays import Instants, Mask


_ANY = datetime(1970, 1, 1, tzinfo=UTC)
_NOWHEN = Moment(_ANY, _ANY, whole_day=False)


@dataclass(frozen=True, kw_only=True)
class Moments:
    """When each row says it was; rows that say nothing, or no time, have no meaning."""

    first: Instants  # UTC
    last: Instants
    blank: Mask
    readable: Mask
    whole_day: Mask
    ambiguous: Mask
    skipped: Mask

    @property
    def known(self) -> Mask:
        """Rows with a time that could be read."""
        return self.readable & ~self.blank

    def or_else(self, other: "Moments") -> "Moments":
        """The other reading of the rows that this one could not read."""
        pairs = {name: (own, getattr(other, name)) for name, own in vars(self).items()}
        return Moments(
            **{name: np.where(self.readable, *pair) for name, pair in pairs.items()}
        )


def read_moments(date: Coded, clock: Coded | None, times: Times) -> Moments:
    """The moments of a column of dates and perhaps one of times."""
    hours = clock or Coded([""], np.zeros(len(date.codes), dtype=np.int32))
    pair = date.codes.astype(np.int64) * len(hours.texts) + hours.codes
    distinct, of_row = np.unique(pair, return_inverse=True)
    texts = [
        (date.texts[code // len(hours.texts)], hours.texts[code % len(hours.texts)])
        for code in distinct.tolist()
    ]
    read = [read_moment(day, hour, times) for day, hour in texts]
    known = [moment or _NOWHEN for moment in read]
    return Moments(
        first=_instants([moment.first for moment in known])[of_row],
        last=_instants([moment.last for moment in known])[of_row],
        blank=_mask([not (day + hour).strip() for day, hour in texts])[of_row],
        readable=_mask([moment is not None for moment in read])[of_row],
        whole_day=_mask([moment.whole_day for moment in known])[of_row],
        ambiguous=_mask([moment.ambiguous for moment in known])[of_row],
        skipped=_mask([moment.skipped for moment in known])[of_row],
    )


def as_utc(instants: Instants, known: Mask) -> pa.Array:
    """A column of instants, null where none is known."""
    plain = pa.array(instants, pa.timestamp("us"), mask=~known)
    return plain.cast(pa.timestamp("us", "UTC"))


def _mask(values: list[bool]) -> Mask:
    return np.array(values, dtype=bool)


def _instants(values: list[datetime]) -> Instants:
    return np.array([v.replace(tzinfo=None) for v in values], dtype="datetime64[us]")
