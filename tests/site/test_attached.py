"""Attached files that want to run: shown, saved, never run, wherever the site stands."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pytest
from playwright.sync_api import Browser, Error, Page

from kb.publish.headers import HEADERS
from kb.publish.paths import file_path, url_of
from kb.publish.site_build.site_builder import build
from tests.export.test_servers import port, server
from tests.site.conftest import SITE, Watched, served, serving
from tests.site.samples import LOG, LOG_SHA, PAGE, PIXEL, PIXEL_SHA, Sample, page

ATTACK = (
    b"<?xml version='1.0'?><!--#printenv --><?php echo 'run'.'ning'; ?>"
    b"<html xmlns='http://www.w3.org/1999/xhtml'><script>document.title='running'</script></html>"
)
ATTACK_SHA = hashlib.sha256(ATTACK).hexdigest()
NAMES = (
    "a.html", "b.HTM", "c.xhtml", "d.svg", "e.xml", "f.xpdl", "g.shtml", "h.html.zzz", "i.jsp",
    "j.php", "k.php.jpg", "l.shtml.txt", "m.html.gz", "n.svgz", "o.mht", "p", "q.", "r.log",
    "s.unknown", "t.xsl", "u.html.en", "v.var", "w.cgi", "x.pl.png", "y.html ", "z.wml",
    "脚本.html", ".htaccess", "a.html%00.png", "x" * 200 + ".html", "a.avif", "a.rdf", "a.vtt",
)  # fmt: skip


@pytest.fixture(scope="module")
def out() -> Iterator[Path]:
    """A site whose page has files of all these names, each with the attack in it."""
    picture = page().attachments[0]
    files = [
        msgspec.structs.replace(picture, name=name, sha256=ATTACK_SHA, mimetype="text/html")
        for name in NAMES
    ]
    text = "\n".join(f"[[attach:{name}]]" for name in NAMES)
    lines = [msgspec.structs.replace(page().lines[0], text=text)]
    shown = msgspec.structs.replace(
        page(), attachments=(*page().attachments, *files), lines=tuple(lines)
    )
    blobs = {ATTACK_SHA: ATTACK, PIXEL_SHA: PIXEL, LOG_SHA: LOG}
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        build(Sample([], [shown], blobs), Path(name) / "on", SITE, Path(name) / "memory")
        yield Path(name) / "on"


def saved(tab: Page, url: str) -> bool:
    """Go there; whether the browser saves what is there instead of showing it."""
    try:
        tab.goto(url)
    except Error as error:
        if "Download is starting" in str(error):
            return True
        raise
    return False


@pytest.mark.parametrize("where", ["file", "kb serve", "a plain server"])
def test_no_attached_file_runs(browser: Browser, out: Path, where: str) -> None:
    """Opened by its address, each is shown as text or saved."""
    sites = {"file": lambda: iter([out.as_uri()]), "kb serve": lambda: serving(out)}
    for root in sites.get(where, lambda: served(out))():
        context = browser.new_context()
        tab = context.new_page()
        for name in NAMES:
            if saved(tab, f"{root}/{url_of(file_path(PAGE, name))}"):
                continue
            assert tab.title() != "running", name
            assert tab.evaluate("document.contentType") in ("text/plain", "image/png", "image/jpeg")
        context.close()


def test_links_save_files_under_their_own_names(browser: Browser, out: Path) -> None:
    """A file that is saved has the name of the wiki, from the page's list and from its text."""
    for root in serving(out):
        context = browser.new_context(accept_downloads=True)
        tab = Watched(context, root)
        tab.page.goto(f"{root}/page/{PAGE.wiki}/{PAGE.page}.html")
        for link in ("#attachments a", "#rendered a"):
            with tab.page.expect_download() as found:
                tab.page.locator(link).filter(has_text=re.compile(r"^s\.unknown$")).click()
            assert found.value.suggested_filename == "s.unknown"
            assert Path(found.value.path()).read_bytes() == ATTACK
        context.close()


