"""A photo is named by its number, or by any address of it that a person can copy."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from i2f.flickr.photo_address import photo_id_of
from instagram2flickr import cli

PHOTO_ID = "8037212345"
ADDRESSES = (
    PHOTO_ID,
    f" {PHOTO_ID}\n",
    f"https://www.flickr.com/photos/somebody/{PHOTO_ID}/",
    f"https://www.flickr.com/photos/somebody/{PHOTO_ID}",
    f"http://flickr.com/photos/12345678@N00/{PHOTO_ID}/in/album-72157600000000000/",
    f"https://www.flickr.com/photos/somebody/{PHOTO_ID}/sizes/o/",
    f"https://m.flickr.com/#/photos/somebody/{PHOTO_ID}/",
    f"https://www.flickr.com/photos/somebody/{PHOTO_ID}?ref=1#comments",
    f"www.flickr.com/photos/me/{PHOTO_ID}/",
    f"flickr.com/photos/some-body_1/{PHOTO_ID}",
    f"<https://WWW.Flickr.com/photos/somebody/{PHOTO_ID}/>",
    f"https://live.staticflickr.com/65535/{PHOTO_ID}_0123456789_b.jpg",
    f"https://farm9.staticflickr.com/8177/{PHOTO_ID}_0123456789_o.png",
    "https://flic.kr/p/dfpuPT",
    "http://www.flic.kr/p/dfpuPT/",
    "flic.kr/p/dfpuPT?x=1",
)


def short(number: int) -> str:
    digits = "123456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"
    text = ""
    while number:
        number, digit = divmod(number, 58)
        text = digits[digit] + text
    return text


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_address_of_a_photo_is_its_number(address: str) -> None:
    assert photo_id_of(address.replace("dfpuPT", short(int(PHOTO_ID)))) == PHOTO_ID


def test_a_short_link_that_others_have_published_is_read() -> None:
    """The pair is from the documentation of flickrapi.shorturl."""
    assert photo_id_of("https://flic.kr/p/7Afjsu") == "4325695128"


@pytest.mark.parametrize(
    "address",
    [
        "https://www.flickr.com/photos/somebody/",
        "https://www.flickr.com/photos/somebody/albums/72157600000000000/",
        "https://evil.example/photos/somebody/8037212345/",
        "https://flickr.com.evil.example/photos/somebody/8037212345/",
        "https://flic.kr/p/0OIl",
        "https://flic.kr/s/aHsk",
        "https://www.flickr.com/gp/somebody/8037212345",
        "x/8037212345",
    ],
)
@pytest.mark.parametrize(
    "words",
    [
        ("sync", "--dry-run", "--photo"),
        ("sync", "--again"),
        ("why",),
        ("undo",),
        ("review", "--terminal"),
    ],
)
def test_an_address_of_anything_else_is_refused_before_anything_is_done(words: tuple[str, ...], address: str) -> None:
    assert "/" in photo_id_of(address)
    ran = CliRunner().invoke(cli, [*words, address, *(["."] if words[0] == "sync" else [])])
    assert ran.exit_code == 2
    assert "neither a photo ID nor the URL of a photo page" in ran.output
