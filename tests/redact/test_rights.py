"""Guests could read a page where XWiki's own authorisation says so, and nowhere else."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from kb.archive import Archive, PageStanding
from kb.errors import Problem
from kb.model import Item, PageId, PageSeen, PropertyValue, WikiObject
from kb.redact.public_pages import PublicPages
from kb.redact.public_rules import PublicRules
from kb.redact.rights import CLASSES, Rights

PAGE = "HR.Pay.List"
LEVELS = {
    "page": ("w", PAGE, "XWikiRights"),
    "space": ("w", "HR.Pay.WebPreferences", "XWikiGlobalRights"),
    "parent": ("w", "HR.WebPreferences", "XWikiGlobalRights"),
    "wiki": ("w", "XWiki.XWikiPreferences", "XWikiGlobalRights"),
    "main": ("xwiki", "XWiki.XWikiPreferences", "XWikiGlobalRights"),
    "other": ("w", "HR.Pay.Notes", "XWikiGlobalRights"),
    "local": ("w", "HR.WebPreferences", "XWikiRights"),
    "group": ("w", "XWiki.Staff", "XWikiGroups"),
    "inner": ("w", "XWiki.Inner", "XWikiGroups"),
}
"""Wiki, page and class of the objects that a row's words stand for; `w` is a subwiki."""


class Row(NamedTuple):
    """`LEVEL: RULE` parts, with `;` between; what comes of it; where XWiki says so.

    A rule is `+view,edit XWiki.a,@XWiki.G` (granted) or `-…` (denied); `login=1` is
    `authenticate_view`; `absent` and `partly` say what of the page is in the archive.
    """

    name: str
    given: str
    reason: str
    source: str


