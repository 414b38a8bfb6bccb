"""Take a picture of one generated rule page, as a reader of docs/ sees it.

python -m scripts.picture_of_rule_page [--rule naloxone] [--to docs/screenshots/rule-page.png]
"""

import argparse
from pathlib import Path

from markdown_it import MarkdownIt
from playwright.sync_api import sync_playwright

DOCS = Path(__file__).resolve().parent.parent / "docs"
CHROMIUM = "/usr/bin/chromium"
STYLE = """
body { font: 15px/1.45 sans-serif; max-width: 1180px; margin: 24px auto; padding: 0 16px; color: #1c2733; }
table { border-collapse: collapse; width: 100%; font-size: 13px; } td, th { border: 1px solid #c9d1d9; padding: 4px 8px;
vertical-align: top; text-align: left; } th { background: #eef2f6; } code { background: #eef2f6; padding: 1px 4px; }
"""


def main() -> None:
    """Render the page's Markdown and photograph its top."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rule", default="naloxone")
    parser.add_argument("--to", type=Path, default=DOCS / "screenshots" / "rule-page.png")
    asked = parser.parse_args()
    words = (DOCS / "rules" / f"{asked.rule}.md").read_text(encoding="utf-8")
    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(words)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1240, "height": 1500})
        page.set_content(f"<!doctype html><html lang=en><title>{asked.rule}</title><style>{STYLE}</style>{body}</html>")
        page.screenshot(path=asked.to)
        browser.close()


if __name__ == "__main__":
    main()
