"""Many small arrays in one block of bytes, as a file that is mapped into memory holds them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from i2f.ground.errors import StoppedError


@dataclass(frozen=True, slots=True)
class Packed:
    """Arrays of one kind in one block of bytes, perhaps a mapped file: where each begins, and how many bytes it has."""

    bytes: NDArray[np.int8]
    starts: NDArray[np.int64]
    lengths: NDArray[np.int64]

    @classmethod
    def of(cls, arrays: Sequence[NDArray[np.int8]]) -> Packed:
        """One after the other."""
        lengths = np.array([one.size for one in arrays], np.int64)
        packed = np.concatenate([np.zeros(0, np.int8), *(one.ravel() for one in arrays)])
        return cls(packed, np.cumsum(lengths) - lengths, lengths)

    @classmethod
    def mapped(cls, file: Path, starts: Sequence[int], lengths: Sequence[int]) -> Packed:
        """Those of a file, which is mapped; raises StoppedError where it cannot be."""
        where, long = np.array(starts, np.int64), np.array(lengths, np.int64)
        if not len(where):
            return cls(np.zeros(0, np.int8), where, long)
        try:
            mapped = np.memmap(file, np.int8, "r")
        except (OSError, ValueError) as error:
            raise StoppedError(f"{file} cannot be read ({error}); nothing more was done") from error
        return cls(np.asarray(mapped), where, long)

    def __len__(self) -> int:
        """How many arrays there are."""
        return len(self.starts)

    def at(self, place: int) -> NDArray[np.int8]:
        """The bytes of one array."""
        return self.bytes[self.starts[place] : self.starts[place] + self.lengths[place]]

    def block(self, places: NDArray[np.intp]) -> NDArray[np.int8]:
        """The bytes of several, copied only where they do not lie one after the other."""
        starts, lengths = self.starts[places], self.lengths[places]
        if np.array_equal(starts[1:], starts[:-1] + lengths[:-1]):
            return self.bytes[starts[0] : starts[-1] + lengths[-1]]
        return np.concatenate([self.at(int(one)) for one in places])
