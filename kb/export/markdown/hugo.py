"""Hugo: settings, and the few layouts without which it shows nothing."""

from __future__ import annotations

import json

from kb.export.markdown.nav import Nav, ProjectSettings

_SETTINGS = """\
baseURL = {url}
title = {title}
defaultContentLanguage = {language}
disablePathToLower = true
buildFuture = true
enableEmoji = false

[markup.goldmark.renderer]
  unsafe = true
[markup.goldmark.parser]
  autoHeadingIDType = "github"
[markup.goldmark.parser.attribute]
  block = true
  title = true
[markup.goldmark.extensions]
  typographer = false
[markup.tableOfContents]
  startLevel = 1
  endLevel = 6
"""
_BASE = """\
<!DOCTYPE html>
<html lang="{{ .Site.Language.Lang }}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{{ .Title }}</title>
</head>
<body>
<nav><a href="{{ .Site.Home.RelPermalink }}">{{ .Site.Title }}</a>
{{ range .Ancestors.Reverse }}{{ if not .IsHome }} / <a href="{{ .RelPermalink }}">{{ .Title }}</a>
{{ end }}{{ end }}</nav>
<main><h1>{{ .Title }}</h1>
{{ .Content }}
{{ if not .IsPage }}<ul>
{{ range .Pages }}<li><a href="{{ .RelPermalink }}">{{ .Title }}</a></li>
{{ end }}</ul>{{ end }}</main>
</body>
</html>
"""
_TITLE = '{{ with .Title }} title="{{ . }}"{{ end }}'
_LINK = f'<a href="{{{{ .Destination | safeURL }}}}"{_TITLE}>{{{{ .Text }}}}</a>'
_IMAGE = f'<img src="{{{{ .Destination | safeURL }}}}" alt="{{{{ .PlainText }}}}"{_TITLE}>'


def project(site: ProjectSettings, nav: Nav) -> dict[str, str]:
    """Return hugo.toml, the layouts, and hooks that leave links as they are.

    Without its own, a site in several languages gets hooks that look for pages by path, and find
    another than the one that a relative address leads to.
    """
    settings = _SETTINGS.format(
        url=json.dumps(site.url or "http://localhost/", ensure_ascii=False),
        title=json.dumps(site.title, ensure_ascii=False), language=json.dumps(site.language),
    )  # fmt: skip
    if site.locales:
        names = [site.language, *(locale.lower().replace("_", "-") for locale in site.locales)]
        settings += "".join(f"[languages.{name}]\n" for name in dict.fromkeys(names))
    layouts = "layouts/_default"
    return {
        "hugo.toml": settings,
        f"{layouts}/single.html": _BASE,
        f"{layouts}/list.html": _BASE,
        "layouts/shortcodes/toc.html": "{{ .Page.TableOfContents }}",
        f"{layouts}/_markup/render-link.html": _LINK,
        f"{layouts}/_markup/render-image.html": _IMAGE,
    }