_APACHE = """
ServerRoot {root}
ServerName localhost
Listen 127.0.0.1:{port}
PidFile {folder}/pid
ErrorLog {folder}/error.log
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule dir_module {modules}/mod_dir.so
LoadModule mime_module {modules}/mod_mime.so
LoadModule include_module {modules}/mod_include.so
LoadModule filter_module {modules}/mod_filter.so
LoadModule negotiation_module {modules}/mod_negotiation.so
LoadModule headers_module {modules}/mod_headers.so
LoadModule actions_module {modules}/mod_actions.so
TypesConfig {types}
DocumentRoot {site}
AddType text/html .shtml .html
AddOutputFilter INCLUDES .shtml
AddHandler type-map var
AddEncoding x-gzip .gz .tgz
AddLanguage en .en
AddHandler run-php .php .phtml .jsp .cgi .pl
Action run-php /running
<Directory {site}>
Options +Includes +FollowSymLinks +MultiViews
AllowOverride {override}
Require all granted
</Directory>
"""


@pytest.mark.prove
@pytest.mark.parametrize("override", ["None", "FileInfo"])
def test_apache_acts_on_no_name(browser: Browser, out: Path, override: str) -> None:
    """An Apache that runs whatever it can: types of the allow-list, and nothing is run."""
    program = shutil.which("apache2") or shutil.which("httpd")
    if program is None:
        pytest.skip("no Apache here: apt-get install apache2-bin")
    modules = next(
        path for path in (
            Path(program).parents[1] / "lib" / "apache2" / "modules",
            Path("/usr/lib/apache2/modules"),
        ) if path.is_dir()
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        types = Path("/etc/mime.types")
        (folder / "types").write_text(types.read_text("utf-8") if types.exists() else "")
        number = port()
        user = "User www-data\nGroup www-data\n" if os.geteuid() == 0 else ""
        settings = user + _APACHE.format(
            root=folder, folder=folder, port=number, modules=modules, site=out,
            types=folder / "types", override=override,
        )  # fmt: skip
        control = out / "control.shtml.txt"
        (folder / "conf").write_text(settings, "utf-8")
        with server([program, "-X", "-f", folder / "conf"], number, folder):
            check_types(f"http://127.0.0.1:{number}")
            control.write_bytes(ATTACK)
            assert httpx.get(f"http://127.0.0.1:{number}/{control.name}").content != ATTACK
            if override == "FileInfo":
                answer = httpx.get(f"http://127.0.0.1:{number}/")
                assert {name: answer.headers[name] for name in HEADERS} == HEADERS


def check_types(root: str) -> None:
    """Every file comes with a harmless type, and as it is."""
    for name in NAMES:
        answer = httpx.get(f"{root}/{url_of(file_path(PAGE, name))}")
        assert answer.status_code == 200, name
        assert answer.content == ATTACK, name
        kind = answer.headers["content-type"].partition(";")[0]
        assert kind in ("text/plain", "application/octet-stream", "image/jpeg", "image/png"), name
        assert "content-encoding" not in answer.headers


_NGINX = """
pid {folder}/pid; error_log {folder}/error.log; events {{}}
http {{
  access_log off; default_type text/html;
  client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  types {{ text/html html htm shtml; image/svg+xml svg svgz; text/xml xml rss; text/plain txt;
    application/octet-stream bin; image/png png; image/jpeg jpg; application/javascript js; }}
  server {{
    listen 127.0.0.1:{port}; root {site}; include {site}/headers.nginx.conf; ssi on;
    location ~ \\.(php|cgi|pl|jsp) {{ return 418; }}
  }}
}}
"""


@pytest.mark.prove
def test_nginx_acts_on_no_name(out: Path) -> None:
    """An nginx that takes what it does not know for HTML and runs whatever has `.php` in it."""
    program = shutil.which("nginx")
    if program is None:
        pytest.skip("no nginx here: apt-get install nginx-light")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        number = port()
        settings = _NGINX.format(folder=folder, port=number, site=out)
        (folder / "conf").write_text(settings, "utf-8")
        command = [program, "-p", folder, "-c", folder / "conf", "-g", "daemon off;"]
        with server(command, number, folder):
            check_types(f"http://127.0.0.1:{number}")
            answer = httpx.get(f"http://127.0.0.1:{number}/")
            assert {name: answer.headers[name] for name in HEADERS} == HEADERS
