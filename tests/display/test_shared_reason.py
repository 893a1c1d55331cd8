"""What is the same thing said of different photos has one heading, which reads as a sentence."""

from __future__ import annotations

import pytest

from i2f.display.shared_reason import shared_reason

NAMES = [["IMG_1.JPG", "IMG_1.HEIC"], ["IMG_2.JPG"]]


@pytest.mark.parametrize(
    ("reason", "heading"),
    [
        (
            "IMG_1.JPG is dated 31 Jul 2018, after the post (3 Mar 2012): wrong camera clock?",
            "This file is dated after the post: wrong camera clock?",
        ),
        (
            "IMG_1.HEIC is an uncertain match: the lighting differs",
            "This file is an uncertain match: the lighting differs",
        ),
        ("IMG_2.JPG matches almost as well as IMG_1.JPG", "Another file matches almost as well as this file"),
        (
            "Matches IMG_1.JPG (only match; 3 versions found, using the unedited one)",
            "Matches this file (only match; several versions found, using the unedited one)",
        ),
        (
            "the photo on Flickr has 2048 x 1536 pixels; Instagram's own copies have at most 1440 x 1920",
            "The photo on Flickr is too large; Instagram's own copies have at most 1440 x 1920",
        ),
        (
            "the photo on Flickr names its camera (Canon PowerShot); Instagram's own copies name none; IMG_9.JPG is it",
            "The photo on Flickr names its camera; Instagram's own copies name none; a file is it",
        ),
        (
            "Matches IMG_1.JPG, but the picture as posted cannot be rendered from it: the copy shows something else in "
            "4 places",
            "Matches this file, but the picture as posted cannot be rendered from it: the copy shows something else in "
            "places",
        ),
        (
            "You chose IMG_2.JPG, but it has only 0.9x the copy's pixels",
            "You chose another file, but it has too few pixels",
        ),
        (
            "Flickr does not show it; `sync --again 8037` reconsiders it",
            "Flickr does not show it; `sync --again ID` reconsiders it",
        ),
    ],
)
def test_what_differs_from_photo_to_photo_is_taken_out(reason: str, heading: str) -> None:
    assert shared_reason(reason, "8037", NAMES) == heading


def test_a_number_that_means_something_stays() -> None:
    assert shared_reason("Flickr refused it: error 105", "8037", NAMES) == "Flickr refused it: error 105"
    assert "200 MiB" in shared_reason("IMG_1.JPG exceeds Flickr's 200 MiB limit", "8037", NAMES)
