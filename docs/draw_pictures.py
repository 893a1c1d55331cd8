"""Make the pictures of the documents anew: `python docs/draw_pictures.py`. Needs playwright and the system's Chromium.

Painted photographs, a pretend Flickr and the program itself, as in the demo, so that a picture in the documents never
shows anything the program does not do. Some of the copies are posted as if before their originals were taken, so that
there is something to review. What a terminal shows is written as SVG, the pages are photographed in light, dark and
at a phone's width. One more copy, with a filter, is rendered as posted. `python docs/draw_pictures.py as-posted` draws
that picture alone, and needs no browser.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont, ImageOps
from pillow_heif import register_heif_opener
from playwright.sync_api import Browser, FloatRect, Page, sync_playwright
from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from i2f.sandbox import SandboxFlickr  # noqa: E402 - the program's own folder comes first
from i2f.sandbox.photos.looks import Recipe, make_copy, random_recipe  # noqa: E402
from i2f.sandbox.photos.paint import paint, paint_roll  # noqa: E402
from tests.support.browser import FLAGS  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"
COLUMNS = 80
SIZES = {"light": (1280, 860, "light"), "dark": (1280, 860, "dark"), "phone": (390, 844, "light")}
# On a busy machine the last pictures come late.
LOOKS = 240
ALL_SHOWN = """[...document.images].every((image) =>
  (image.complete && image.naturalWidth) || image.getBoundingClientRect().top > innerHeight || !image.offsetParent)"""
TITLES = (
    "Sunday",
    "golden hour",
    "on the way home",
    "still here",
    "#latergram",
    "breakfast",
    "from the ferry",
    "quiet",
    "look up",
    "the old harbour",
    "market day",
    "first light",
    "rain again",
    "window seat",
)
# A post of January 2011, and one of 2026 that no clock contradicts.
TOO_EARLY = {2, 5, 7, 8, 10}
EARLY, LATE = "https://www.instagram.com/p/QK1/", "https://ift.tt/1fCJLVn"

# What is rendered as posted, and where its crop at 100 % begins, in shares of the picture.
SCENE, FILTERED = ("harbour", 2016), Recipe(width=612, filter="earlybird")
SPOT, PANEL, CAPTION, GAP = (0.3, 0.42), 420, 26, 10


def post(flickr: SandboxFlickr, folder: Path) -> None:
    """Copies of every other photograph; of two siblings the original is taken away, some are posted too early."""
    rng = np.random.default_rng(11)
    shots = paint_roll(folder, seed=2011)
    families: dict[tuple[str, int], list[Path]] = {}
    for shot in shots:
        if shot.kind in {"photo", "sibling"}:
            families.setdefault((shot.scene, shot.seed), []).append(shot.path)
    for number, files in enumerate(sorted(families.values())[: len(TITLES)]):
        with Image.open(files[0]) as picture:
            upright = ImageOps.exif_transpose(picture).convert("RGB")
        recipe = random_recipe(rng, ("EASY", "TYPICAL")[number % 2])
        if number in TOO_EARLY:  # as large as Instagram's copies were then
            recipe = replace(recipe, width=612, crop=replace(recipe.crop, shape="square"))
        data, _ = make_copy(upright, recipe)
        link = EARLY if number in TOO_EARLY else LATE
        flickr.add_photo(data, title=TITLES[number], tags="ifttt instagram", description=f"via Instagram {link}")
        if number in {4, 9}:
            files[0].unlink()


def run(environment: dict[str, str], *words: str) -> str:
    """What a command prints in a terminal of COLUMNS columns."""
    told = {"COLUMNS": str(COLUMNS), "FORCE_COLOR": "1", "TERM": "xterm-256color"}
    done = subprocess.run(
        [sys.executable, str(ROOT / "instagram2flickr.py"), *words],
        env=environment | told,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
        check=True,
    )
    return done.stdout


def draw_terminal(command: str, printed: str, file: Path) -> None:
    """A terminal as SVG, without the web fonts that rich would fetch."""
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        console = Console(record=True, width=COLUMNS, file=nowhere, force_terminal=True, color_system="truecolor")
        console.print(Text.assemble(("$ ", "dim"), command), end="\n\n")
        console.print(Text.from_ansi(printed))
        svg = console.export_svg(title="instagram2flickr", theme=MONOKAI)
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL).replace("Fira Code", "ui-monospace")
    file.write_text("\n".join(line.rstrip() for line in svg.splitlines()) + "\n", encoding="utf-8")


def photograph(browser: Browser, address: str, name: str, prepare: Callable[[Page], None] = lambda _: None) -> None:
    """A page in each of the sizes, after `prepare` brought it where it should be."""
    for kind, (width, height, scheme) in SIZES.items():
        page = browser.new_page(viewport={"width": width, "height": height})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.goto(address)
        page.wait_for_load_state("networkidle")
        prepare(page)
        page.wait_for_load_state("networkidle")
        for _ in range(LOOKS):  # not wait_for_function, which the review's content policy forbids
            if page.evaluate(ALL_SHOWN):
                break
            page.wait_for_timeout(500)
        page.wait_for_timeout(500)
        _shoot(page, PICTURES / f"{name}-{kind}.jpg")
        page.close()


def _shoot(page: Page, file: Path) -> None:
    page.screenshot(path=file, type="jpeg", quality=84)


def draw_pair(browser: Browser, address: str) -> None:
    """One card of the preview, as it is and while it is held."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(address)
    card = page.locator("article[data-kind=replace]").first
    card.locator("button.pair").hover()
    box = card.bounding_box()
    if box is None:
        raise RuntimeError("the card is not on the page")
    clip: FloatRect = {"x": 0, "y": box["y"], "width": 1280, "height": box["height"]}
    page.screenshot(path=PICTURES / "card.jpg", type="jpeg", quality=84, clip=clip)
    page.mouse.down()
    page.screenshot(path=PICTURES / "card-held.jpg", type="jpeg", quality=84, clip=clip)
    page.close()


