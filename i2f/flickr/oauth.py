"""Logging in: Flickr's three steps of OAuth 1.0a with a person in the middle.

A request token is fetched, the person opens Flickr's page with it and agrees, Flickr shows a code of nine digits, and
the code is exchanged for a token. The exchange is made once: if its answer is lost, the code is used up (401
token_rejected, FlickrjApi4Android 23), and the person begins anew. Nothing found says that tokens expire. Nothing
is written to a disk here, and flickrapi, which would, is kept from it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from i2f.flickr.failures import LOGIN_AGAIN, Passing, stopped
from i2f.flickr.retry import RetryPolicy, persist
from i2f.ground.errors import LoginError, SettingsError, StoppedError
from i2f.ground.log_redaction import hide
from i2f.ground.rate_limit import CallBudget

HOST = "www.flickr.com"
PERMS = "write"


class Wire(Protocol):
    """flickrapi on a session of ours, as flickr_client.py makes it."""

    api: Any

    def ask(self, now: Callable[[], float], call: Callable[..., Any], *args: Any, **params: Any) -> Any:
        """Make one call; raises Passing or what is final."""

    def close(self) -> None:
        """Close the connection."""


@dataclass(frozen=True, slots=True)
class Token:
    """A fresh login; `perms` is what was asked for."""

    token: str = field(repr=False)
    token_secret: str = field(repr=False)
    nsid: str
    username: str
    fullname: str
    perms: str


class PendingLogin:
    """A login that waits for the person's code."""

    def __init__(self, wire: Wire, budget: CallBudget, perms: str) -> None:
        """Keep the request token, in memory only."""
        self._wire = wire
        self._perms = perms
        self._budget = budget

    def finish(self, code: str) -> Token:
        """Exchange the code, with dashes or without, for a token. Raises LoginError."""
        digits = re.sub(r"[^0-9]", "", code)
        if len(digits) != 9:
            raise LoginError(f"Flickr's code has nine digits, as 123-456-789; {LOGIN_AGAIN}")
        # Sent as Flickr shows it; whether it takes the bare digits is not known.
        return self.finish_with(f"{digits[:3]}-{digits[3:6]}-{digits[6:]}")

    @property
    def request_token(self) -> str:
        """What Flickr's page is opened with, and names when it leads back."""
        return str(self._wire.api.flickr_oauth.resource_owner_key)

    def close(self) -> None:
        """Give this login up."""
        self._wire.close()

    def finish_with(self, verifier: str) -> Token:
        """Exchange what Flickr gave, as it gave it, for a token. Raises LoginError."""
        hide(verifier)
        self._budget.take()
        try:
            self._wire.ask(self._budget.clock.now, self._wire.api.get_access_token, verifier)
        except Passing as error:
            if not error.reached:
                raise stopped(error, HOST) from None
            raise LoginError(f"Flickr's reply to the code was lost ({error}); {LOGIN_AGAIN}") from None
        finally:
            self._wire.close()
        made = self._wire.api.token_cache.token
        hide(made.token, made.token_secret)
        return Token(made.token, made.token_secret, made.user_nsid, made.username, made.fullname, self._perms)


def begin(
    wire: Wire, budget: CallBudget, policy: RetryPolicy, callback: str = "oob", perms: str = PERMS
) -> tuple[str, PendingLogin]:
    """Fetch a request token; return the address the person opens, and what waits for the code.

    `callback` is where Flickr shall lead once access was approved; "oob" makes it show nine digits instead. `perms` is
    what the login shall allow.
    """

    def ask() -> None:
        budget.take()
        wire.ask(budget.clock.now, wire.api.get_request_token, oauth_callback=callback)

    try:
        persist(ask, policy, budget.clock)
    except Passing as error:
        wire.close()
        raise stopped(error, HOST) from None
    except LoginError:
        wire.close()
        # There is no login yet that could be wrong, so it is the key.
        raise SettingsError("Flickr rejects the key; check [flickr] api_key and api_secret, or run `setup`") from None
    except (SettingsError, StoppedError):
        wire.close()
        raise
    hide(wire.api.flickr_oauth.resource_owner_key, wire.api.flickr_oauth.resource_owner_secret)
    # flickrapi remembers here what was asked for, and wants that before the last step.
    return wire.api.auth_url(perms=perms), PendingLogin(wire, budget, perms)
