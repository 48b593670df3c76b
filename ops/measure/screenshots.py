"""Pictures of every page, on a phone and a laptop, light and dark, into docs/screenshots: `make screenshots`.

The pages are those of `ops/harness/views.py`, on which axe and the validator judge too.
Usage: python -m ops.measure.screenshots [NAME…] [--into FOLDER] [--whole]
"""

from __future__ import annotations

import argparse
import io
from contextlib import nullcontext
from pathlib import Path
from typing import Final, Literal

from PIL import Image
from playwright.async_api import Page, async_playwright

from ops.harness.gallery import SCHEMES, SIZES, World, world
from ops.harness.people import CHROMIUM, FLAGS
from ops.harness.views import FILLED, SETUP, VIEWS, View
from ops.measure import signals

FOLDER: Final = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
QUALITY: Final = 60
"""Of WebP: at 60 small text stays crisp."""


async def main(names: list[str], into: Path, *, whole: bool = False) -> None:
    """Write the pictures; of whole pages, also what a screen does not show."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        async with world(browser, interpreter=True) as room, room.furnished():
            for view in dict.fromkeys((*VIEWS, *FILLED, SETUP)):
                if names and view.name not in names:
                    continue
                with room.without_administrators() if view == SETUP else nullcontext():
                    await _picture(room, view, into, whole=whole)
        await browser.close()


async def _picture(room: World, view: View, into: Path, *, whole: bool) -> None:
    for size, (width, height) in SIZES.items():
        page = await room.visitor.new_page()
        await page.set_viewport_size({"width": width, "height": height})
        await page.emulate_media(reduced_motion="reduce")
        await room.open(page, view)
        for scheme in SCHEMES:
            await _shoot(page, scheme, into / f"{view.name}-{size}-{scheme}.webp", whole=whole)
        await page.close()
    print(view.name, flush=True)


async def _shoot(page: Page, scheme: Literal["light", "dark"], path: Path, *, whole: bool) -> None:
    await page.emulate_media(color_scheme=scheme)
    await page.mouse.move(0, 0)
    picture = Image.open(io.BytesIO(await page.screenshot(full_page=whole)))
    picture.convert("RGB").save(path, quality=QUALITY, method=6)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("names", nargs="*", help="of views; all of them without")
    parser.add_argument("--into", type=Path, default=FOLDER)
    parser.add_argument("--whole", action="store_true", help="whole pages, not only what a screen shows at once")
    options = parser.parse_args()
    options.into.mkdir(parents=True, exist_ok=True)
    signals.run(main(options.names, options.into, whole=options.whole))
    sizes = [path.stat().st_size for path in options.into.glob("*.webp")]
    print(f"{len(sizes)} pictures, {sum(sizes) / 1024:.0f} KiB, in {options.into}")
