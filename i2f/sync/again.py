"""Which restored photos are looked at once more: those a person wants back, and not those they called wrong.

`--again-run` and `--again-all` do again what `undo` took back. Somebody who rejects a match in `review` after undoing
it says that the replacement was wrong; swept up with all the others it would be sent a second time. So these are left
out and counted. They come back with `--again ID`, which obeys the rejection, or when the rejection is taken back.
What was accepted in `review` is counted too: that answer was for one replacement, which was undone. A match accepted
after that is wanted, and needs no option: `review` says that the next `sync` applies its answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Set

from i2f.ground.errors import UnknownPhotoError
from i2f.ground.wording import counted
from i2f.memory.history import History, Standing
from i2f.memory.journal import Journal
from i2f.memory.review_answers import is_accepted_since, is_refused_since, was_accepted_before
from i2f.sync.order import SyncOrder
from i2f.sync.session import Session


def check_again(session: Session, order: SyncOrder) -> None:
    """A run that is to be done again must be one. Raises UnknownPhotoError before the network is touched."""
    if order.again_run is not None and all(one.run != order.again_run for one in session.journal.record.entries()):
        raise UnknownPhotoError(f"nothing was replaced or restored in run {order.again_run}; `status` lists the runs")


def restored_again(session: Session, order: SyncOrder, histories: Mapping[str, History]) -> set[str]:
    """The photos that undo restored and that are decided again: of one run, or all, and those accepted since."""
    accepted = {
        photo_id
        for photo_id, one in histories.items()
        if one.standing is Standing.TAKEN_BACK
        and one.at is not None
        and is_accepted_since(session.journal, photo_id, one.at.timestamp())
    }
    if order.again_run is None and not order.again_all:
        return accepted
    of_run = {one.photo_id for one in session.journal.record.entries() if order.again_all or one.run == order.again_run}
    restored = {photo_id for photo_id in of_run if histories[photo_id].standing is Standing.TAKEN_BACK}
    wrong = {photo_id for photo_id in restored if _was_wrong(session.journal, photo_id, histories[photo_id], order)}
    if wrong:
        photos = counted(len(wrong), "restored photo is", "restored photos are")
        session.progress.say(f"{photos} left out: rejected in `review` since. To reconsider one: `--again ID`")
    elif not restored:
        session.progress.say(
            "No photo of that run is restored now; there is nothing to replace again"
            if order.again_run
            else "No photo is restored now; there is nothing to replace again"
        )
    _tell_used_up(session, restored - wrong, histories)
    return accepted | (restored - wrong)


def _tell_used_up(session: Session, photo_ids: Set[str], histories: Mapping[str, History]) -> None:
    """An answer that was applied and then undone is not applied a second time: say of how many that is so."""
    used_up = sum(
        was_accepted_before(session.journal, photo_id, at.timestamp())
        for photo_id in photo_ids
        if (at := histories[photo_id].at) is not None
    )
    if used_up:
        photos = counted(used_up, "restored photo was", "restored photos were")
        session.progress.say(f"{photos} accepted in `review`; what is uncertain needs review again after an undo")


def _was_wrong(journal: Journal, photo_id: str, history: History, order: SyncOrder) -> bool:
    """Whether the person rejected its match since it was restored."""
    rejected = history.at is not None and is_refused_since(journal, photo_id, history.at.timestamp())
    return rejected and photo_id not in order.again
