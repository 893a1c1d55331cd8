"""What a photo's title, caption and tags say about its life on Instagram.

Three programs have carried pictures from Instagram to Flickr, and each left its own mark. People and old IFTTT
recipes put the post's address into the caption. IFTTT's usual recipe writes "via Instagram" and a short link
of its own, and tags the photo `ifttt` and `instagram`. Instagram's own share (2012 to about 2016) writes no address
at all, but the machine tag `uploaded:by=instagram`. A link to a profile ("follow me") marks nothing; it is the
commonest Instagram link on Flickr.

Some addresses only wrap that of a post, which can be read out of them without asking anybody: Instagram's login page
says where it leads on to, and so do the redirects that apps put around what is shared. Sites that showed Instagram's
pictures in its first years (Statigram, Webstagram, Ink361 and others, most of them gone) name a post by the number that
its code stands for, with the owner's number behind it.

The address of a post comes in many forms, and its code survives some of them badly. Whatever cannot be read with
certainty is left unread: a wrong code gives a wrong time, and the time can veto a replacement. Nothing here asks
Instagram anything, and nothing raises, whatever a caption holds.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote

from i2f.ground.model import InstagramMark, Mark
from i2f.instagram.caption_links import links_in_text, read_caption
from i2f.instagram.post_tag import key_in
from i2f.instagram.shortcodes import EXACT, code_of, posted_at

__all__ = ["RECOGNISER_VERSION", "Post", "PostKind", "post_links", "posted_at", "recognise"]

# Raise it with every change to what counts as a mark: what an older one passed over is then listed once more. Version
# 0.1.0 had none.
RECOGNISER_VERSION = "2"

_HOSTS = frozenset({"instagram.com", "www.instagram.com", "m.instagram.com", "instagr.am", "www.instagr.am"})
# Sites that led to a post by its number, host or domain: /p/ID_USER, /media/ID_USER, viewer.php#/detail/ID_USER.
_VIEWERS = frozenset(
    {
        "statigr.am",
        "stagram.com",
        "websta.me",
        "ink361.com",
        "iconosquare.com",
        "followgram.me",
        "gramfeed.com",
        "imgrum.org",
        "imgrum.net",
    }
)
# Without the owner's number behind it, it must be too long for that of an owner.
_NUMBER_OF_A_POST = re.compile(r"(?:ig-)?(?:([0-9]{1,20})_[0-9]{1,20}|([0-9]{17,20}))", re.ASCII)
# What wraps another address, and the parameter it stands in.
_REDIRECTS = {
    "l.instagram.com": ("u",),
    "l.facebook.com": ("u",),
    "lm.facebook.com": ("u",),
    "m.facebook.com": ("u",),
    "www.google.com": ("q", "url"),
    "google.com": ("q", "url"),
}
_LEADING_ON = frozenset({"accounts", "challenge", "consent"})  # Instagram's own pages that name where they lead on to
_WRAPPED_AT_MOST = 3
_ADDRESS = re.compile(
    r"(?:(?:https?):)?//([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.ASCII | re.IGNORECASE | re.DOTALL
)
_APP_ADDRESS = re.compile(r"instagram://media/?\?(?:[^#]*&)?id=([0-9]{1,20})(?![0-9])", re.ASCII | re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.ASCII | re.IGNORECASE)
_HOST = re.compile(r"([a-z0-9.-]{1,253}?)\.?(?::(?:80|443))?", re.ASCII | re.IGNORECASE)
_USERNAME = re.compile(r"[A-Za-z0-9._]{1,30}", re.ASCII)
_CODE = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_VIA = re.compile(r"\bvia\s{1,9}[@#]?instagram\b(?!\.\w)", re.IGNORECASE)

# First parts of an address that are Instagram's own pages and never somebody's name.
_NOT_A_USER = frozenset({"about", "accounts", "developer", "direct", "explore", "legal", "s", "share", "stories"})
_SHARED_KINDS = frozenset({"p", "reel", "reels", "tv"})
_AFTER_AN_ADDRESS = ".,;:!?)]\"'/"
# Codes of private accounts carry 28 further characters (after gallery-dl and yt-dlp, whose tests have such).
_PRIVATE_SUFFIX = 28
# Unicode's dashes, joiners and mathematical signs (a minus), and what is no character.
_MAY_HIDE_A_CODE = frozenset({"Pd", "Pc", "Sm", "Cn", "Co", "Cs"})
_WHOLE_CODE_LENGTHS = frozenset({10, 11})


class PostKind(StrEnum):
    """Under which kind of address a post was linked; one code works under all but the last."""

    POST = "p"
    REEL = "reel"
    IGTV = "tv"
    SHARE = "share"


@dataclass(frozen=True, slots=True)
class Post:
    """A post on Instagram as a caption links it: its address in one normal form, and its code if it shows one.

    A share link's token looks like a code and is none: `code` is None there.
    """

    url: str
    code: str | None
    kind: PostKind


def recognise(title: str, caption_html: str, tags: Sequence[str]) -> InstagramMark | None:
    """Say what marks a photo as a copy from Instagram; None when nothing does.

    The link to a post counts most, then "via Instagram" with a link, the machine tag, the two tags. A title is
    no mark, since people quote addresses there; but a copy known otherwise may have its post from it. What `new`
    uploaded is no copy, whatever its caption links: it is the original already.
    """
    if key_in(tags) is not None:
        return None
    caption = read_caption(caption_html)
    posts = _posts_among(caption.links)
    names = {tag.strip().lower().replace('"', "") for tag in tags}
    if posts:
        mark = Mark.LINK
    elif _VIA.search(caption.words) and any(_leads_elsewhere(link) for link in caption.links):
        mark = Mark.VIA
    elif "uploaded:by=instagram" in names:
        mark = Mark.MACHINE_TAG
    elif {"ifttt", "instagram"} <= names:
        mark = Mark.TAG
    else:
        return None
    return _mark(mark, posts or _posts_among(links_in_text(title)))


def post_links(caption_html: str) -> list[Post]:
    """The Instagram posts that a caption links, each once, in order."""
    return _posts_among(read_caption(caption_html).links)


def _mark(marked_by: Mark, posts: Sequence[Post]) -> InstagramMark:
    """Of several posts the first that can be dated is taken, else the first."""
    for post in posts:
        dated = posted_at(post.code) if post.code else None
        if dated:
            return InstagramMark(marked_by, post.url, *dated)
    return InstagramMark(marked_by, posts[0].url if posts else None, None, EXACT)


def _posts_among(links: Sequence[str]) -> list[Post]:
    found = (_post_of(link) for link in links)
    return list(dict.fromkeys(post for post in found if post))


def _leads_elsewhere(link: str) -> bool:
    """Whether a link leads off Instagram, as the short links do; a profile does not."""
    split = _split(_unwrapped(link))
    return split is not None and "." in split.host and split.host not in _HOSTS


@dataclass(frozen=True, slots=True)
class _Address:
    """A web address taken apart: host in lower case, path, query and fragment as they stand there."""

    host: str
    path: str
    query: str
    fragment: str


def _split(link: str) -> _Address | None:
    """The parts of a web address, with or without scheme; None for anything else."""
    address = link.strip()
    if not address.startswith("//") and not _SCHEME.match(address):
        address = "//" + address
    found = _ADDRESS.match(address)
    # A user name before the host ("instagram.com@evil.example") or a backslash makes the host another one.
    host = _HOST.fullmatch(found.group(1)) if found else None
    if found is None or host is None:
        return None
    return _Address(host.group(1).lower(), found.group(2), found.group(3) or "", found.group(4) or "")


def _unwrapped(link: str) -> str:
    """The address that a login page or a redirect leads on to, else the link itself."""
    for _ in range(_WRAPPED_AT_MOST):
        split = _split(link)
        if split is None:
            return link
        first = next(iter(split.path.strip("/").split("/")), "")
        names = ("next",) if split.host in _HOSTS and first in _LEADING_ON else _REDIRECTS.get(split.host, ())
        inside = next((found for name in names if (found := _parameter(split.query, name))), None)
        if inside is None:
            return link
        if inside.startswith("/") and not inside.startswith("//"):
            inside = f"https://{split.host}{inside}"
        link = inside
    return link


def _parameter(query: str, name: str) -> str | None:
    """The value of a query's parameter, decoded once more where it was encoded twice."""
    found = re.search(rf"(?:^|[&?;]){name}=([^&#]*)", query)
    if found is None:
        return None
    value = unquote(found.group(1))
    return unquote(value) if value.lower().startswith(("%2f", "http%3a", "https%3a")) else value


