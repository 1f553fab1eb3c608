"""Draws docs/lab.png: the lab while a convolutional network learns the digits.

    python docs/lab_picture.py

It needs Chromium, and Playwright from the extra `test`.
"""

import re
import shutil
import subprocess
import sys
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

PICTURE = Path(__file__).with_name("lab.png")
COLOURS = 128  # enough for the page, at a third of the size
PATIENCE = 120_000  # milliseconds


def learning(page: Page) -> bytes:
    """Train for four epochs, and return a picture of the layers at rest."""
    page.set_default_timeout(PATIENCE)
    expect(page.get_by_text(re.compile("rows"))).not_to_have_count(0, timeout=PATIENCE)
    for epoch in range(4):
        page.get_by_role("button", name=re.compile("^Epoch")).click()
        counter = page.locator("#counters div").filter(has_text="epoch").first
        expect(counter).to_contain_text(f"{epoch + 1} of", timeout=PATIENCE)
    page.locator('#rail a[href="#layers"]').click()
    expect(page.get_by_text("conv2d_1").first).to_be_visible(timeout=PATIENCE)
    page.wait_for_timeout(2000)
    return page.screenshot()


def main() -> None:
    """Start a lab, look, and write the picture."""
    command = [sys.executable, "-u", "-m", "pellucid", "lab", "mnist", "--no-browser"]
    lab = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        link = next(m[0] for line in lab.stdout or () if (m := re.search(r"http://\S+", line)))
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox"]
            )
            page = browser.new_page(viewport={"width": 1280, "height": 780})
            page.goto(link)
            seen = Image.open(BytesIO(learning(page))).convert("RGB")
    finally:
        lab.terminate()
    seen.quantize(COLOURS).save(PICTURE, optimize=True)


if __name__ == "__main__":
    main()
