"""All targets by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tests.fuzz import sources, texts, wires
from tests.fuzz.target import Target

_XML = ("<", ">", "/>", "&amp;", "&#0;", "<![CDATA[", "]]>", "<!DOCTYPE", "<?xml", "<!--", "-->")
_PAGE = (
    "<xwikidoc version='1.5' reference='A.B' locale=''>", "</xwikidoc>", "<web>A</web>",
    "<name>B</name>", "<content>", "</content>", "<versions>", "</versions>", "<attachment>",
    "</attachment>", "<filename>a</filename>", "<revisions>", "<revision>", "<contentAlias>1.1",
    "<object>", "<class>", "<property>", "<version>1.1</version>", "<date>1577836800000</date>",
)  # fmt: skip
_WIKI = (
    "**", "//", "__", "--", "^^", ",,", "##", "* ", "1. ", "; ", ": ", "= ", "|=", "|", "!!", "!=",
    "> ", "(((", ")))", "(% a='b' %)", "(%%)", "{{{", "}}}", "{{info}}", "{{/info}}", "{{html}}",
    "{{html wiki='true'}}", "{{/html}}", "{{code}}", "{{/code}}", "{{toc/}}",
    "{{include ref='A'/}}",
    "[[", "]]", ">>", "||", "image:", "attach:", "~", "\\\\", "\n", "----", "javascript:",
    "<script>",
)  # fmt: skip
_HTML = ("<html>", "<p>", "</p>", "<a href='", "<img src=", "<table>", "<tr>", "<td>", "onerror=")
_VIEW = (
    *_HTML, "<table class='revision'>", "<tr class='line' id='", "<td class='content'>",
    "<td class='version'>", "<textarea class='wiki-code'>", "<table id='_history'>",
    "<div class='xwikicomment' id='xwikicomment_1'>", "data-xwiki-reference='xwiki:A.B'",
    "viewrev?rev=1.1", "2020/01/02 03:04", "<!-- saved from url=(0014)http://[/view/A/B -->",
)  # fmt: skip
_CASES = (
    "= a_case#1_20200101 =", "== b_case#2_20200102 ==", "~-~-跟踪", "解决:", "【令】:", "[Ann]: ",
    "【第一轮分析】:", "手机号码:", "Phone: 13410765291", "状态(☑表示选定 ):", "☑已解决 | 处理中",
    "|=账单号|=桩号", "|20200404045109666730|1", "售后(跟单)工程师:YD 施", "~~疑问:",
    "2020-02-30", "* [x] Resolved",
)  # fmt: skip
_QUERY = (
    " OR ", "-", "(", ")", '"', "“", "”", "*", "~", "status:", "after:", "on:2020", "number:1..",
    "date:>=", "桩号:", "label=", "^", "…", "9999999999999999999999", "重复扣费",
)  # fmt: skip
_SECRETS = (
    *(name for names in texts.SECRETS.values() for name in names), "138", "0013", "8000", " ", "-",
    "\u200b", "\u00ad", "１３８", "一三八零零一三八零零零", "試驗員甲", "é", "\u0301", "<b>", "&#",
)  # fmt: skip
_RCS = (
    "head\t1.2;\naccess;\nsymbols;\nlocks;\ncomment\t@@;\nexpand\t@o@;\n",
    "1.1\ndate\t2020.01.01.00.00.00;\tauthor a;\tstate full;\nbranches;\nnext\t;\n", "desc\n@@\n",
    "log\n@@\ntext\n@", "@@", "d1 1\n", "a0 1\n", "a1 999999999\n", "1.99999999999", "<",
)  # fmt: skip
_JSON = (
    '{"', '":', "[", "]", "}", ",", "null", "1e999", "99999999999999999999", '"1.1"', "\\ud800",
    '"fullName":"A.B"', '"version":"1.1"', '"content":"x"', '"historySummaries":[',
    '"pageSummaries":[', '"attachments":{"attachments":[', '"translations":{"translations":[',
    '"language":"fr"', '"objects":{"objectSummaries":[', '"links":[', '"rel":"http://x/rel/comments"',
    '"comments":[', '"pageId":"xwiki:A.B"', "<page xmlns='http://www.xwiki.org'>", "</page>",
)  # fmt: skip
_HTTP = (
    "HTTP/1.1 200 OK\r\n", "HTTP/1.1 302 Found\r\nLocation: ", "HTTP/1.1 100 Continue\r\n\r\n",
    "Content-Length: ", "Transfer-Encoding: chunked\r\n\r\n", "Content-Encoding: gzip\r\n",
    "Content-Type: text/html\r\n", "Retry-After: ", "Content-Range: bytes 1-2/9\r\n", "\r\n\r\n",
    "0\r\n\r\n", "ffffffffffffffff\r\n", "Set-Cookie: a=b\r\n", "ETag: x\r\n", "²", "http://[",
)  # fmt: skip
_ASKED = (
    "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "GET /", "HEAD /a/b.js", "/../", "%2e%2e/", "\\",
    "/a/.hidden", " HTTP/1.1\r\n", "Host: localhost:1\r\n", "Range: bytes=0-5\r\n", "\r\n\r\n",
    "Accept-Encoding: gzip\r\n", "/api/search?q=a&limit=²", "%00", "secret.html", "//", "POST /",
)  # fmt: skip
_TOML = ("[case]\n", "[[source]]\n", "= ", '"', "'''", "\n", "[", "]", "{", "}", "1979-05-27")
_MARKDOWN = ("---\n", "+++\n", "title: ", "# ", "- ", "> ", "```\n", "![](x)", "[a](b)", "<a id=")

Run = Callable[[bytes], None]
_ALL: Final[tuple[tuple[Run, tuple[str, ...]], ...]] = (
    (sources.xar, ("PK\x03\x04", "PK\x01\x02", "PK\x05\x06", *_XML)),
    (sources.tar, ("ustar", "\x1f\x8b", *_XML)),
    (sources.page_xml, (*_XML, *_PAGE, *_RCS)),
    (sources.blame_text, ("1\t", "2.1\t", "令", "2020/01/02", "    ", "\t", "\n", "1.1 ", "|")),
    (sources.saved_view, _VIEW),
    (sources.any_file, (*_PAGE[:2], *_VIEW[:4], "1\t", "PK\x03\x04", "     ")),
    (sources.markdown_tree, (*_MARKDOWN, *_JSON[:11], "\n\0\n")),
    (
        sources.git_history,
        ("TREE", "BLOB", "parent ", "author ", "100644 a.md\0", "ref: ", *_JSON[:4]),
    ),
    (sources.markdown_source, (*_MARKDOWN, *_HTML)),
    (sources.front_matter, (*_MARKDOWN, *_TOML, "!!python/object", "&a", "*a", "? ")),
    (sources.profile, (*_TOML, "headings = ", "(?P<id>", "[fields]\n", "[speakers]\nbrackets = ")),
    (sources.kb_toml, (*_TOML, "[public]\n", "location = ", "[cases]\nprofiles = ")),
    (
        sources.corrections,
        (*_TOML, "[[correction]]\n", "[[same]]\n", "case = ", "path = ", "cases = ["),
    ),
    (sources.jrcs, _RCS),
    (sources.delta, (*_RCS, "QUJD", "====", "\n\0\n", "\r")),
    (texts.markup, (*_WIKI, *_HTML, *_MARKDOWN)),
    (texts.cases, (*_CASES, *_WIKI)),
    (texts.history, ("a\n", "b\n", "\n\0\n", "\r", "c")),
    (texts.query, _QUERY),
    (texts.analysis, (*_QUERY, *_SECRETS, "\n\0\n", "AB-12/34")),
    (texts.redaction, _SECRETS),
    (texts.leaks, (*_SECRETS, "\x1f\x8b", "PK\x03\x04", "=E8=AF", "\\u8bd5", "%E8")),
    (wires.http_answer, (*_HTTP, "\n\0\n")),
    (wires.rest_page, (*_JSON, *_XML, "\n\0\n")),
    (wires.rest_list, (*_JSON, "\n\0\n")),
    (wires.url, ("http://", "/bin/view/", "/rest/wikis/x", "[", "]", "@", ":", "%", "?viewer=")),
    (wires.serve, _ASKED),
)
TARGETS: Final = {
    run.__name__: Target(run.__name__, run, tokens) for run, tokens in _ALL
}  # fmt: skip