def _post_of(link: str) -> Post | None:
    app = _APP_ADDRESS.match(link)
    if app:
        code = code_of(int(app.group(1)))
        return Post(_url_of(code), code, PostKind.POST) if code else None
    split = _split(_unwrapped(link))
    if split is None:
        return None
    if split.host not in _HOSTS:
        return _shown_elsewhere(split)
    parts = [part for part in unquote(split.path).split("/") if part]
    if parts and parts[0] == "share":
        return _shared(parts[1:])
    if len(parts) > 2 and parts[0] not in _SHARED_KINDS | _NOT_A_USER and _USERNAME.fullmatch(parts[0]):
        parts = parts[1:]
    if len(parts) < 2 or parts[0] not in _SHARED_KINDS or parts[:2] == ["reels", "audio"]:
        return None
    code = _code_in(parts[1])
    return Post(_url_of(code), code, _kind_of(parts[0])) if code else None


def _shown_elsewhere(address: _Address) -> Post | None:
    """The post that another site's address names by its number, where that is a post's number for certain."""
    domain = ".".join(address.host.split(".")[-2:])
    if domain not in _VIEWERS:
        return None
    for part in unquote(f"{address.path}/{address.fragment}").split("/"):
        number = _NUMBER_OF_A_POST.fullmatch(part.rstrip(_AFTER_AN_ADDRESS))
        code = code_of(int(number.group(1) or number.group(2))) if number else None
        if code and posted_at(code):
            return Post(_url_of(code), code, PostKind.POST)
    return None


