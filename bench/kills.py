"""Kill the program at every step there is, and see that one more run finishes the work: `python -m bench.kills`.

A step is a statement of the journal, a change of the disk or a connection; besides, runs die while Flickr is at
work on a request, after it has done its work and before the answer comes, and at moments of chance. After every
kill the account, the backups and the journal are looked at (tests/killing.py says at what), then one more run must
finish. The same with pictures sent as posted: undone to the byte, then redone as the originals; and for `new` and for
the deletions of its `undo` (tests/killing_new.py). Uses the sandbox, paints its own photographs, takes some minutes.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.support.killing import MOMENTS, REQUESTS, Roll, Scene, die_at_step, scene, steps_of  # noqa: E402
from tests.support.killing_new import (  # noqa: E402
    DELETE_REQUESTS,
    NEW_REQUESTS,
    NewScene,
    PreparedPosts,
    new_dies_at,
    new_scene,
    new_steps_of,
)
from tests.support.quick_program import KILLED, Zygote  # noqa: E402


class Bench:
    """Counts kills by kind."""

    def __init__(self, roll: Roll, zygote: Zygote, place: Path, kills: Counter[str]) -> None:
        """The kills so far are counted on."""
        self.kills = kills
        self._roll = roll
        self._zygote = zygote
        self._place = place

    def once(self, kind: str, command: str, die: Callable[[Scene], bool]) -> None:
        """One kill, one look, one finish."""
        with scene(self._roll, self._place / "home", self._zygote) as one:
            if command == "undo" and one.sync() != 0:
                raise AssertionError("the sync before an undo failed")
            self.kills[kind] += die(one)
            one.flickr.faults.clear()
            one.check(most_versions=1 if command == "sync" else 2)
            (one.finish if command == "sync" else one.finish_undo)()
            if command == "undo" and self._roll.words:
                one.redo_as_originals()
        if self.kills.total() % 25 == 0:
            sys.stderr.write(f"{self.kills.total()} kills\n")

    def count_steps(self, command: str) -> int:
        """The steps of an undisturbed run."""
        with scene(self._roll, self._place / "home", self._zygote) as one:
            if command == "undo":
                one.sync()
            return steps_of(one, command)

    def every_step(self, command: str, stride: int) -> None:
        """Die at every step of a run."""
        for step in range(1, self.count_steps(command) + 1, stride):
            self.once(f"{self._name(command)}, at a step", command, partial(die_at_step, command=command, step=step))

    def every_request(self, command: str) -> None:
        """Die at each of the requests, before, instead of and after the work."""
        for name in REQUESTS:
            for moment in MOMENTS:
                die = partial(_die_at_request, command=command, name=name, moment=moment)
                self.once(f"{self._name(command)}, {moment} of a request", command, die)

    def _name(self, command: str) -> str:
        return " ".join((command, *self._roll.words))

    def at_random(self, command: str, count: int, chance: random.Random) -> None:
        """Die after a time of chance."""
        for _ in range(count):
            die = partial(_die_after, command=command, seconds=chance.uniform(0.01, 0.3))
            self.once(f"{self._name(command)}, at a moment of chance", command, die)


class UploadBench:
    """The same for `new`, and for an `undo` that deletes what it uploaded."""

    def __init__(self, prepared: PreparedPosts, zygote: Zygote, place: Path, kills: Counter[str]) -> None:
        """Kills are counted with the others."""
        self._prepared = prepared
        self._zygote = zygote
        self._place = place
        self._kills = kills

    def every(self, command: str, stride: int) -> None:
        """Die at every step, and at each request before, instead of and after the work."""
        with new_scene(self._prepared, self._place / "home", self._zygote) as one:
            self._begin(one, command)
            steps = new_steps_of(one, command)
        for step in range(1, steps + 1, stride):
            self._once(f"{_name(command)}, at a step", command, partial(new_dies_at, command=command, step=step))
        for name in NEW_REQUESTS if command == "new" else DELETE_REQUESTS:
            for moment in MOMENTS:
                die = partial(_new_dies_at_request, command=command, name=name, moment=moment)
                self._once(f"{_name(command)}, {moment} of a request", command, die)

    def _once(self, kind: str, command: str, die: Callable[[NewScene], bool]) -> None:
        with new_scene(self._prepared, self._place / "home", self._zygote) as one:
            self._begin(one, command)
            self._kills[kind] += die(one)
            one.flickr.faults.clear()
            one.check()
            one.finish(command)
        if self._kills.total() % 25 == 0:
            sys.stderr.write(f"{self._kills.total()} kills\n")

    @staticmethod
    def _begin(one: NewScene, command: str) -> None:
        if command == "undo" and one.run("new") != 0:
            raise AssertionError("the uploads before an undo failed")


def _name(command: str) -> str:
    return "new" if command == "new" else "undo of new"


def _new_dies_at_request(one: NewScene, command: str, name: str, moment: str) -> bool:
    one.kill_at(name, moment)
    return one.run(command) == KILLED


def _die_at_request(one: Scene, command: str, name: str, moment: str) -> bool:
    one.kill_at(name, moment)
    return (one.sync() if command == "sync" else one.undo()) == KILLED


def _die_after(one: Scene, command: str, seconds: float) -> bool:
    words: tuple[object, ...] = ("sync", one.roll.folder, *one.roll.words) if command == "sync" else ("undo", "--all")
    one.program.begin(*words)
    time.sleep(seconds)
    one.kill()
    ended = one.program.end().exit_code
    one.wait_for_flickr()
    return ended == KILLED


COMMANDS = ("sync", "undo", "sync-as-posted", "undo-as-posted", "new", "undo-new")


def run(commands: Sequence[str], stride: int, seed: int) -> Counter[str]:
    """All kills of these commands, counted by kind."""
    kills: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder, Zygote() as zygote:
        place = Path(folder)
        chance = random.Random(seed)
        for name in commands:
            command, _, what = name.partition("-")
            if "new" in (command, what):
                prepared = PreparedPosts.make(place / name, zygote)
                UploadBench(prepared, zygote, place, kills).every(command, stride)
                continue
            # A render takes a second: one photo, where there are four otherwise.
            roll = Roll.make(place / name, zygote, 1 if what else 4, as_posted=bool(what))
            bench = Bench(roll, zygote, place, kills)
            bench.every_step(command, stride)
            bench.every_request(command)
            bench.at_random(command, 40 // stride, chance)
    return kills


def main() -> None:
    """Run the bench and print what it did."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stride", type=int, default=1, help="take every so-manyth step only")
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--only", choices=COMMANDS, action="append", help="one of these commands")
    words = parser.parse_args()
    began = time.monotonic()
    kills = run(words.only or COMMANDS, words.stride, words.seed)
    for kind, count in sorted(kills.items()):
        sys.stdout.write(f"{count:5} {kind}\n")
    sys.stdout.write(
        f"{kills.total()} kills in {time.monotonic() - began:.0f} s; after each, one more run "
        "finished the work: nothing lost, nothing replaced or uploaded twice, nothing recorded that was not so\n"
    )


if __name__ == "__main__":
    main()