def draw_review(browser: Browser, environment: dict[str, str]) -> None:
    """The review, as its own process serves it."""
    words = [sys.executable, str(ROOT / "instagram2flickr.py"), "review", "--no-browser"]
    with subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:
        if process.stdout is None:
            raise RuntimeError("the review has no standard output")
        process.stdout.readline()
        address = process.stdout.readline().strip()
        try:
            photograph(browser, address, "review")
            photograph(browser, address, "review-grid", lambda page: page.keyboard.press("g"))
            photograph(browser, address, "review-zoom", lambda page: page.keyboard.press("z"))
        finally:
            process.terminate()


def environment_for(flickr: SandboxFlickr, state: Path) -> dict[str, str]:
    """Leads a program to the simulated Flickr, logged in."""
    token, secret = flickr.issue_token("write")
    own = {
        "SANDBOX": flickr.url,
        "STATE": str(state),
        "FLICKR_API_KEY": flickr.api_key,
        "FLICKR_API_SECRET": flickr.api_secret,
        "FLICKR_TOKEN": token,
        "FLICKR_TOKEN_SECRET": secret,
    }
    plain = {name: value for name, value in os.environ.items() if not name.startswith("INSTAGRAM2FLICKR_")}
    return plain | {f"INSTAGRAM2FLICKR_{name}": value for name, value in own.items()}


def draw_as_posted(root: Path) -> None:
    """A copy with a filter, the render of it and its original: whole, and one spot at the render's 100 %."""
    folder, file = root / "as-posted", root / "rendered.jpg"
    folder.mkdir()
    photograph = paint(*SCENE)
    photograph.save(folder / "IMG_1.JPG", quality=95)
    data, window = make_copy(photograph, FILTERED)
    with SandboxFlickr() as flickr:
        words = f"via Instagram {LATE}"
        photo_id = flickr.add_photo(data, title=TITLES[0], tags="ifttt instagram", description=words)
        environment = environment_for(flickr, root / "as-posted-state")
        run(environment, "sync", str(folder), "--dry-run", "--as-posted")
        run(environment, "render", photo_id, "--to", str(file))
    with Image.open(io.BytesIO(data)) as copy, Image.open(file) as rendered:
        size = rendered.size
        left, top = (
            round((middle - share / 2) * length)
            for middle, share, length in zip(window.center, window.size, photograph.size, strict=True)
        )
        shown = (
            (f"The copy on Flickr, {copy.width} pixels", copy.resize(size, Image.Resampling.LANCZOS)),
            (f"As posted, rendered from the original: {size[0]} pixels", rendered),
            ("The original's part", photograph.crop((left, top, left + size[0], top + size[1]))),
        )
        triptych(shown).save(PICTURES / "as-posted.jpg", quality=88)


def triptych(shown: Sequence[tuple[str, Image.Image]]) -> Image.Image:
    """Pictures of one size beside each other, each with its caption: whole, and below that a spot of it at 100 %."""
    page = Image.new("RGB", (len(shown) * (PANEL + GAP) - GAP, CAPTION + 2 * PANEL + GAP), "white")
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(size=15)
    for place, (caption, picture) in enumerate(shown):
        x = place * (PANEL + GAP)
        pen.text((x, 3), caption, fill="#333333", font=font)
        page.paste(picture.resize((PANEL, PANEL), Image.Resampling.LANCZOS), (x, CAPTION))
        left, top = (round(share * side) for share, side in zip(SPOT, picture.size, strict=True))
        page.paste(picture.crop((left, top, left + PANEL, top + PANEL)), (x, CAPTION + PANEL + GAP))
    return page


def draw(root: Path, program: str) -> None:
    """Everything that shows the program's pages, in a folder that is thrown away afterwards."""
    folder, plan = root / "Pictures" / "iphone", root / "plan.html"
    folder.parent.mkdir()
    with SandboxFlickr() as flickr, sync_playwright() as driver:
        post(flickr, folder)
        environment = environment_for(flickr, root / "state")
        printed = run(environment, "sync", str(folder), "--dry-run", "--preview", str(plan))
        draw_terminal(
            "instagram2flickr.py sync ~/Pictures/iphone --dry-run --preview plan.html",
            printed,
            PICTURES / "terminal.svg",
        )
        browser = driver.chromium.launch(executable_path=program, args=list(FLAGS))
        photograph(browser, plan.as_uri(), "preview")
        photograph(browser, plan.as_uri(), "preview-grid", lambda page: page.keyboard.press("g"))
        draw_pair(browser, plan.as_uri())
        draw_review(browser, environment)
        browser.close()


def main(words: Sequence[str]) -> None:
    """Find the browser, draw."""
    alone = list(words) == ["as-posted"]
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None and not alone:
        raise SystemExit("there is no Chromium on this machine")
    register_heif_opener()
    PICTURES.mkdir(exist_ok=True)
    root = Path(tempfile.gettempdir()) / "anna"  # one name, so that pictures drawn anew differ in nothing else
    root.mkdir()
    try:
        draw_as_posted(root)
        if program is not None and not alone:
            draw(root, program)
    finally:
        shutil.rmtree(root)


if __name__ == "__main__":
    main(sys.argv[1:])
