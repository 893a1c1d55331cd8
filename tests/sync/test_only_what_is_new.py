"""A run after others compares what is new alone, and decides as a run from nothing: whatever came, went or moved."""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from i2f.ground.model import Candidate
from i2f.matching import ranking, search
from i2f.memory.journal import Journal
from i2f.photos.folder import find_files
from i2f.photos.sources import find_originals
from i2f.sync.candidates import assess
from i2f.sync.gallery import Gallery, as_candidates
from i2f.sync.originals import read_folder
from tests.support.photographs import camera_exif
from tests.support.scenes import bytes_of, scene
from tests.support.sessions import RecordedProgress

pytestmark = pytest.mark.usefixtures("quick_workers")
SCENES = 12


@pytest.fixture(scope="module")
def drawer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Small photographs: scenes, a brighter edit of one, one without EXIF, and a picture that is all the same."""
    folder = tmp_path_factory.mktemp("drawer")
    for seed in range(SCENES):
        picture = Image.fromarray(bytes_of(scene(seed, 240, 320)))
        when = camera_exif(taken=f"2012:06:{1 + seed:02d} 12:00:00")
        picture.save(folder / f"IMG_{seed:04d}.JPG", quality=90, exif=when)
    shown = scene(3, 240, 320)
    Image.fromarray(bytes_of(shown**0.9)).save(folder / "IMG_E0003.JPG", quality=92)
    Image.fromarray(bytes_of(shown)).save(folder / "saved.jpg", quality=80)
    Image.fromarray(bytes_of(np.full((240, 320, 3), 0.5))).save(folder / "grey.png")
    return folder


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A square of a scene, one mirrored, and one that shows nothing that anybody has."""
    folder = tmp_path_factory.mktemp("copies")
    squares = [bytes_of(scene(seed, 240, 320))[:, 40:280] for seed in (3, 5, 201)]
    squares[1] = squares[1][:, ::-1]
    found = {}
    for number, square in enumerate(squares):
        file = folder / f"{number}.jpg"
        Image.fromarray(np.ascontiguousarray(square)).save(file, quality=88)
        found[hashlib.sha256(file.read_bytes()).hexdigest()] = file
    return found


@pytest.fixture
def short_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rankings so short that a dozen photographs do not all find room, as a life's do not."""
    for module in (ranking, search):
        monkeypatch.setattr(module, "SHORTLIST", 8)
        monkeypatch.setattr(module, "SPARE", 2)


class Phone:
    """A folder that changes between runs, and the journal of all of them."""

    def __init__(self, place: Path, drawer: Path, copies: dict[str, Path]) -> None:
        self.folder = place / "phone"
        self.folder.mkdir()
        self._place, self._drawer, self._copies = place, drawer, copies
        self.state = place / "state"
        self.state.mkdir()
        self.journal = Journal(self.state / "journal.sqlite3")

    def add(self, name: str, under: str = "") -> None:
        """One of the drawer's files appears, perhaps once more under another name."""
        target = self.folder / (under or name)
        target.parent.mkdir(exist_ok=True)
        shutil.copy(self._drawer / name, target)

    def run(self, journal: Journal | None = None) -> dict[str, list[Candidate]]:
        """The candidates of every copy, as this journal's run has them."""
        journal = journal or self.journal
        gallery = self.gallery(journal)
        answers = assess(self._copies, gallery, journal, lambda: None)
        return {sha256: as_candidates(answers[sha256], gallery, "camera") for sha256 in self._copies}

    def gallery(self, journal: Journal | None = None) -> Gallery:
        """The originals, as this journal's run reads them."""
        return read_folder(find_files([self.folder]).files, journal or self.journal, RecordedProgress()).gallery

    def run_from_nothing(self) -> dict[str, list[Candidate]]:
        """The same with a journal that knows nothing."""
        fresh = self._place / "fresh"
        fresh.mkdir()
        journal = Journal(fresh / "journal.sqlite3")
        found = self.run(journal)
        journal.close()
        shutil.rmtree(fresh)
        return found

    def files(self) -> list[Path]:
        """What lies there, in order."""
        return sorted(one for one in self.folder.rglob("*") if one.is_file())


@pytest.fixture
def phone(tmp_path: Path, drawer: Path, copies: dict[str, Path]) -> Iterator[Phone]:
    made = Phone(tmp_path, drawer, copies)
    yield made
    made.journal.close()


def change(phone: Phone, drawer: Sequence[str], chance: np.random.Generator) -> None:
    """One photograph comes, goes, is renamed, moved, or is there twice."""
    there = phone.files()
    what = chance.choice(["come", "come", "go", "rename", "move", "twice"])
    one = there[chance.integers(len(there))]
    name = str(chance.choice(drawer))
    if what == "come":
        phone.add(name)
    elif what == "go" and len(there) > 2:
        one.unlink()
    elif what == "rename":
        one.rename(one.with_name(f"X{chance.integers(1000)}{one.suffix}"))
    elif what == "move":
        target = phone.folder / f"album {chance.integers(3)}"
        target.mkdir(exist_ok=True)
        one.rename(target / one.name)
    else:
        phone.add(name, f"again {chance.integers(100)} {name}")


@pytest.mark.long
def test_after_whatever_came_and_went_the_answers_are_those_of_a_run_from_nothing(
    phone: Phone, drawer: Path, short_lists: None
) -> None:
    names = sorted(one.name for one in drawer.iterdir())
    chance = np.random.default_rng(1)
    for name in chance.choice(names, 9, replace=False):
        phone.add(str(name))
    for _ in range(2):
        phone.run()
        for _ in range(chance.integers(2, 5)):
            change(phone, names, chance)
    assert phone.run() == phone.run_from_nothing()


