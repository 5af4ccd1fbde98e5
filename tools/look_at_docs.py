"""Open every page in Chromium, on a desktop and on a telephone, and look.

Fails on errors in the console, on requests that leave this machine, and on pages that
are wider than the telephone. `make look` runs it; pictures: docs/_build/looks.
"""

import argparse
import base64
import functools
import json
import shutil
import sys
import tempfile
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from selenium import webdriver

HTML = Path(__file__).parents[1] / "docs/_build/html"
LOOKS = HTML.parent / "looks"
WIDTHS = {"desktop": 1280, "telephone": 390}
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


def look_at(browser, address, page, width, theme, picture):
    """Open a page at a width, take its picture, give what is wrong with it."""
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {
            "width": width,
            "height": 900,
            "deviceScaleFactor": 1,
            "mobile": width < 600,
        },
    )
    browser.get(address + page)
    browser.execute_script(f"document.documentElement.dataset.theme = '{theme}'")
    errors = [
        f"asks for {url}"
        for url in requests(browser)
        if not url.startswith((address, "data:", "blob:", "chrome"))
    ]
    errors += [
        entry["message"]
        for entry in browser.get_log("browser")
        if entry["level"] == "SEVERE"
    ]
    excess = browser.execute_script(WIDTH_OF_PAGE) - width
    if excess > 0:
        errors.append(f"{excess} pixels wider than the window")
    height = browser.execute_script("return document.documentElement.scrollHeight")
    clip = {
        "x": 0,
        "y": 0,
        "width": width,
        "height": min(height, TALLEST),
        "scale": 1,
    }
    shot = browser.execute_cdp_cmd(
        "Page.captureScreenshot", {"captureBeyondViewport": True, "clip": clip}
    )
    picture.parent.mkdir(parents=True, exist_ok=True)
    picture.write_bytes(base64.b64decode(shot["data"]))
    return errors


def main():
    """Look at all pages, or at those that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", nargs="*", help="as guide/text.html; else all")
    parser.add_argument("--html", type=Path, default=HTML)
    parser.add_argument("--out", type=Path, default=LOOKS)
    parser.add_argument("--theme", choices=["light", "dark"], default="light")
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
            for name, width in WIDTHS.items():
                picture = arguments.out / name / page.replace("/", ".")
                picture = picture.with_suffix(".png")
                theme = arguments.theme
                for error in look_at(browser, address, page, width, theme, picture):
                    n_errors += 1
                    print(f"{page}, {name}: {error}")
        browser.quit()
    print(f"{len(pages)} pages at {len(WIDTHS)} widths, {n_errors} errors")
    sys.exit(n_errors > 0)


if __name__ == "__main__":
    main()
