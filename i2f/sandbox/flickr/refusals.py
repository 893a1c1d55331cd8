"""The two ways of refusing: Flickr says no in two languages.

A `Refusal` is its own (HTTP 200, stat=fail, a code), an `OAuthRefusal` is that of OAuth (HTTP 400 or 401, text/plain,
a query string beginning oauth_problem=).
"""

from __future__ import annotations


class Refusal(Exception):
    """Flickr's own failure: stat=fail with a code and a message."""

    def __init__(self, code: int, message: str) -> None:
        """Keep the code and the words."""
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class DuplicateRefusal(Refusal):
    """The account holds this very file already, as the photo that is named."""

    def __init__(self, photo_id: str) -> None:
        """Keep which photo it is."""
        super().__init__(9, "Duplicate photo/video detected")
        self.photo_id = photo_id


class OAuthRefusal(Exception):
    """OAuth's failure: an HTTP status and a query string as plain text."""

    def __init__(self, status: int, problem: str) -> None:
        """Keep the status and what comes after oauth_problem=."""
        super().__init__(problem)
        self.status = status
        self.problem = problem