def coarsely(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """What is left of a square picture in a dozen pixels a side."""
    small = Image.fromarray(picture).resize((12, 12), Image.Resampling.BOX)
    return np.asarray(small.resize(picture.shape[1::-1], Image.Resampling.BICUBIC), np.float32)


@pytest.mark.long
def test_what_looked_like_a_copy_that_nothing_explained_may_go(tmp_path: Path, drawer: Path) -> None:
    ghost = tmp_path / "the light of one scene and the detail of another.jpg"
    light, detail = (bytes_of(scene(seed, 240, 320))[:, 40:280] for seed in (3, 9))
    mixed = coarsely(light) + 1.5 * (detail - coarsely(detail))
    Image.fromarray(np.clip(mixed, 0, 255).astype(np.uint8)).save(ghost, quality=88)
    phone = Phone(tmp_path, drawer, {hashlib.sha256(ghost.read_bytes()).hexdigest(): ghost})
    for seed in (3, 4, 6):
        phone.add(f"IMG_{seed:04d}.JPG")
    phone.run()
    (phone.folder / "IMG_0004.JPG").unlink()
    assert phone.run() == phone.run_from_nothing()
    phone.journal.close()


class KilledError(Exception):
    """The run ends here."""


@pytest.mark.long
def test_a_run_that_ends_between_two_copies_is_finished_by_the_next_with_the_same_answers(
    phone: Phone, copies: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("i2f.sync.candidates.BATCH", 1)

    for seed in range(2, 5):
        phone.add(f"IMG_{seed:04d}.JPG")
        done = iter(("one copy",))

        def killed(done: Iterator[str] = done) -> None:
            if next(done, None) is None:
                raise KilledError

        with pytest.raises(KilledError):
            assess(copies, phone.gallery(), phone.journal, killed)
        phone.journal.close()
        phone.journal = Journal(phone.state / "journal.sqlite3")
    assert phone.run() == phone.run_from_nothing()


@pytest.mark.long
def test_a_folder_that_was_moved_and_renamed_is_neither_decoded_nor_compared_anew(
    phone: Phone, copies: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    for seed in range(4):
        phone.add(f"IMG_{seed:04d}.JPG")
    before = phone.run()
    for one in phone.files():
        one.rename(one.with_name(f"DSC{one.name[3:]}"))
    phone.folder = phone.folder.rename(phone.folder.with_name("pictures"))
    # Whoever wanted to decode an original, or to open a copy to compare it, would find nothing.
    monkeypatch.setattr("i2f.sync.originals.read_originals", lambda *_: iter(()))
    monkeypatch.setattr("i2f.sync.known_copies.checked_bytes", lambda *_: b"")
    after = phone.run()
    assert [[one.fit for one in after[copy]] for copy in copies] == [
        [one.fit for one in before[copy]] for copy in copies
    ]
    assert {one.original.path.parent.name for found in after.values() for one in found} == {"pictures"}


def padded(picture: bytes, middle: bytes) -> bytes:
    """A JPEG with a comment so long that its first and last bytes do not reach what differs."""
    comment = bytes(20_000) + middle + bytes(20_000)
    return picture[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2) + comment + picture[2:]


@pytest.mark.long
def test_files_that_begin_and_end_alike_are_told_apart_by_all_their_bytes(phone: Phone) -> None:
    for number, middle in enumerate((b"a", b"b")):
        name = phone.folder / f"{number}.jpg"
        phone.add("IMG_0001.JPG", name.name)
        name.write_bytes(padded(name.read_bytes(), middle))
    read = dict(zip(phone.files(), phone.gallery().contents, strict=True))
    first, second = phone.files()
    second.rename(phone.folder / "moved.jpg")
    again = dict(zip(phone.files(), phone.gallery().contents, strict=True))
    assert (again[first], again[phone.folder / "moved.jpg"]) == (read[first], read[second])
    assert read[first] != read[second]


@pytest.mark.long
def test_a_copy_damaged_in_between_is_not_taken_for_the_sound_file_that_is_known(phone: Phone) -> None:
    sound = phone.folder / "sound.jpg"
    phone.add("IMG_0001.JPG", sound.name)
    data = sound.read_bytes()
    sound.write_bytes(padded(data, b"a"))
    (known,) = phone.gallery().contents
    (phone.folder / "damaged.jpg").write_bytes(padded(data, b"b"))
    contents = dict(zip(phone.files(), phone.gallery().contents, strict=True))
    assert contents[sound] == known
    assert contents[phone.folder / "damaged.jpg"] != known


@pytest.mark.long
def test_photographs_in_an_archive_that_was_renamed_are_not_decoded_again(
    phone: Phone, drawer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = phone.folder / "takeout.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for seed in range(2):
            packed.write(drawer / f"IMG_{seed:04d}.JPG", f"2012/IMG_{seed:04d}.JPG")

    def contents() -> tuple[bytes, ...]:
        found = find_originals([phone.folder])
        return read_folder(found.files, phone.journal, RecordedProgress()).gallery.contents

    before = contents()
    assert len(before) == 2
    archive.rename(phone.folder / "backup.zip")
    monkeypatch.setattr("i2f.sync.originals.read_originals", lambda *_: iter(()))
    assert contents() == before