SETTLER, BASE = "DefaultAuthorizationSettler.", "AbstractAuthorizationSettler."
MERGE = BASE + "merge"
READER, RULE = "DefaultSecurityEntryReader.", "XWikiSecurityRule."
GUEST, ALL = "XWiki.XWikiGuest", "@XWiki.XWikiAllGroup"
ROWS = [
    Row("no rule anywhere", "", "default", BASE + "applyDefaults, Right.VIEW"),
    Row("granted to guests", f"page: +view {GUEST}", "granted", SETTLER + "resolveLevel"),
    Row("guest without a space", "page: +view XWikiGuest", "granted", RULE + "<init>: GUEST_USER"),
    Row("guest of the main wiki", f"page: +view xwiki:{GUEST}", "granted", RULE + "<init>"),
    Row("small letters", "page: +view XWiki.xwikiguest", "granted-to-others", RULE + "<init>"),
    Row("a level in capitals", f"page: -VIEW {GUEST}", "denied", "Right.toRight"),
    Row("denied to guests", f"page: -view {GUEST}", "denied", SETTLER + "resolveLevel"),
    Row("granted to a user", "page: +view XWiki.a", "granted-to-others", SETTLER + "settle"),
    Row("granted to a group", "page: +view @XWiki.Staff", "granted-to-others", SETTLER + "settle"),
    Row("granted to all accounts", f"page: +view {ALL}", "granted-to-others",
        "DefaultUserBridge.getAllGroupsFor"),
    Row("guests named as a group", f"page: +view @{GUEST}", "granted-to-others", RULE + "match"),
    Row("granted to some, and to guests", f"page: +view @XWiki.Staff; page: +view {GUEST}",
        "granted", SETTLER + "settle: allowed"),
    Row("a denial wins a tie", f"page: +view {GUEST}; page: -view {GUEST}", "denied",
        SETTLER + "resolveConflict, Right.VIEW"),
    Row("whatever the order", f"page: -view {GUEST}; page: +view {GUEST}", "denied",
        SETTLER + "resolveConflict, Right.VIEW"),
    Row("denied to a user", "page: -view XWiki.a", "default", SETTLER + "resolveLevel"),
    Row("edit for some says nothing of view", "page: +edit,comment XWiki.a", "default",
        SETTLER + "settle: allowed"),
    Row("edit for guests implies view", f"page: +edit {GUEST}; page: +view XWiki.a", "granted",
        SETTLER + "implyRights, Right.EDIT"),
    Row("delete for guests implies view", f"page: +delete {GUEST}; page: +view XWiki.a", "granted",
        SETTLER + "implyRights, Right.DELETE"),
    Row("comment does not", f"page: +comment {GUEST}; page: +view XWiki.a", "granted-to-others",
        "Right.COMMENT"),
    Row("a denial of view wins over edit", f"page: +edit {GUEST}; page: -view {GUEST}", "denied",
        SETTLER + "implyRights, resolveConflict"),
    Row("nothing of admin on a page", f"page: +admin {GUEST}; page: -view {GUEST}", "denied",
        "Right.ADMIN: WIKI_SPACE"),
    Row("an unknown level", f"page: -read {GUEST}", "default", RULE + "createNewRule"),
    Row("granted to nobody", "page: +view", "granted-to-nobody",
        RULE + "createNewRule: no rule; XWikiRightServiceImpl.checkRight (before 5.0): found"),
    Row("denied to nobody", "page: -view", "default", RULE + "createNewRule"),
    Row("no allow is a denial", f"page: ?view {GUEST}", "denied", "BaseObject.getIntValue"),
    Row("no allow, for others", "page: ?view XWiki.a", "default", "BaseObject.getIntValue"),
    # levels
    Row("a space", f"space: -view {GUEST}", "denied", READER + "read: SPACE"),
    Row("a space above", "parent: +view @XWiki.Staff", "granted-to-others", READER + "read"),
    Row("the wiki", f"wiki: +view {ALL}", "granted-to-others", READER + "read: WIKI"),
    Row("the main wiki above a subwiki", f"main: -view {GUEST}", "denied",
        "SecurityReference.getParentSecurityReference"),
    Row("a page opened in a closed space", f"parent: +view XWiki.a; page: +view {GUEST}", "granted",
        MERGE),
    Row("a space opened in a closed wiki", f"wiki: +view {ALL}; space: +view {GUEST}", "granted",
        MERGE),
    Row("a space closed in an open one", f"parent: +view {GUEST}; space: +view XWiki.a",
        "granted-to-others", MERGE),
    Row("a page closed in an open space", f"space: +view {GUEST}; page: -view {GUEST}", "denied",
        MERGE),
    Row("a subwiki opened below a closed main wiki", f"main: +view {ALL}; wiki: +view {GUEST}",
        "granted", MERGE),
    Row("another page's global rights", f"other: -view {GUEST}", "default", READER + "read"),
    Row("page rights on WebPreferences", f"local: -view {GUEST}", "default", READER + "read"),
    # rights that imply
    Row("admin for guests wins over denials", f"wiki: +admin {GUEST}; page: -view {GUEST}",
        "granted", MERGE + ": noOverride; Right.ADMIN"),
    Row("and wins ties", f"space: +admin {GUEST}; space: -view {GUEST}", "granted",
        SETTLER + "implyRights, Policies.set"),
    Row("admin granted and denied", f"wiki: +admin {GUEST}; wiki: -admin {GUEST}", "granted",
        "Right.ADMIN: tie ALLOW"),
    Row("admin for others", "wiki: +admin XWiki.boss; page: -view XWiki.a", "default",
        SETTLER + "settle: allowed"),
    Row("programming in the main wiki", f"main: +programming {GUEST}; page: -view {GUEST}",
        "granted", "Right.PROGRAM: FARM_ONLY"),
    Row("programming in a subwiki is nothing", f"wiki: +programming {GUEST}; page: -view {GUEST}",
        "denied", "Right.PROGRAM: FARM_ONLY"),
    Row("login denied to guests", f"wiki: -login {GUEST}", "default", "Right.LOGIN"),
    Row("login for some", "wiki: +login @XWiki.Staff", "default", "Right.LOGIN"),
    Row("register, script, creator", f"wiki: -register,script,creator {GUEST}", "default", "Right"),
    # demanded log-ins
    Row("the wiki makes all log in", "wiki: login=1", "login-required",
        "DefaultXWikiBridge.needsAuthentication"),
    Row("yes is a yes", "space: login=yes", "login-required",
        "DefaultXWikiBridge.checkNeedsAuthValue"),
    Row("even where view is granted", f"wiki: login=1; page: +view {GUEST}", "login-required",
        "DefaultAuthorizationManager.checkWikiPreferencesDiscardAccess"),
    Row("a space above makes all log in", "parent: login=1", "login-required",
        "XWiki.getSpacePreference"),
    Row("a space takes it back", "parent: login=1; space: login=0", "default",
        "XWiki.getSpacePreference"),
    Row("a space cannot take back the wiki's", "wiki: login=1; space: login=0", "login-required",
        "DefaultXWikiBridge.needsAuthentication"),
    Row("no is a no", "wiki: login=0", "default", "DefaultXWikiBridge.checkNeedsAuthValue"),
    Row("the main wiki's is its own", "main: login=1", "default", "XWiki.getXWikiPreference"),
    # what the archive cannot tell
    Row("the wiki's rights are not there", "wiki: absent", "rights-unknown", "-"),
    Row("not even where view is granted", f"wiki: absent; page: +view {GUEST}", "rights-unknown",
        "DefaultXWikiBridge.needsAuthentication: it may be set there"),
    Row("not even to admins", f"wiki: absent; space: +admin {GUEST}", "rights-unknown",
        "DefaultXWikiBridge.needsAuthentication"),
    Row("a denial that is there counts", f"wiki: absent; page: -view {GUEST}", "denied", MERGE),
    Row("the main wiki's rights are not there", "main: absent", "rights-unknown", "-"),
    Row("nor asked for", f"main: absent; wiki: +view {GUEST}", "granted", MERGE),
    Row("the page's objects were not all read", "page: partly", "rights-unknown", "-"),
    Row("those of a space neither", "space: partly", "rights-unknown", "-"),
    Row("no page of a space was imported", "parent: absent; list: absent", "rights-unknown", "-"),
    Row("a space without rights", "parent: absent", "default", READER + "getDocument: null"),
    Row("a group that is not there is denied", "page: -view @XWiki.Absent", "group-denied",
        "XWikiRightServiceImpl.checkRight (before 5.0): getAllGroupsReferencesForMember"),
    Row("all accounts are denied", f"page: -view {ALL}", "group-denied", "the same"),
    Row("a known group without guests", "page: -view @XWiki.Staff; group: member XWiki.Ann",
        "default", "DefaultUserBridge.getAllGroupsFor"),
    Row("a known group by its short name", "page: -view @Staff; group: member XWiki.Ann",
        "default", RULE + "<init>: resolver"),
    Row("a known group with a guest", f"page: -view @XWiki.Staff; group: member {GUEST}",
        "group-denied", "XWikiRightServiceImpl.addMemberGroups (before 5.0)"),
    Row("a guest in a group in it",
        f"page: -view @XWiki.Staff; group: member XWiki.Inner; inner: member {GUEST}",
        "group-denied", "XWikiRightServiceImpl.checkRight (before 5.0): recursion"),
    Row("groups in a ring",
        "page: -view @XWiki.Staff; group: member XWiki.Inner; inner: member XWiki.Staff",
        "default", "DefaultSecurityCacheLoader.loadUserGroups"),
    Row("a member that is not there", "page: -view @XWiki.Staff; group: member XWiki.Lost",
        "group-denied", "XWikiRightServiceImpl.checkRight (before 5.0)"),
]  # fmt: skip


