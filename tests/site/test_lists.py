"""Lists that a person can use, however many cases there are."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from kb.cases.record import Case, Identifier, Status
from kb.model import PageId
from kb.publish.site_build.site_builder import build
from tests.site.conftest import SITE
from tests.site.samples import Sample, at, page, small, tree_of

MANY = 2000
LONG = 200
PILE = "44030500040000200030"
STATUSES: tuple[Status, ...] = ("resolved", "unset", "shelved", "in_progress", "conflicting")


def case(n: int) -> Case:
    date = None if n % 5 == 0 else f"{2019 + n % 2}-{1 + n % 12:02}-{1 + n % 28:02}"
    return small(
        f"many#{n:04}", f"Problem {n}", date=date, station=f"Station {n % 90}",
        status=STATUSES[0 if n % 8 else n % 5],
        identifiers=(Identifier(kind="pile", value=PILE, origin=at(1)),),
    )  # fmt: skip


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("many")
    build(Sample(all_cases=[case(n) for n in range(MANY)]), out / "site", SITE, out / "memory")
    return out / "site"


def text(path: Path) -> str:
    return path.read_text("utf-8")


def cards(path: Path) -> list[str]:
    return re.findall(r"<li class=\"card\">.*?<bdi>(many#\d+)", text(path))


@pytest.mark.parametrize("start", ["list/status/resolved.html", f"id/pile/{PILE}.html"])
def test_every_case_of_a_long_list_is_on_one_page_of_it_and_none_is_long(
    many: Path, start: str
) -> None:
    """A long list is divided into linked pages of at most 200 cases, each case on one of them."""
    first = many / start
    pages = [first, *first.with_suffix("").rglob("*.html")]
    assert all(len(cards(page)) <= LONG for page in pages)
    wanted = [n for n in range(MANY) if "status" not in start or case(n).status == "resolved"]
    found = sorted(name for page in pages for name in cards(page))
    assert found == [f"many#{n:04}" for n in wanted]
    linked = {first} | {
        (many / url).resolve()
        for page in pages
        for url in re.findall(r'href="(?:\.\./)*((?:list|id)/[^"#]+)"', text(page))
    }
    assert set(pages) <= linked


def test_cases_without_a_date_are_called_so(many: Path) -> None:
    """The part of a list for cases without a date is named so."""
    page = text(many / "list/status/resolved.html")
    assert "日期不详" in page
    assert ">0000<" not in page
    part = text(many / "list/status/resolved/0000.html")
    assert re.search(r"<h1>.*已解决.* · .*日期不详", part)


def test_a_part_names_what_it_is_a_part_of(many: Path) -> None:
    """A part of a list names the list in its title and links to each list above."""
    page = text(many / "list/status/resolved/2020/2020-02.html")
    assert re.search(r"<title>已解决 Resolved · 2020-02 · Casebook</title>", page)
    (line,) = re.findall(r'<p class="crumbs">.*', page)
    crumbs = re.findall(r'href="([^"]+)"', line)
    assert [c.replace("../", "") for c in crumbs] == [
        "cases.html", "cases.html#status", "list/status/resolved.html",
        "list/status/resolved/2020.html",
    ]  # fmt: skip


def test_the_overview_shows_few_values_at_once_and_all_on_demand(many: Path) -> None:
    """Of many stations the overview shows forty, and all when it is unfolded."""
    page = text(many / "cases.html")
    stations = page[page.index('id="station"') : page.index('id="tag"')]
    before, _, after = stations.partition("<details")
    assert before.count("<li>") == 40
    assert after.count("<li>") == 90


def test_statuses_stand_in_their_order_and_months_under_their_years(many: Path) -> None:
    """Statuses stand in their order, months under their years, the newest first."""
    page = text(many / "cases.html")
    found = re.findall(r"list/status/(\w+)\.html", page)
    assert found == ["resolved", "in_progress", "shelved", "unset", "conflicting"]
    assert page.index("<h3>2020</h3>") < page.index("2020-12") < page.index("<h3>2019</h3>")


def test_identifiers_of_several_cases_are_found_from_the_overview(many: Path) -> None:
    """The overview links to the list of an identifier that several cases name."""
    page = text(many / "cases.html")
    assert f'href="id/pile/{PILE}.html"' in page


def test_lists_of_a_second_build_are_those_of_a_build_anew(tmp_path: Path) -> None:
    """A case that moves within long lists, one that leaves them, one that comes."""
    first = [case(n) for n in range(MANY)]
    moved = msgspec.structs.replace(first[777], date="2021-07-01", status="shelved")
    steps = (first, [*first[:777], moved, *first[778:]], first[1:], [case(MANY), *first])
    for cases in steps:
        build(Sample(all_cases=cases), tmp_path / "site", SITE, tmp_path / "memory")
    build(Sample(all_cases=cases), tmp_path / "anew", SITE, tmp_path / "other")
    assert tree_of(tmp_path / "site") == tree_of(tmp_path / "anew")
    again = build(Sample(all_cases=cases), tmp_path / "site", SITE, tmp_path / "memory")
    assert (again.written, again.removed) == (0, 0)


def test_files_and_troubled_pages_beyond_one_page_stand_on_further_ones(tmp_path: Path) -> None:
    """Lists of files and of troubled pages go on on further pages, which link to each other."""
    image = page().attachments[0]
    files = tuple(msgspec.structs.replace(image, name=f"f{n:04}.png") for n in range(401))
    line = msgspec.structs.replace(page().lines[0], text="{{velocity}}x{{/velocity}}")
    pages = [
        msgspec.structs.replace(
            page(), id=PageId("xwiki", f"S.P{n}"), title=f"P{n}", lines=(line,), comments=(),
            attachments=files if n == 0 else (), digest=str(n).encode(),
        )
        for n in range(402)
    ]  # fmt: skip
    build(Sample([], pages), tmp_path / "site", SITE, tmp_path / "memory")
    for name, marks in (("attachments", r"<bdi>(f\d+)\.png"), ("problems", r"<bdi>(P\d+)<")):
        first, second = (
            set(re.findall(marks, text(tmp_path / "site" / path)))
            for path in (f"{name}.html", f"{name}/2.html")
        )
        assert (len(first), len(first | second)) == (400, len(files) if name[0] == "a" else 402)
        assert f'href="../{name}.html"' in text(tmp_path / "site" / name / "2.html")
        assert f'href="{name}/2.html"' in text(tmp_path / "site" / f"{name}.html")
