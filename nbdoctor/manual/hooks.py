"""Hooks of MkDocs: what is made from docstrings and documents joins the pages of `pages/`."""

from __future__ import annotations

from collections.abc import Iterator

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from nbdoctor.manual import documents, rules


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put the rules into the navigation, by family."""
    families = [
        {family.capitalize(): [f"rules/{rule.name}.md" for rule in members]}
        for family, members in rules.by_family()
    ]
    for entry in config.nav or []:
        if "Rules" in entry:
            entry["Rules"] = ["rules/index.md", *families]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that lie in no file of their own."""
    for place, text in _pages():
        files.append(File.generated(config, place, content=text))
    return files


def _pages() -> Iterator[tuple[str, str]]:
    yield "rules/index.md", rules.index()
    for rule in rules.ordered():
        yield f"rules/{rule.name}.md", rules.site_page(rule)
    for document, place in documents.DOCUMENTS.items():
        yield place, documents.page(document)
