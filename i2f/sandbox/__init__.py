"""A pretend Flickr on the loopback, and painted photographs: the demo and the tests live on them.

    with SandboxFlickr() as flickr:
        photo_id = flickr.add_photo(data, title="Harbour", description="via Instagram http://ift.tt/1fCJLVn")
        token, token_secret = flickr.issue_token("write")
        ...

It behaves as public recordings and the documentation say that Flickr does; where they are silent, `flickr.habits`
has a switch. `flickr.faults` makes the weather bad (sandbox.kinds), `flickr.log` knows every request.
"""

from __future__ import annotations

from i2f.sandbox.flickr.account import Account, Habits, StoredPhoto
from i2f.sandbox.flickr.faults import Fault
from i2f.sandbox.flickr.routes import Request
from i2f.sandbox.flickr.server import SandboxFlickr

__all__ = ["Account", "Fault", "Habits", "Request", "SandboxFlickr", "StoredPhoto"]
