"""Captions on their way back to Flickr: what was typed, out of the HTML that Flickr shows."""

from __future__ import annotations

import time

import pytest

from flickr_client import caption_as_typed
from i2f.sandbox.flickr.captions import as_html

LONG = "https://www.example.org/archive/2014/07/16/" + "a-long-walk-along-the-river/" * 3


def test_a_link_made_by_flickr_becomes_its_bare_address() -> None:
    shown = 'via Instagram <a href="http://ift.tt/2hCAGPW" rel="nofollow">ift.tt/2hCAGPW</a>'
    assert caption_as_typed(shown) == "via Instagram http://ift.tt/2hCAGPW"


def test_a_long_link_that_flickr_cut_is_whole_again() -> None:
    shown = f'see <a href="{LONG}" rel="noreferrer nofollow">{LONG[8:65]}...</a>, please'
    assert caption_as_typed(shown) == f"see {LONG}, please"


def test_a_handwritten_anchor_stays_one_without_rel() -> None:
    shown = '<a href="http://www.example.org/2010/" rel="nofollow">2010 Challenge</a>, week &quot;1&quot;.'
    assert caption_as_typed(shown) == '<a href="http://www.example.org/2010/">2010 Challenge</a>, week "1".'


@pytest.mark.parametrize(
    ("shown", "typed"),
    [
        ("Fish &amp; Chips", "Fish & Chips"),
        ("3 &lt; 4 &gt; 2", "3 < 4 > 2"),
        ("N.C.&#039;s mascot", "N.C.'s mascot"),
        ("&quot;so&quot;", '"so"'),
        ("<b>bold</b> and <i>slanted</i>", "<b>bold</b> and <i>slanted</i>"),
        ("", ""),
        ("two\nlines", "two\nlines"),
    ],
)
def test_what_flickr_escaped_is_as_typed_again(shown: str, typed: str) -> None:
    assert caption_as_typed(shown) == typed


def test_an_address_with_an_ampersand_comes_back_whole() -> None:
    shown = '<a href="http://a.example/?x=1&amp;y=2" rel="noreferrer nofollow">a.example/?x=1&amp;y=2</a>'
    assert caption_as_typed(shown) == "http://a.example/?x=1&y=2"


@pytest.mark.parametrize(
    "typed",
    [
        "via Instagram http://ift.tt/1fCJLVn",
        f"long: {LONG}",
        'a <a href="http://x.example/">word</a> & "quotes" \'n <b>more</b>',
        "harbour < town > sea & 5 https://x.example/?a=1&b=2#c",
        "  spaces \n\n lines 🌊 e\u0301 http://x.example/ü",
        "",
    ],
)
def test_sent_back_a_caption_shows_as_before(typed: str) -> None:
    shown = as_html(typed)
    assert as_html(caption_as_typed(shown)) == shown


@pytest.mark.parametrize(
    "broken",
    [
        "<a" * 300_000,
        "<a href='" * 100_000,
        "</a>" * 200_000,
        "&#" + "9" * 1_000_000,
        "<a href=x>" * 100_000,
        '<a rel="' * 100_000,
    ],
    ids=["opened", "quoted", "closed", "reference", "nested", "rel"],
)
def test_a_megabyte_of_broken_markup_takes_no_time(broken: str) -> None:
    begun = time.thread_time()
    caption_as_typed(broken)
    assert time.thread_time() - begun < 5
