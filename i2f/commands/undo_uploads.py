"""The half of `undo` that deletes: photos that `new` uploaded, when nobody has touched them since.

Deleting is the one thing this program's own login does not allow. The permission is asked for at this moment, by
Flickr's page and its nine digits, used for this run, and kept nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flickr_client import Access, FlickrClient, begin_delete_login
from i2f.ground.errors import LoginError, NotAllowedError
from i2f.ground.model import OutcomeKind
from i2f.memory.uploads import UploadHistory, UploadStanding
from i2f.sync.remover import Remover
from i2f.sync.session import Session, claim_account, network
from i2f.sync.verify import Outcome

NEEDS_YES = "deleting an upload needs a terminal to ask in, or --yes; it was left unchanged"


def find_deletable(
    uploads: Mapping[str, UploadHistory], photo_ids: Sequence[str], run: str | None
) -> dict[str, UploadHistory]:
    """The uploads that an undo of these photos, of this run, or (neither) of everything is about, by photo id."""
    return {
        one.photo_id: one
        for one in uploads.values()
        if one.photo_id is not None
        and one.standing in {UploadStanding.UPLOADED, UploadStanding.DELETING}
        and (one.photo_id in photo_ids if photo_ids else run is None or one.uploaded_in == run)
    }


def delete_uploads(session: Session, wanted: Mapping[str, UploadHistory], outcomes: dict[str, Outcome]) -> None:
    """Delete them, one after the other; fills the outcomes. Raises LoginError where nobody gave the permission."""
    if not wanted:
        return
    session.progress.stage("Deleting uploads", len(wanted))
    with_permission: FlickrClient | None = None
    try:
        for photo_id, history in wanted.items():
            session.progress.working_on(photo_id)
            try:
                outcome = Remover(session, with_permission or session.flickr).delete(history)
            except NotAllowedError:
                if with_permission is not None:
                    raise
                with_permission = _log_in_to_delete(session)
                outcome = Remover(session, with_permission).delete(history)
            outcomes[photo_id] = outcome
            if outcome.outcome is not OutcomeKind.DELETED:
                session.progress.say(f"{photo_id}: {outcome.outcome}: {outcome.note}")
            session.progress.step()
    finally:
        if with_permission is not None:
            with_permission.close()


def _log_in_to_delete(session: Session) -> FlickrClient:
    """A client whose login may delete; it lives as long as this run."""
    flickr, reached = session.settings.flickr, network(session.settings)
    address, pending = begin_delete_login(flickr.api_key, flickr.api_secret, reached, session.budget)
    code = session.progress.ask(
        "Deleting photos needs a permission that this program does not keep.\n"
        "Open this URL, approve access, and paste the 9-digit code here:\n"
        f"  {address}\nCode:"
    )
    if not code:
        pending.close()
        raise LoginError("no code was given, so no upload was deleted. Run `undo` again")
    token = pending.finish(code)
    claim_account(session.journal, token.nsid, token.username)
    access = Access(flickr.api_key, flickr.api_secret, token.token, token.token_secret)
    return FlickrClient(access, reached, session.budget, session.clock)
