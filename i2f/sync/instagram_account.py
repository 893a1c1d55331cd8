"""What Instagram itself is asked, which is nothing unless the settings say so: the API's list, and short links.

Neither is ever needed, so a failure is told in one line and the run goes on without. A refreshed token is kept where
the login is (login_store.py); which token of the settings it came from is known by a hash, so that a new one in the
settings takes its place. Where a short link leads is kept in the journal, also when it leads nowhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace

from i2f.ground.errors import StoppedError, SyncError
from i2f.ground.log_redaction import hide
from i2f.ground.model import InstagramCopy
from i2f.ground.settings import Settings
from i2f.instagram.graph_api import GraphError, list_media, refresh, with_addresses
from i2f.instagram.posts import Post
from i2f.instagram.short_links import first_on_instagram, leads_to, short_links
from i2f.instagram.web import Web
from i2f.memory.login_store import keep_instagram_token, load_instagram_token
from i2f.memory.state_dir import RefreshedToken, StateFolder
from i2f.sync.session import USER_AGENT, Session
from instagram_client import post_links, posted_at

DAY_S = 86_400.0
# A token is good for sixty days; refreshed once a week it lives as long as somebody runs the program now and then.
REFRESH_AFTER_S = 7 * DAY_S
MOST_SILENT = 3
"""So many shorteners' silences in a row end the following for this run."""


def web_of(settings: Settings) -> Web:
    """How Instagram and the shorteners are reached."""
    flickr = settings.flickr
    return Web(flickr.connect_timeout_s, flickr.silence_timeout_s, USER_AGENT, settings.sandbox)


def with_account(
    settings: Settings, state: StateFolder, now: float, say: Callable[[str], None], posts: Sequence[Post]
) -> tuple[Post, ...]:
    """The posts of the export with what the API lists, where a token is set; without it, and a line, where that fails.

    `now` is the time in unix seconds.
    """
    token = settings.instagram.access_token
    if not token:
        return tuple(posts)
    web = web_of(settings)
    try:
        return with_addresses(posts, list_media(web, current_token(state.make(), web, token, now)))
    except SyncError as error:
        say(f"Posts are listed without Instagram's API: {error}")
        return tuple(posts)


def current_token(state: StateFolder, web: Web, configured: str, now: float) -> str:
    """The token of the settings, or the one it was refreshed to; refreshed once a week."""
    hide(configured)
    mark = hashlib.sha256(configured.encode()).hexdigest()
    kept = load_instagram_token(state)
    if kept is None or kept.of != mark:
        kept = RefreshedToken(mark, configured, 0.0)
    token = kept.token
    hide(token)
    if now - kept.refreshed_at < REFRESH_AFTER_S:
        return token
    try:
        fresh = refresh(web, token).token
    except GraphError:
        return token  # younger than a day, or expired, which the next question tells
    hide(fresh)
    keep_instagram_token(state, RefreshedToken(mark, fresh, now))
    return fresh


def follow_short_links(session: Session, copies: Sequence[InstagramCopy]) -> list[InstagramCopy]:
    """The copies, those known by a short link alone with the post it leads to; nothing where it is not asked for."""
    if not session.settings.instagram.follow_short_links:
        return list(copies)
    web, silences, followed = web_of(session.settings), 0, []
    for copy in copies:
        address = None
        for link in short_links(copy.photo.caption) if copy.mark.url is None else ():
            known = session.journal.fact(f"short link {link}")
            if known is None and silences < MOST_SILENT:
                try:
                    known = leads_to(web, link)
                    silences = 0
                    session.journal.remember(f"short link {link}", known)
                except StoppedError:
                    silences += 1
            address = address or (first_on_instagram([known]) if known else None)
        followed.append(_with_post(copy, address) if address else copy)
    if silences >= MOST_SILENT:
        session.progress.say("Short links were not followed: the shortener does not answer")
    return followed


def _with_post(copy: InstagramCopy, address: str) -> InstagramCopy:
    """The copy with the post of an address, dated if its code is."""
    posts = post_links(address)
    if not posts:
        return copy
    dated = posted_at(posts[0].code) if posts[0].code else None
    mark = replace(copy.mark, url=posts[0].url)
    return replace(copy, mark=replace(mark, posted_at=dated[0], posted_error=dated[1]) if dated else mark)