def objects_of(rule: str, class_name: str) -> WikiObject:
    """The object that a rule in words is."""
    if match := re.fullmatch(r"login=(\w+)", rule):
        properties = {"authenticate_view": match[1]}
        return WikiObject(class_name="XWiki.XWikiPreferences", number=0, properties=properties)
    if rule.startswith("member "):
        properties = {"member": rule.removeprefix("member ")}
        return WikiObject(class_name=f"XWiki.{class_name}", number=0, properties=properties)
    levels, _, names = rule[1:].partition(" ")
    listed = names.split(",") if names else []
    properties = {
        "levels": levels, "users": ",".join(n for n in listed if not n.startswith("@")),
        "groups": ",".join(n[1:] for n in listed if n.startswith("@")),
    }  # fmt: skip
    if rule[0] != "?":
        properties["allow"] = "1" if rule[0] == "+" else "0"
    return WikiObject(class_name=f"XWiki.{class_name}", number=0, properties=properties)


def standings(given: str) -> list[PageStanding]:
    """The pages of an archive that holds the rules of a row and, whole, all pages around."""
    names = [PAGE, "HR.WebHome", "HR.Pay.Notes", "HR.WebPreferences", "XWiki.XWikiPreferences"]
    names += ["HR.Pay.WebPreferences", "XWiki.Staff", "XWiki.Inner", "XWiki.Ann"]
    ids = [*(("w", name) for name in names), ("xwiki", "XWiki.XWikiPreferences")]
    pages = {one: standing(*one) for one in ids}
    for part in filter(None, given.split("; ")):
        level, _, rule = part.partition(": ")
        if level == "list":
            del pages["w", "HR.WebHome"]
            continue
        wiki, page, class_name = LEVELS[level]
        key = wiki, page
        if rule == "absent":
            del pages[key]
        elif rule == "partly":
            pages[key] = msgspec.structs.replace(pages[key], whole=False)
        else:
            more = (*pages[key].objects, objects_of(rule, class_name))
            pages[key] = msgspec.structs.replace(pages[key], objects=more)
    return list(pages.values())


