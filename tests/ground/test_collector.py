"""The search for cycles is paused for a block, and only for that."""

from __future__ import annotations

import gc

import pytest

from i2f.ground import collector


def test_cycles_are_looked_for_again_after_the_block() -> None:
    with collector.paused():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_cycles_are_looked_for_again_after_an_error() -> None:
    with pytest.raises(ValueError, match="as it happens"), collector.paused():
        raise ValueError("as it happens")
    assert gc.isenabled()


def test_where_nobody_looked_for_cycles_nobody_does_afterwards() -> None:
    gc.disable()
    try:
        with collector.paused():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
