"""MkDocs with the Material theme, and Zensical, which reads the same settings."""

from __future__ import annotations

from collections.abc import Iterator

from kb.export.markdown.nav import Nav, ProjectSettings, front_page
from kb.frontmatter import quoted

_SETTINGS = """\
docs_dir: docs
site_dir: public
theme:
  name: material
  language: {language}
  features: [navigation.indexes, navigation.top, search.highlight]
plugins:
  - search:
      lang: [en{search}]
markdown_extensions:
  - abbr
  - admonition
  - attr_list
  - def_list
  - footnotes
  - md_in_html
  - tables
  - toc:
      permalink: true
  - pymdownx.details
  - pymdownx.highlight
  - pymdownx.inlinehilite
  - pymdownx.superfences
  - pymdownx.tilde
validation:
  nav: {{omitted_files: warn, not_found: warn, absolute_links: warn}}
  links: {{not_found: warn, anchors: warn, absolute_links: info, unrecognized_links: warn}}
"""


def project(site: ProjectSettings, nav: Nav) -> dict[str, str]:
    """Return mkdocs.yml with every page in its place, and a first page where there is none."""
    head = [f"site_name: {quoted(site.title)}"]
    if site.url:
        head.append(f"site_url: {quoted(site.url)}")
    chinese = site.language == "zh"
    rest = _SETTINGS.format(language="zh" if chinese else "en", search=", zh" if chinese else "")
    entries = list(_entries(nav, 1))
    files = {}
    if nav.home is None:
        files["docs/index.md"] = front_page(site, nav)
        entries.insert(0, _named(site.title, "index.md", "  "))
    files["mkdocs.yml"] = "\n".join([*head, rest + "nav:", *entries]) + "\n"
    return files


def _entries(nav: Nav, depth: int) -> Iterator[str]:
    indent = "  " * depth
    if nav.home:
        yield f"{indent}- {quoted(nav.home)}" if depth > 1 else _named(nav.title, nav.home, indent)
    for title, path in nav.pages:
        yield _named(title, path, indent)
    for folder in nav.folders.values():
        inner = list(_entries(folder, depth + 1))
        if inner:
            yield f"{indent}- {quoted(folder.title)}:"
            yield from inner


def _named(title: str, path: str, indent: str) -> str:
    return f"{indent}- {quoted(title)}: {quoted(path)}"