def standing(wiki: str, page: str, **more: Any) -> PageStanding:
    """A page of which everything is known."""
    facts: dict[str, Any] = {"hidden": False, "gone": None, "whole": True, "objects": (), **more}
    return PageStanding(id=PageId(wiki, page), **facts)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_guests_may_view_where_xwiki_lets_them(row: Row) -> None:
    """Each row of the table is decided as the named place of XWiki's sources decides it."""
    seen = Rights(standings(row.given)).visibility(PageId("w", PAGE))
    assert seen.reason == row.reason, seen
    assert seen.open == (row.reason in ("default", "granted"))


def test_a_translation_is_seen_by_who_sees_its_page() -> None:
    """Rights stand on the page; objects on a translation are not read by XWiki."""
    rights = Rights(standings(f"page: -view {GUEST}"))
    assert rights.visibility(PageId("w", PAGE, "fr")).reason == "denied"


def test_rights_of_a_page_that_is_gone_are_gone_with_it() -> None:
    """A WebPreferences page that was deleted closes nothing, and nothing about it is unknown."""
    pages = [
        msgspec.structs.replace(page, gone="2024-01-01", whole=False)
        if page.id.page == "HR.WebPreferences" else page
        for page in standings(f"parent: -view {GUEST}")
    ]  # fmt: skip
    assert Rights(pages).visibility(PageId("w", PAGE)).reason == "default"


PROBLEMS = [
    Problem(where="https://w/HR", code="no-right", detail="(401)", page="HR.WebPreferences"),
    Problem(where="a.xar!/HR/WebPreferences.xml", code="bad-xml", detail="cut short"),
    Problem(where="a.xar!/HR/Pay/List.xml", code="bad-object", detail="no class", page=PAGE),
    Problem(where="https://w/pages/List/objects/X/0", code="timeout", detail="late", page=PAGE),
]


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.where)
def test_rights_that_could_not_be_read_are_not_known(problem: Problem) -> None:
    """A page that failed in the import, or lost an object in it, may have had rights."""
    rights = Rights(standings("parent: absent"), [problem])
    assert rights.visibility(PageId("w", PAGE)).reason == "rights-unknown"


def test_other_problems_close_nothing() -> None:
    """A page with a damaged attachment has all its objects; one that the wiki lacks has none."""
    file = Problem(where="a.xar!/HR/Pay/List.xml", code="bad-base64", detail="x", page=PAGE)
    absent = Problem(where="https://w", code="not-found", detail="(404)", page="HR.WebPreferences")
    rights = Rights(standings("parent: absent"), [file, absent])
    assert rights.visibility(PageId("w", PAGE)).open


def decide(pages: list[PageStanding], **rules: Any) -> PublicPages:
    return PublicPages(pages, PublicRules(**rules))