def _shared(parts: Sequence[str]) -> Post | None:
    """A share link: kept as it is, for its token leads to a post but does not name it."""
    kind = parts[0] if len(parts) > 1 and parts[0] in _SHARED_KINDS else ""
    token = _token_in(parts[1] if kind else parts[0]) if parts else None
    path = "/".join(part for part in ("share", kind, token) if part)
    return Post(f"https://www.instagram.com/{path}/", None, PostKind.SHARE) if token else None


def _token_in(part: str) -> str | None:
    token = part.rstrip(_AFTER_AN_ADDRESS)
    return token if _CODE.fullmatch(token) and token not in _SHARED_KINDS else None


def _code_in(part: str) -> str | None:
    """The code in one part of a path, with what sentences and smart typography do to it undone.

    Two hyphens may have become a dash (seen: "Gx--6"); a code may be followed by a sentence's end, by letters
    of another script, or be cut off by an ellipsis.
    """
    part = "".join(character for character in part if unicodedata.category(character) != "Cf")
    if part.count("\N{EM DASH}") == 1:
        restored = _code_in(part.replace("\N{EM DASH}", "--"))
        return restored if restored and posted_at(restored) else None
    found = _CODE.match(part)
    if found is None:
        return None
    code, rest = found.group(), part[found.end() :]
    if len(code) > _PRIVATE_SUFFIX:
        code = code[:-_PRIVATE_SUFFIX]
    if rest.startswith(("...", "\N{HORIZONTAL ELLIPSIS}")):
        return code if len(code) in _WHOLE_CODE_LENGTHS and posted_at(code) else None
    ends = not rest.rstrip(_AFTER_AN_ADDRESS) or _ends_a_code(rest[0])
    return code if ends else None


def _ends_a_code(character: str) -> bool:
    """Whether a code surely ended before this character; after ASCII and dashes it may go on, destroyed."""
    unsure = character.isascii() or character == "\N{REPLACEMENT CHARACTER}"
    return not unsure and unicodedata.category(character) not in _MAY_HIDE_A_CODE


def _kind_of(word: str) -> PostKind:
    return {"reel": PostKind.REEL, "reels": PostKind.REEL, "tv": PostKind.IGTV}.get(word, PostKind.POST)


def _url_of(code: str) -> str:
    return f"https://www.instagram.com/p/{code}/"
