"""What counts as a copy from Instagram, and which post it is."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

from i2f.ground.model import Mark
from instagram_client import Post, PostKind, post_links, recognise

ADDRESS = "https://www.instagram.com/p/os1NQjxtvF/"
SEARCH = "https://www.instagram.com/p/DQWAj/"


def _codes(caption: str) -> list[str | None]:
    return [post.code for post in post_links(caption)]


@pytest.mark.parametrize(
    "address",
    [
        "http://instagr.am/p/os1NQjxtvF/",
        "http://instagram.com/p/os1NQjxtvF/",
        "https://instagram.com/p/os1NQjxtvF",
        "https://www.instagram.com/p/os1NQjxtvF/",
        "HTTPS://WWW.Instagram.COM/p/os1NQjxtvF/",
        "http://m.instagram.com/p/os1NQjxtvF/",
        "https://instagram.com:443/p/os1NQjxtvF/",
        "https://www.instagram.com./p/os1NQjxtvF/",
        "https://www.instagram.com/dm/p/os1NQjxtvF/",
        "https://www.instagram.com/some.body_1/p/os1NQjxtvF",
        "https://www.instagram.com/p/os1NQjxtvF/?taken-by=j0k",
        "https://www.instagram.com/p/os1NQjxtvF/?utm_source=ig_embed&amp;utm_campaign=loading",
        "https://www.instagram.com/p/os1NQjxtvF?igsh=MWQ1ZGUxMzBkMA==",
        "https://www.instagram.com/p/os1NQjxtvF/?img_index=2#abc",
        "https://www.instagram.com/p/os1NQjxtvF#abc",
        "http://instagr.am/p/os1NQjxtvF/media/?size=l",
        "https://www.instagram.com/p/os1NQjxtvF/embed/",
        "http://instagram.com/p/os1NQjxtvF//media/",
        "http://instagr.am//p/os1NQjxtvF",
        "https://www.instagram.com/p%2Fos1NQjxtvF%2F",
        "https://www.instagram.com/p/%6Fs1NQjxtvF/",
        "instagram://media?id=733194846952938437",
        "instagram://media?id=733194846952938437_1234",
    ],
)
def test_every_form_of_an_address_leads_to_the_same_post(address: str) -> None:
    expected = [Post(ADDRESS, "os1NQjxtvF", PostKind.POST)]

    assert post_links(f'<a href="{address}" rel="noreferrer nofollow">look</a>') == expected
    assert post_links(f"so nice {address} today") == expected


@pytest.mark.parametrize(
    "address",
    [
        "https://www.instagram.com/accounts/login/?next=/p/os1NQjxtvF/",
        "https://www.instagram.com/accounts/login/?next=%2Fp%2Fos1NQjxtvF%2F",
        "https://www.instagram.com/accounts/login?force_authentication=1&amp;next=/p/os1NQjxtvF/",
        "https://instagram.com/accounts/login/?next=https%3A%2F%2Fwww.instagram.com%2Fp%2Fos1NQjxtvF%2F%3Fhl%3Den",
        "https://www.instagram.com/accounts/login/?next=%252Fp%252Fos1NQjxtvF%252F",
        "https://www.instagram.com/accounts/signup/?next=/somebody/p/os1NQjxtvF/",
        "https://m.instagram.com/challenge/?next=/p/os1NQjxtvF/",
        "https://l.instagram.com/?u=https%3A%2F%2Finstagram.com%2Fp%2Fos1NQjxtvF%2F&amp;e=ATM8xyz",
        "https://l.facebook.com/l.php?u=https%3A%2F%2Finstagr.am%2Fp%2Fos1NQjxtvF&amp;h=AT0",
        "https://www.google.com/url?sa=t&amp;url=https%3A%2F%2Fwww.instagram.com%2Fp%2Fos1NQjxtvF%2F&amp;usg=A",
        "https://l.instagram.com/?u=https%3A%2F%2Fwww.instagram.com%2Faccounts%2Flogin%2F%3Fnext%3D%2Fp%2Fos1NQjxtvF%2F",
        "http://statigr.am/p/733194846952938437_24101272",
        "http://www.statigr.am/viewer.php#/detail/733194846952938437_24101272",
        "http://web.stagram.com/p/733194846952938437_24101272",
        "http://websta.me/p/733194846952938437_24101272?lang=en",
        "http://ink361.com/app/users/ig-24101272/somebody/photos/ig-733194846952938437_24101272",
        "http://iconosquare.com/p/733194846952938437_24101272.",
        "http://www.imgrum.org/media/733194846952938437_24101272",
        "http://websta.me/p/733194846952938437",
    ],
)
def test_an_address_that_wraps_or_numbers_a_post_is_read_offline(address: str) -> None:
    expected = [Post(ADDRESS, "os1NQjxtvF", PostKind.POST)]

    assert post_links(f'<a href="{address}" rel="noreferrer nofollow">look</a>') == expected
    assert post_links(f"so nice {address} today") == expected
    mark = recognise("", address, ())
    assert mark is not None
    assert (mark.marked_by, mark.posted_at is not None) == (Mark.LINK, True)


@pytest.mark.parametrize(
    "address",
    [
        "https://www.instagram.com/accounts/login/",
        "https://www.instagram.com/accounts/login/?next=/somebody/",
        "https://www.instagram.com/somebody/?next=/p/os1NQjxtvF/",
        "https://www.instagram.com/accounts/login/?next=https://evil.example/p/os1NQjxtvF/",
        "https://www.instagram.com/accounts/login/?next=//evil.example/p/os1NQjxtvF/",
        "https://evil.example/accounts/login/?next=/p/os1NQjxtvF/",
        "https://l.instagram.com/?u=https%3A%2F%2Fevil.example%2Fp%2Fos1NQjxtvF%2F",
        "https://l.instagram.com.evil.example/?u=https%3A%2F%2Finstagram.com%2Fp%2Fos1NQjxtvF%2F",
        "http://statigr.am/somebody",
        "http://statigr.am/p/24101272",
        "http://statigr.am/user/99999999999999999999_1",
        "http://notstatigr.am/p/733194846952938437_24101272",
        "http://websta.me.evil.example/p/733194846952938437_24101272",
        "http://websta.me/n/somebody",
    ],
)
def test_an_address_that_wraps_or_numbers_no_post_marks_nothing(address: str) -> None:
    assert post_links(address) == []
    assert recognise("", f'<a href="{address}">x</a>', ()) is None


def test_the_post_of_an_address_counts_before_where_it_leads_on_to() -> None:
    assert _codes("https://www.instagram.com/p/os1NQjxtvF/?next=/p/DQWAj/") == ["os1NQjxtvF"]


def test_a_profile_behind_a_redirect_is_no_link_of_via_instagram() -> None:
    behind = "https://l.instagram.com/?u=https%3A%2F%2Fwww.instagram.com%2Fsomebody%2F"
    assert recognise("", f"via Instagram {behind}", ()) is None


def test_addresses_that_wrap_each_other_end() -> None:
    address = "https://www.instagram.com/p/os1NQjxtvF/"
    for _ in range(50):
        address = "https://l.instagram.com/?u=" + quote(address, safe="")
    assert post_links(address) == []


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("reel/C6q-XdvsU5v", PostKind.REEL),
        ("reels/C6q-XdvsU5v", PostKind.REEL),
        ("tv/C6q-XdvsU5v", PostKind.IGTV),
        ("somebody/reel/C6q-XdvsU5v", PostKind.REEL),
    ],
)
def test_reels_and_igtv_are_posts_under_another_name(path: str, kind: PostKind) -> None:
    found = post_links(f"https://www.instagram.com/{path}/")

    assert found == [Post("https://www.instagram.com/p/C6q-XdvsU5v/", "C6q-XdvsU5v", kind)]


@pytest.mark.parametrize(
    "text",
    [
        "Augenarzt Dr. Lierow http://instagr.am/p/DQWAj/",
        "http://instagr.am/p/DQWAj/.",
        "http://instagr.am/p/DQWAj.",
        "(http://instagr.am/p/DQWAj)",
        "[http://instagr.am/p/DQWAj/]",
        "look: http://instagr.am/p/DQWAj/!",
        "&quot;http://instagr.am/p/DQWAj&quot;",
        "'http://instagr.am/p/DQWAj',",
        "instagr.am/p/DQWAj",
        "Instagr.am/p/DQWAj?",
        "写真http://instagr.am/p/DQWAjです",
        "http://instagr.am/p/DQWAj🌊",
        "http://instagr.am/p/DQWAj”",
        "http://instagr.am/p/DQWAj<br />nice",
        "http://instagr.am/p/<b>DQWAj</b>/ nice",
        "http://instagr.am/p/DQW&#8203;Aj/ nice",
    ],
)
def test_an_address_in_a_sentence_is_read_without_what_stands_around_it(text: str) -> None:
    assert [post.url for post in post_links(text)] == [SEARCH]


@pytest.mark.parametrize("code", ["HRBw9TG0A-", "FAVr-", "B7XDCBNlds_", "PlB_MoFlb-"])
def test_a_code_keeps_its_last_hyphen_or_underscore(code: str) -> None:
    assert _codes(f"http://instagr.am/p/{code}.") == [code]
    assert _codes(f"http://instagram.com/p/{code}//media/") == [code]


@pytest.mark.parametrize(
    "address", ["http://instagr.am/p/Gx%E2%80%946/", "http://instagr.am/p/Gx—6", "http://instagr.am/p/Gx&mdash;6/"]
)
def test_two_hyphens_that_typography_made_a_dash_are_put_back(address: str) -> None:
    assert _codes(address) == ["Gx--6"]


@pytest.mark.parametrize(
    "text",
    [
        "http://instagr.am/p/Gx–6/",
        "http://instagr.am/p/Gx−6/",
        "http://instagr.am/p/DQWAj—what",
        "http://instagr.am/p/DQW…",
        "instagram.com/p/os1NQjx...",
        "http://instagr.am/p/DQW*Aj/",
        "http://instagr.am/p/DQW%ffAj/",
        "http://instagr.am/p/" + "x" * 65,
        "http://instagr.am/p/",
    ],
)
def test_a_destroyed_or_cut_code_is_left_unread(text: str) -> None:
    assert "DQWAj" not in _codes(text)
    assert all(code and len(code) > 5 for code in _codes(text))


def test_the_suffix_of_a_private_account_is_dropped() -> None:
    assert _codes("https://www.instagram.com/p/Cauzgxrce8Z" + "abcdefghijklmnopqrstuvwxyz-_" + "/") == ["Cauzgxrce8Z"]


@pytest.mark.parametrize("path", ["share/BACiUUUYQV", "share/p/BACiUUUYQV", "share/reel/BACiUUUYQV"])
def test_a_share_link_is_a_post_whose_token_is_never_decoded(path: str) -> None:
    assert post_links(f"https://www.instagram.com/{path}/?x=1") == [
        Post(f"https://www.instagram.com/{path}/", None, PostKind.SHARE)
    ]
    mark = recognise("", f"https://www.instagram.com/{path}", ())
    assert mark is not None
    assert (mark.marked_by, mark.posted_at) == (Mark.LINK, None)


@pytest.mark.parametrize(
    "address",
    [
        "http://www.instagram.com/fravado/",
        "https://www.instagram.com/",
        "https://instagram.com/fravado/reels/",
        "https://www.instagram.com/p/",
        "https://www.instagram.com/share/",
        "https://www.instagram.com/reels/audio/290393152138/",
        "https://www.instagram.com/stories/p/2984512385/",
        "https://www.instagram.com/stories/fravado/2984512385/",
        "https://www.instagram.com/s/aGlnaGxpZ2h0",
        "https://www.instagram.com/explore/tags/p/",
        "https://www.instagram.com/explore/p/DQWAj/",
        "http://notinstagram.com/p/DQWAj/",
        "http://instagram.com.evil.example/p/DQWAj/",
        "http://instagram.com@evil.example/p/DQWAj/",
        "http://instagram.com\\@evil.example/p/DQWAj/",
        "http://evil.example/instagram.com/p/DQWAj/",
        "http://evil.example/?u=https://instagram.com/p/DQWAj/",
        "http://evil.example#https://instagram.com/p/DQWAj/",
        "http://in%73tagram.com/p/DQWAj/",
        "http://inſtagram.com/p/DQWAj/",
        "http://ınstagram.com/p/DQWAj/",
        "http://instagram.com:8080/p/DQWAj/",
        "ftp://instagram.com/p/DQWAj/",
        "javascript://instagram.com/p/DQWAj/",
        "somebody@instagram.com/p/DQWAj/",
        "http://instagram.community/p/DQWAj/",
        "instagram://media?id=0",
        "instagram://media?id=99999999999999999999",
        "instagram://user?username=p",
    ],
)
def test_profiles_stories_and_look_alike_hosts_are_no_posts(address: str) -> None:
    assert post_links(f'<a href="{address}">www.instagram.com</a>') == []
    assert post_links(address) == []
    assert recognise("", f'<a href="{address}">x</a>', ("instagram",)) is None


def test_the_address_is_read_and_not_the_text_that_is_cut_after_57_characters() -> None:
    caption = (
        '<a href="https://www.instagram.com/somebody_with_a_long_name/p/os1NQjxtvF/?a=1&amp;b=2" rel="nofollow">'
        "www.instagram.com/somebody_with_a_long_name/p/os1NQ...</a>"
    )

    assert [post.url for post in post_links(caption)] == [ADDRESS]


def test_the_text_of_a_link_that_leads_elsewhere_is_not_believed() -> None:
    assert post_links('<a href="http://evil.example/">http://instagr.am/p/DQWAj/</a>') == []


@pytest.mark.parametrize(
    "anchor",
    [
        "<a href='http://instagr.am/p/DQWAj/'>x</a>",
        "<a href=http://instagr.am/p/DQWAj/>x</a>",
        '<A rel="nofollow" HREF = "http://instagr.am/p/DQWAj/">x</A>',
        '<a href="&#104;ttp://instagr.am/p/DQWAj&#x2F;">x</a>',
        '<a href="//instagr.am/p/DQWAj/">x</a>',
        '<a href=" http://instagr.am/p/DQWAj/\n">x</a>',
        '<b><i><a href="http://instagr.am/p/DQWAj/"><b>x',
        "<a title=x>http://instagr.am/p/DQWAj/</a>",
    ],
)
def test_anchors_are_read_however_they_are_written(anchor: str) -> None:
    assert [post.url for post in post_links(f"hello {anchor}")] == [SEARCH]


def test_posts_are_listed_once_and_in_order() -> None:
    caption = 'http://instagr.am/p/DQWAj/ <a href="http://instagr.am/p/G7Ejp7Ab1P">x</a> instagram.com/p/DQWAj'

    assert _codes(caption) == ["DQWAj", "G7Ejp7Ab1P"]


@pytest.mark.parametrize(
    ("caption", "tags", "expected"),
    [
        ('by me <a href="http://instagr.am/p/DQWAj/">x</a>', ("ifttt", "instagram"), Mark.LINK),
        ("via Instagram http://instagr.am/p/DQWAj/", ("uploaded:by=instagram",), Mark.LINK),
        ("via Instagram ift.tt/1fCJLVn", (), Mark.VIA),
        (
            'via Instagram <a href="http://bit.ly/2Gvq4ks" rel="nofollow">bit.ly/2Gvq4ks</a>',
            ("ifttt", "instagram"),
            Mark.VIA,
        ),
        ('VIA&nbsp;<a href="https://www.instagram.com/">instagram</a> https://ift.tt/306j3vM', (), Mark.VIA),
        ("via<br />Instagram<br />ift.tt/1fCJLVn", (), Mark.VIA),
        ("", ("square", "uploaded:by=instagram", "ifttt", "instagram"), Mark.MACHINE_TAG),
        ("", ("Uploaded:By=Instagram",), Mark.MACHINE_TAG),
        ("", ('uploaded:by="instagram"',), Mark.MACHINE_TAG),
        (
            'by lnbrm7 <a href="http://ift.tt/1LRZUA8" rel="nofollow">ift.tt/1LRZUA8</a>',
            ("instagram", "ifttt"),
            Mark.TAG,
        ),
        ("", ("IFTTT", "Instagram"), Mark.TAG),
    ],
)
def test_the_strongest_mark_is_named(caption: str, tags: tuple[str, ...], expected: Mark) -> None:
    mark = recognise("#clouds", caption, tags)

    assert mark is not None
    assert mark.marked_by is expected


@pytest.mark.parametrize(
    ("caption", "tags"),
    [
        ("", ()),
        ("", ("instagram", "instagramapp", "square")),
        ("", ("ifttt",)),
        ("", ("uploaded:by=flickrmobile", "instagram")),
        ("via Instagram", ()),
        ("via Facebook ift.tt/1fCJLVn", ("ifttt", "facebook")),
        ("via Instagram http://www.instagram.com/fravado/", ()),
        ('see me via <a href="http://www.instagram.com/fravado/">Instagram</a>', ()),
        ("via instagram.com/fravado and http://blog.example/", ()),
        ("trivia instagram http://blog.example/", ()),
        ("via Instagrammers http://blog.example/", ()),
        ('<a href="mailto:me@blog.example">me</a> via Instagram', ()),
        ('<a href="/photos/me/">me</a> via Instagram', ()),
        ("my best of <a href='http://www.instagram.com/fravado/'>www.instagram.com/fravado/</a>", ("instagram",)),
    ],
)
def test_what_only_mentions_instagram_is_no_copy(caption: str, tags: tuple[str, ...]) -> None:
    assert recognise("via Instagram", caption, tags) is None


def test_a_mark_carries_the_address_and_the_time_of_posting() -> None:
    mark = recognise("title", "http://instagram.com/p/os1NQjxtvF/", ())

    assert mark is not None
    assert mark.url == ADDRESS
    assert mark.posted_at == datetime(2014, 6, 1, 11, 54, 18, 528000, tzinfo=UTC)
    assert mark.posted_error == timedelta(0)


def test_a_short_link_gives_neither_address_nor_time() -> None:
    mark = recognise("#clouds", "via Instagram ift.tt/1fCJLVn", ())

    assert mark is not None
    assert (mark.url, mark.posted_at) == (None, None)


def test_of_several_posts_the_first_that_can_be_dated_is_taken() -> None:
    mark = recognise("", "https://instagram.com/share/p/BACiUUUYQV and instagr.am/p/nodate and instagr.am/p/DQWAj/", ())

    assert mark is not None
    assert mark.url == SEARCH
    assert mark.posted_error == timedelta(days=3)


def test_of_several_posts_without_a_date_the_first_is_taken() -> None:
    mark = recognise("", "http://instagr.am/p/nodate/ http://instagr.am/p/neither/", ())

    assert mark is not None
    assert mark.url == "https://www.instagram.com/p/nodate/"


def test_an_address_in_the_title_is_no_mark_but_serves_a_copy_known_otherwise() -> None:
    title = "geek or nerd http://instagr.am/p/DQWAj/"
    mark = recognise(title, "", ("uploaded:by=instagram",))

    assert recognise(title, "", ()) is None
    assert mark is not None
    assert (mark.marked_by, mark.url) == (Mark.MACHINE_TAG, SEARCH)


@pytest.mark.parametrize(
    "piece",
    [
        "<",
        "<a ",
        "<a href=",
        '<a href="',
        "<a href='",
        '<a "',
        "<b>",
        "<b><a href=x>",
        "<!--",
        "&",
        "&#",
        "9",
        "&#9",
        "a.",
        "a",
        "/",
        "http://",
        "instagr.am/p/",
        "instagram.com/p/x/ ",
        "via ",
        " ",
        "via\n",
        "—",
        "%2F",
        "http://instagr.am/p/",
        "instagram://media?id=",
    ],
)
@pytest.mark.parametrize("start", ["", "&#", "instagr.am/p/", '<a href="http://instagr.am/', "http://"])
def test_a_long_run_of_one_thing_is_read_in_one_go(start: str, piece: str) -> None:
    caption = start + piece * (100_000 // len(piece))

    recognise("", caption + ' <a href="http://instagr.am/p/DQWAj/">x</a>', ())


def test_a_link_behind_megabytes_of_nested_markup_is_found() -> None:
    caption = "<b><i>" * 200_000 + "text " * 100_000 + '<a href="http://instagr.am/p/DQWAj/">x</a>'

    assert _codes(caption) == ["DQWAj"]


@pytest.mark.long
def test_no_caption_whatever_raises() -> None:
    rng = random.Random(20261122)
    pieces = [
        *"<>/\"'&;#%.:?=@-_ \n\\\0\ud800\u202e—…",
        *(
            "a",
            "href",
            "<a href=",
            "</a>",
            "http://",
            "https:",
            "//",
            "instagram",
            "instagr.am",
            ".com",
            "/p/",
            "share",
        ),
        *("reels/audio/", "via ", "ift.tt/", "DQWAj", "os1NQjxtvF", "&amp;", "&#x2F;", "&#99999999999", "%E2%80%94"),
        *("instagram://media?id=", "7331948469529384", "[::1]", "é", "写", "🌊", "<!--", "-->", "x" * 40),
    ]
    for _ in range(20_000):
        caption = "".join(rng.choices(pieces, k=rng.randrange(25)))
        mark = recognise(caption, caption, [caption])
        posts = post_links(caption)

        assert all(post.url.startswith("https://www.instagram.com/") and post.url.isascii() for post in posts)
        assert not posts or (mark is not None and mark.marked_by is Mark.LINK)
