"""No token, secret or login code in any log, whatever level is on and whoever writes it.

The libraries below us log what they sign: flickrapi its headers and the tokens it was given, oauthlib the client
with its secrets and every base string, requests_oauthlib the signed headers (read in flickrapi 2.4.0, oauthlib 4.0,
requests_oauthlib 2.0). So their loggers are filtered at the source, and a handler that formats for a person or a file
should carry the same filter. What is known to be secret is masked wherever it stands, and what looks like an
OAuth value is masked by its name. Control characters are made visible, since Flickr's texts are anybody's.
"""

from __future__ import annotations

import logging
import re
import threading
import traceback
from urllib.parse import quote

MASK = "***"
LOGGERS = (
    "flickrapi",
    "flickrapi.core",
    "flickrapi.tokencache",
    "flickrapi.auth.OAuthFlickrInterface",
    "oauthlib.oauth1.rfc5849",
    "oauthlib.oauth1.rfc5849.signature",
    "requests_oauthlib.oauth1_auth",
    "urllib3.connection",
    "urllib3.connectionpool",
    "urllib3.poolmanager",
    "urllib3.response",
)

# A name as it stands in a header, a query (escaped up to twice), a dict or an attribute, then its value.
_NAMED = re.compile(
    r"(?P<name>oauth_(?:token(?:_secret)?|signature|verifier|nonce|consumer_key)|api_secret|api_key"
    r"|client_key|client_secret|resource_owner_(?:key|secret)|verifier|Signature|[Pp]roxy-[Aa]uthorization)"
    r"(?P<between>[\"']?\s*(?:=|:|,|%3D|%253D)\s*(?:u|b)?[\"']?)"
    r"(?P<value>(?:[^\s\"'&,;)}%]|%(?!26|2526)[0-9A-Fa-f]{2})+)"
)
_USERINFO = re.compile(r"(://)[^/@\s:]+:[^/@\s]+@")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

_hidden: set[str] = set()
_guard = threading.Lock()


def hide(*values: str) -> None:
    """Mask these values from now on, as they are and escaped for addresses."""
    with _guard:
        for value in values:
            if len(value) >= 6:
                _hidden.update({value, quote(value, safe=""), quote(quote(value, safe=""), safe="")})


def masked(text: str) -> str:
    """Return the text without what is secret."""
    # By name first: a secret that is also a word must not spoil the names.
    text = _NAMED.sub(lambda found: found["name"] + found["between"] + MASK, text)
    with _guard:
        known = sorted(_hidden, key=len, reverse=True)
    for value in known:
        text = text.replace(value, MASK)
    text = _USERINFO.sub(rf"\1{MASK}@", text)
    return _CONTROL.sub(lambda found: f"\\x{ord(found.group()):02x}", text)


class MaskSecrets(logging.Filter):
    """Rewrites every record, tracebacks included, before anybody formats it."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Mask the record; it always passes."""
        try:
            message = record.getMessage()
        except (TypeError, ValueError, KeyError):
            message = str(record.msg)
        record.msg, record.args = masked(message), None
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = "\n".join(masked(line) for line in record.exc_text.splitlines())
        return True


def masked_traceback(error: BaseException) -> str:
    """Return a traceback for --debug, its causes included, without what is secret."""
    return "\n".join(masked(line) for text in traceback.format_exception(error) for line in text.splitlines())


_MASKS = MaskSecrets()


def mask_libraries() -> None:
    """Filter the libraries' loggers at their source, and keep their complaints off a terminal nobody asked."""
    for name in LOGGERS:
        logging.getLogger(name).addFilter(_MASKS)
    # Without any handler Python prints warnings; flickrapi writes the bodies of failed answers at that level.
    silent = logging.getLogger("flickrapi")
    if not any(isinstance(handler, logging.NullHandler) for handler in silent.handlers):
        silent.addHandler(logging.NullHandler())
