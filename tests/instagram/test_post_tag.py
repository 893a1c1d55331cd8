"""The machine tag of what `new` uploaded is read as listings and getInfo show it, and makes a photo no copy."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from i2f.instagram.post_tag import key_in, squeezed, squeezed_key, tags_of, time_in
from i2f.sandbox.flickr.captions import parse_tags
from instagram_client import recognise


@pytest.mark.parametrize("key", ["1341835201", "1341835201/2", "M2BT-Zl_0k", "M2BT-Zl_0k/10"])
def test_a_key_comes_back_from_its_tags_as_typed_and_as_listed(key: str) -> None:
    listed = [tag.clean for tag in parse_tags(" ".join(tags_of(key)))]
    assert key_in(["harbour", *listed]) == key_in(tags_of(key)) == squeezed_key(key)
    assert [squeezed(tag) for tag in tags_of(key)] == listed


def test_only_a_second_is_a_time() -> None:
    assert time_in("1341835201/2") == datetime(2012, 7, 9, 12, 0, 1, tzinfo=UTC)
    assert time_in("M2BTZlHh0k") is None


def test_other_tags_name_no_key() -> None:
    assert key_in(["uploaded:by=instagram", "instagram2flickr", "instagram2flickr:post="]) is None
    assert squeezed("Big Sky") == "Big Sky"


def test_what_new_uploaded_is_no_copy_whatever_its_caption_links() -> None:
    caption = "via Instagram https://www.instagram.com/p/BqvsDleB3lV/"
    assert recognise("", caption, ["instagram"]) is not None
    assert recognise("", caption, ["instagram", "instagram2flickr:post=1543453444"]) is None