def test_kb_toml_opens_by_name() -> None:
    """A pattern opens what rights close or leave unknown, and nothing else."""
    pages = standings(f"wiki: -view {GUEST}")
    assert not decide(pages).visibility(PageId("w", PAGE)).open
    opened = decide(pages, open=("HR.Pay.*",))
    assert opened.visibility(PageId("w", PAGE)).reason == "named"
    assert not opened.visibility(PageId("w", "HR.WebHome")).open
    assert opened.unmatched() == ()


def test_what_is_excluded_hidden_or_gone_is_not_opened() -> None:
    """`exclude` is stronger than `open`, and so is what the wiki hid or no longer has."""
    pages = [
        standing("w", "A.Hidden", hidden=True), standing("w", "A.Gone", gone="2024-01-01"),
        standing("w", "A.Out"),
    ]  # fmt: skip
    decided = decide(pages, open=("*",), exclude=("A.O*",))
    reasons = [decided.visibility(page.id).reason for page in pages]
    assert reasons == ["hidden", "gone", "excluded"]


def test_a_pattern_that_matches_nothing_is_named() -> None:
    """Misspelt patterns come back, those that match do not."""
    decided = decide([standing("w", "A.B")], open=("A.*", "Suport.*", ""))
    assert decided.unmatched() == ("Suport.*", "")


def test_the_audience_of_an_archive(tmp_path: Path) -> None:
    """All pages of a real archive, by reason, from the objects that importers gave."""
    rights: dict[str, PropertyValue] = {
        "levels": "view", "users": "", "groups": "XWiki.Staff", "allow": "1",
    }  # fmt: skip
    closed = WikiObject(class_name="XWiki.XWikiGlobalRights", number=0, properties=rights)
    with Archive(tmp_path / "a.db", create=True) as archive:
        names = ("XWiki.XWikiPreferences", "Dev.A", "HR.List", "HR.WebPreferences")
        whole = [PageSeen(id=PageId("xwiki", n), history="latest", whole=True) for n in names]
        items: list[Item] = [
            *whole,
            closed,
            PageSeen(id=PageId("xwiki", "Dev.B"), history="latest"),
        ]
        archive.ingest(archive.source("a", "test"), items)
        inside = PublicPages.of(archive, PublicRules()).report()
        assert [page.id.page for page in archive.standings(CLASSES) if page.objects] == [
            "HR.WebPreferences"
        ]
    assert inside.open == 2
    assert [
        (group.visibility.reason, [page.page for page in group.pages]) for group in inside.inside
    ] == [("granted-to-others", ["HR.List", "HR.WebPreferences"]), ("rights-unknown", ["Dev.B"])]
    assert str(inside.inside[0].visibility) == (
        "view is granted to XWiki.Staff only (HR.WebPreferences)"
    )


def test_spaces_are_settled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cost grows with pages, not with pages times levels: a space is looked at once."""
    settled: list[tuple[str, tuple[str, ...]]] = []
    space_level = Rights._space_level

    def noted(self: Rights, wiki: str, spaces: tuple[str, ...]) -> object:
        settled.append((wiki, spaces))
        return space_level(self, wiki, spaces)

    monkeypatch.setattr(Rights, "_space_level", noted)
    pages = [standing("xwiki", "XWiki.XWikiPreferences")]
    pages += [standing("xwiki", f"A.B.C.P{number}") for number in range(50)]
    rights = Rights(pages)
    assert sum(rights.visibility(page.id).open for page in pages) == 1
    assert sorted(settled) == [("xwiki", ("A",)), ("xwiki", ("A", "B")), ("xwiki", ("A", "B", "C")),
                               ("xwiki", ("XWiki",))]  # fmt: skip


def test_a_reference_of_many_names_is_decided() -> None:
    """However deep a page stands, it is decided: the depth of a reference is a source's choice."""
    page = standing("xwiki", ".".join(["A"] * 1100))
    rights = Rights([page, standing("xwiki", "XWiki.XWikiPreferences")])
    assert rights.visibility(page.id).reason == "rights-unknown"
