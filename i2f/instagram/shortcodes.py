"""When a post was made, read out of the code in its address.

The code of `instagram.com/p/CODE/` is the post's id, written as a number to the base 64. Two kinds of id exist.

**Time ids** (since the turn of 2011 to 2012): 41 bits of milliseconds since Instagram's own epoch, 13 bits of
shard, 10 bits of sequence, as told in "Sharding & IDs at Instagram" (Instagram Engineering, 2012). Of 160 published
photos and carousels with a known time, 157 decode to the very second of `taken_at` (November 2026); of videos the
id is made when the upload begins, up to half an hour before publication. None decodes later, so the time bounds the
shot from above without any error to be added.

**Counted ids** (October 2010 to January 2012): 1, 2, 3 ... in the order of posting. They are dated by straight lines
between posts whose time is known; 82 other published pairs fall within 1.4 days of those lines, but the second half
of 2011 rests on round numbers reported to the day, so three days are allowed for.

What is neither (six to nine characters, a leading A, a time before time ids existed) is nobody's code and has no time.
"""

from __future__ import annotations

import bisect
from datetime import UTC, datetime, timedelta

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_DIGITS = {character: value for value, character in enumerate(ALPHABET)}

EPOCH_MS = 1314220021721  # 24 August 2011, 21:07:01.721 UTC
TIME_SHIFT = 23  # below the milliseconds: 13 bits of shard, 10 of sequence
_COUNTED_BELOW = 1 << 30
# The last counted id seen is 558,432,209 (January 2012), the first time id is of 12 February 2012. At the rate
# of the last days counted ids would have come to about 700 million by then: beyond that there are none.
_LAST_COUNTED = 700_000_000
_FIRST_TIME_ID = datetime(2011, 12, 27, tzinfo=UTC)
_ID_BITS = 64
_LONGEST_CODE = 11
COUNTED_ERROR = timedelta(days=3)
EXACT = timedelta(0)

# (id, unix time). PI: facebookarchive/python-instagram, fixtures. IR: facebookarchive/instagram-ruby-gem,
# fixtures. API: samples of the first API's answers in public source files. KU: "Instagram may reach 1 billion
# photos in April", kullin.net, January 2012 (given to the day; noon UTC assumed where no hour was given).
_ANCHORS = (
    (2, 1279281600),  # KU
    (3, 1279340983),  # PI, D
    (315, 1280379741),  # PI, E7
    (12359, 1286394994),  # PI, DBH
    (455592, 1287237652),  # PI, BvOo
    (636982, 1287439896),  # PI, Cbg2
    (1369695, 1288136246),  # PI, FOZf
    (5000001, 1290168000),  # KU
    (18600493, 1295525094),  # IR, BG9It
    (22721881, 1296710327),  # API, BWrVZ
    (25000002, 1297252800),  # KU
    (31000411, 1298688799),  # PI, B2Qdb
    (50000000, 1302350400),  # KU
    (72133778, 1305500047),  # API, ETKyS
    (84479748, 1306951296),  # IR, FCQ8E
    (100000000, 1308484800),  # KU
    (200000000, 1314964800),  # KU
    (300000001, 1319889600),  # KU
    (322481838, 1320721905),  # API, TOK6u
    (400000000, 1323259200),  # KU
    (500000000, 1325505600),  # KU
    (525000000, 1326024000),  # KU
    (550000000, 1326456000),  # KU
)
_ANCHOR_IDS = tuple(anchor[0] for anchor in _ANCHORS)


def posted_at(code: str) -> tuple[datetime, timedelta] | None:
    """When the post with this code was made (UTC, to the millisecond) and how far off that may be."""
    media_id = id_of(code)
    if media_id is None:
        return None
    if media_id < _COUNTED_BELOW:
        return (_time_of_counted(media_id), COUNTED_ERROR) if media_id <= _LAST_COUNTED else None
    posted = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=(media_id >> TIME_SHIFT) + EPOCH_MS)
    return (posted, EXACT) if posted >= _FIRST_TIME_ID else None


def id_of(code: str) -> int | None:
    """The number a code stands for; None where no post has such a code."""
    if not 1 <= len(code) <= _LONGEST_CODE or code[0] == ALPHABET[0]:
        return None
    media_id = 0
    for character in code:
        digit = _DIGITS.get(character)
        if digit is None:
            return None
        media_id = media_id * len(ALPHABET) + digit
    return media_id if media_id < 1 << _ID_BITS else None


def code_of(media_id: int) -> str | None:
    """The code of a post's id; None for a number that is no id."""
    if not 0 < media_id < 1 << _ID_BITS:
        return None
    code = ""
    while media_id:
        media_id, digit = divmod(media_id, len(ALPHABET))
        code = ALPHABET[digit] + code
    return code


def _time_of_counted(media_id: int) -> datetime:
    right = min(max(bisect.bisect_right(_ANCHOR_IDS, media_id), 1), len(_ANCHORS) - 1)
    (left_id, left_time), (right_id, right_time) = _ANCHORS[right - 1], _ANCHORS[right]
    share = max(media_id - left_id, 0) / (right_id - left_id)
    return datetime.fromtimestamp(0, UTC) + timedelta(seconds=round(left_time + share * (right_time - left_time)))
