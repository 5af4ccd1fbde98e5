"""Open every page in Chromium, at three widths and in the dark, and look.

Fails on errors in the console, on requests that leave this machine, on what is wider
than its column and does not scroll, and on what axe-core finds: contrast, pictures
without words, links without names. `make look` runs it; pictures: docs/_build/looks.
"""

import argparse
import base64
import functools
import json
import shutil
import sys
import tempfile
import threading
from collections import namedtuple
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path

from selenium import webdriver

HTML = Path(__file__).parents[1] / "docs/_build/html"
LOOKS = HTML.parent / "looks"
View = namedtuple("View", "name width theme")
VIEWS = [
    View("desktop", 1280, "light"),
    View("tablet", 768, "light"),
    View("telephone", 390, "light"),
    View("dark", 1280, "dark"),
]
TALLEST = 4000  # pixels of a picture
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# A telephone makes its window as wide as the page, so that is no measure.
WIDTH_OF_PAGE = "return document.documentElement.scrollWidth"
# What sticks out of the column of the text, and is in nothing that scrolls or hides.
TOO_WIDE = """
const column = document.querySelector(".bd-article") || document.body;
const edge = column.getBoundingClientRect().right + 1;
const scrolls = (element) => element !== column
    && (getComputedStyle(element).overflowX !== "visible"
        || scrolls(element.parentElement));
return [...column.querySelectorAll("*")]
    .filter((element) => element.getBoundingClientRect().right > edge
        && !scrolls(element.parentElement))
    .map((element) => element.tagName.toLowerCase() + "." + element.className + " by "
        + Math.round(element.getBoundingClientRect().right - edge));
"""
AXE = files("axe_playwright_python").joinpath("axe.min.js")
# Of the rest of a page the theme is the author.
RUN_AXE = """
const done = arguments[arguments.length - 1];
axe.run(document.querySelector(".bd-article, main") || document, {
    runOnly: ["color-contrast", "image-alt", "link-name", "svg-img-alt"],
    resultTypes: ["violations"],
}).then((found) => done(found.violations.flatMap((rule) => rule.nodes.map(
    (node) => rule.id + ": " + node.target.join(" ") + " " + node.html.slice(0, 80)))));
"""


class Quiet(SimpleHTTPRequestHandler):
    """Serves the pages without a word."""

    def log_message(self, *args):
        """Say nothing."""


def serve(folder):
    """Serve a folder on a free port of this machine; give its address."""
    handler = functools.partial(Quiet, directory=folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/"


def open_browser(profile):
    """Start Chromium with an empty profile."""
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for argument in [*ARGUMENTS, f"--user-data-dir={profile}"]:
        options.add_argument(argument)
    options.set_capability(
        "goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"}
    )
    # Named, so that selenium does not look for one in the network.
    service = webdriver.ChromeService(shutil.which("chromedriver"))
    return webdriver.Chrome(options=options, service=service)


def requests(browser):
    """Give the addresses that the page has asked for."""
    for entry in browser.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            yield message["params"]["request"]["url"]


def open_page(browser, url, view):
    """Open a page as it is seen in a view."""
    size = {"width": view.width, "height": 900, "deviceScaleFactor": 1}
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {**size, "mobile": view.width < 600}
    )
    browser.get(url)
    browser.execute_script(f"document.documentElement.dataset.theme = '{view.theme}'")


def errors_of(browser, address, width):
    """List what is wrong with the open page."""
    yield from (
        f"asks for {url}"
        for url in requests(browser)
        if not url.startswith((address, "data:", "blob:", "chrome"))
    )
    for entry in browser.get_log("browser"):
        if entry["level"] == "SEVERE":
            yield entry["message"]
    excess = browser.execute_script(WIDTH_OF_PAGE) - width
    if excess > 0:
        yield f"{excess} pixels wider than the window"
    for element in browser.execute_script(TOO_WIDE)[:3]:
        yield f"wider than its column: {element}"


def violations(browser):
    """List what axe-core finds in the text of the open page."""
    browser.execute_script(AXE.read_text(encoding="utf-8"))
    return browser.execute_async_script(RUN_AXE)


def take_picture(browser, width, path):
    """Take a picture of the open page from its top."""
    height = browser.execute_script("return document.documentElement.scrollHeight")
    clip = {"x": 0, "y": 0, "width": width, "height": min(height, TALLEST), "scale": 1}
    shot = browser.execute_cdp_cmd(
        "Page.captureScreenshot", {"captureBeyondViewport": True, "clip": clip}
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(base64.b64decode(shot["data"]))


def look_at(browser, address, page, view, picture):
    """Open a page in a view, take its picture, give what is wrong with it."""
    open_page(browser, address + page, view)
    errors = list(errors_of(browser, address, view.width))
    if view.width == VIEWS[0].width:  # the same words and colours at any width
        errors += violations(browser)
    take_picture(browser, view.width, picture)
    return errors


def main():
    """Look at all pages, or at those that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", nargs="*", help="as guide/text.html; else all")
    parser.add_argument("--html", type=Path, default=HTML)
    parser.add_argument("--out", type=Path, default=LOOKS)
    arguments = parser.parse_args()
    pages = arguments.pages or sorted(
        str(path.relative_to(arguments.html))
        for path in arguments.html.rglob("*.html")
        if "_static" not in path.parts  # the theme's templates are no pages
    )
    n_errors = 0
    address = serve(arguments.html)
    with tempfile.TemporaryDirectory() as profile:
        browser = open_browser(profile)
        for page in pages:
            for view in VIEWS:
                picture = arguments.out / view.name / page.replace("/", ".")
                picture = picture.with_suffix(".png")
                for error in look_at(browser, address, page, view, picture):
                    n_errors += 1
                    print(f"{page}, {view.name}: {error}", flush=True)
        browser.quit()
    print(f"{len(pages)} pages in {len(VIEWS)} views, {n_errors} errors")
    sys.exit(n_errors > 0)


if __name__ == "__main__":
    main()
