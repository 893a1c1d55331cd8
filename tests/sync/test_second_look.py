"""A match in doubt is confirmed by its render only if nothing moved between that and the copy."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from i2f.sync.second_look import second_look
from tests.support.camera_roll import make_photograph

DOUBTED = {"test_movement": 1.4, "test_things": 0.3}


def test_a_match_that_met_every_test_needs_none() -> None:
    assert second_look({"test_movement": 0.9}) is None


@pytest.mark.long
def test_the_same_shot_is_confirmed_and_one_in_which_something_moved_is_not() -> None:
    rendered = np.asarray(make_photograph(3, 1000, 750))
    buffer = io.BytesIO()
    Image.fromarray(rendered).resize((640, 480), Image.Resampling.LANCZOS).save(buffer, "JPEG", quality=88)
    copy = np.asarray(Image.open(buffer))
    moved = rendered.copy()
    moved[:, 500:] = np.roll(rendered, 2, axis=1)[:, 500:]
    confirmed = second_look(DOUBTED)
    assert confirmed is not None
    assert confirmed(copy, rendered)
    assert not confirmed(copy, moved)
