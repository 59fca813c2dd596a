"""The manual as its readers get it: built, with every link and place that it names."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from nbdoctor.rules import catalogue

ROOT = Path(__file__).parents[2]


class Page(HTMLParser):
    """What a page names (`id`) and what it leads to or loads."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.ids |= {given[name] for name in ("id", "name") if name in given}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag != "a":
            self.loads += [given[name] for name in ("href", "src") if name in given]


def build(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "nbdoctor", "manual", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("manual") / "site"
    done = build(folder)
    assert done.returncode == 0, done.stderr  # a warning stops it
    return folder


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Page]:
    return {path: Page(path) for path in site.rglob("*.html") if path.name != "404.html"}


def inner(pages: dict[Path, Page]) -> Iterator[tuple[Path, str, Path, str]]:
    """Links within the site: where from, what stands there, and the file and place it means."""
    for path, page in pages.items():
        for link in page.links + page.loads:
            parts = urlsplit(link)
            if not parts.scheme and not parts.netloc:
                target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
                yield path, link, target, unquote(parts.fragment)


def test_every_link_leads_somewhere(pages: dict[Path, Page]) -> None:
    broken = [
        f"{path.name}: {link}" for path, link, target, _ in inner(pages) if not target.is_file()
    ]
    assert not broken
    assert sum(1 for _ in inner(pages)) > 1000


def test_every_place_that_is_linked_exists(pages: dict[Path, Page]) -> None:
    broken = [
        f"{path.name}: {link}"
        for path, link, target, place in inner(pages)
        if place and place not in pages[target].ids
    ]
    assert not broken


def test_nothing_is_loaded_from_elsewhere(pages: dict[Path, Page]) -> None:
    assert not {load for page in pages.values() for load in page.loads if urlsplit(load).netloc}


def test_every_rule_has_a_page_that_the_search_knows(site: Path) -> None:
    found = json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))
    places = {entry["location"] for entry in found["docs"]}
    assert {f"rules/{rule.name}.html" for rule in catalogue()} <= places


def test_a_built_site_is_built_again(site: Path) -> None:
    (site / "index.html").write_text("old", encoding="utf-8")
    done = build(site)
    assert done.returncode == 0, done.stderr
    assert "%%diagnose" in (site / "index.html").read_text(encoding="utf-8")
