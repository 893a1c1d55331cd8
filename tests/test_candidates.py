"""Comparing in worker processes: what dies there costs one copy."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from flickr_side import picture

from candidates import Assessed, _in_workers, _Task


@dataclass(frozen=True)
class Deadly:
    """Kills the process that unpacks it."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os._exit, (1,)


def test_a_copy_that_crashes_its_worker_costs_itself_only() -> None:
    good = _Task(picture(64, 64), (), (), ())
    deadly = _Task(picture(64, 64), (Deadly(),), (), ())  # type: ignore[arg-type]
    spoilt = _Task(b"no picture", (), (), ())
    tasks = [good, deadly, good, spoilt, None, good]
    assert list(_in_workers(tasks, len(tasks))) == [Assessed(()), None, Assessed(()), None, None, Assessed(())]
