"""What names alone tell: no picture, a cloud's placeholder, thrown away, a thumbnail of another program's.

A name is never proof that something is a picture, which its content tells (formats.py); it only saves opening what
cannot be one, and says of what is not there what it would be.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from i2f.ground.wording import counted

VIDEO_ENDINGS = frozenset({".mov", ".mp4", ".m4v", ".avi", ".3gp", ".3g2", ".mkv", ".mpg", ".mpeg", ".mts", ".webm"})
SIDECAR_ENDINGS = frozenset({".aae", ".xmp", ".thm", ".lrv", ".pp3", ".dop", ".json"})
SYSTEM_NAMES = frozenset({"thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r"})
PICTURE_ENDINGS = frozenset(
    {
        ".bmp",
        ".jxl",
        ".jp2",
        ".psd",
        ".jpg",
        ".jpeg",
        ".jpe",
        ".jfif",
        ".mpo",
        ".heic",
        ".heif",
        ".hif",
        ".avif",
        ".png",
        ".apng",
        ".gif",
    }
    | {".tif", ".tiff", ".webp", ".dng", ".raw", ".cr2", ".cr3", ".nef", ".arw", ".raf", ".orf", ".rw2"},
)
LIBRARY_ENDINGS = frozenset({".photoslibrary", ".migratedphotolibrary", ".photolibrary", ".aplibrary"})
LIBRARY_ADVICE = (
    "a Photos library whose originals were not found; in Photos export the unmodified originals and name that folder "
    "instead"
)
UNREAD_DATABASE = (
    "its database is damaged or of an unknown kind: its files are read without names, and its trash is not known"
)
UNREAD_ARCHIVES = (".tgz", ".tar", ".tar.gz", ".7z", ".rar")
UNREAD_ARCHIVE = "an archive of a kind that is not read; unpack it first"
INNER_ARCHIVE = "an archive inside an archive; unpack it first"
# Placeholders of clouds that put the whole name of the missing file before an ending of their own; iCloud also a dot.
PLACEHOLDER_ENDINGS = {".icloud": "iCloud", ".nextcloud": "Nextcloud", ".owncloud": "ownCloud", ".cloud": "odrive"}
ONLINE_ONLY = "still in the cloud (OneDrive, Dropbox or iCloud); download it to this device first"
IN_TRASH, THUMBNAILS = "in trash folders", "in thumbnail folders"
_SKIPPED_FOLDERS = {
    "#recycle": IN_TRASH,
    "@recycle": IN_TRASH,
    ".recycle": IN_TRASH,
    "$recycle.bin": IN_TRASH,
    ".trash": IN_TRASH,
    ".trashes": IN_TRASH,
    "@eadir": THUMBNAILS,
    ".thumbnails": THUMBNAILS,
}
_TRASH_OF_A_USER = ".trash-"


def claims_to_be_a_picture(path: Path) -> bool:
    """Whether the file's name ends as pictures do; only then is a file without a picture in it named."""
    return path.suffix.lower() in PICTURE_ENDINGS


def in_skipped_folders(counts: Mapping[str, int]) -> str:
    """How many files lie in the folders that are not searched, in words; empty where there are none."""
    kinds = [kind for kind in (IN_TRASH, THUMBNAILS) if counts.get(kind)]
    total = sum(counts[kind] for kind in kinds)
    files = f"{total:,} file{'' if total == 1 else 's'}"
    if len(kinds) > 1:
        return f"{files} ({', '.join(f'{counts[kind]:,} {kind}' for kind in kinds)})"
    return f"{files} {kinds[0]}" if kinds else ""


def still_in(cloud: str) -> str:
    """Why a placeholder cannot be read, in words."""
    return f"still in {cloud}; download it there first"


def skipped_folder(name: str) -> str | None:
    """What a folder of this name holds that nobody wants to be searched; None for any other."""
    lower = name.lower()
    return IN_TRASH if lower.startswith(_TRASH_OF_A_USER) else _SKIPPED_FOLDERS.get(lower)


def kind_passed_over(name: str) -> str | None:
    """The kind of a file that is passed over by its name alone; None for any other."""
    lower = name.lower()
    ending = Path(lower).suffix
    if lower.startswith(".") or lower in SYSTEM_NAMES:
        return "hidden"
    if ending in SIDECAR_ENDINGS:
        return "sidecars"
    return "videos" if ending in VIDEO_ENDINGS else None


def is_unread_archive(name: str) -> bool:
    """Whether a file is a part of a Google Takeout in a format that is not read."""
    lower = name.lower()
    return lower.startswith("takeout") and lower.endswith(UNREAD_ARCHIVES)


def only_in_icloud(count: int) -> str:
    """How many photos of a library are not on this Mac, and what to do about it, in words."""
    photos = counted(count, "photo is", "photos are")
    return f"{photos} only in iCloud; in Photos choose Download Originals to this Mac"
