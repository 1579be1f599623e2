"""Laws of the public material: wherever something protected stands, it does not come out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.archive import LineView, PageView
from kb.cases.record import Case, CaseAttachment, Correction, Event, Field, Section, Turn, from_json
from kb.model import PageId
from kb.redact.leaks import Leak, LeakSearch
from kb.redact.material import MaterialPage, MaterialVersion
from kb.redact.public_material import PublicMaterial
from tests.redact.disguises import NAMES, NUMBERS
from tests.site.samples import PAGE, Sample, at, page, small, versions

PHONE, NAME = "13911112222", "韩梅梅"
WAYS = [*(write(PHONE) for write in NUMBERS.values()), *(write(NAME) for write in NAMES.values())]
"""The protected phone and name, in each disguise."""


def filled(texts: list[str]) -> Case:
    """Make a case that has a text in every place, one after the other."""
    said = iter(texts * 20)
    return small(
        "law#1", next(said), status="resolved", station=next(said),
        fields=(Field(name="note", label=next(said), value=next(said), origin=at(1)),),
        turns=(Turn(round=1, speaker=next(said), text=next(said), origin=at(2)),),
        sections=(Section(label=next(said), text=next(said), origin=at(3)),),
        engineers=(next(said),),
        attachments=(CaseAttachment(name=next(said), origin=at(3)),),
        timeline=(Event(version="1.1", author=next(said), change="turn", name=next(said),
                        old=next(said), new=next(said)),),
        corrections=(Correction(path="/problem", old=next(said), new="x", by=next(said),
                                why=next(said)),),
        x={"heading": next(said), next(said): [next(said)]},
    )  # fmt: skip


@dataclass
class Spread(Sample):
    """A wiki that says the texts in every field of a case and a page, and in former versions."""

    texts: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Put them in."""
        lines = tuple(
            LineView(n, text, "1.1", "XWiki.someauthor", None)
            for n, text in enumerate(self.texts, 1)
        )
        files = tuple(
            msgspec.structs.replace(page().attachments[1], name=f"{text}.log")
            for text in self.texts
        )
        view = msgspec.structs.replace(
            page(), id=PageId("xwiki", f"Support.{self.texts[0]}"), title=self.texts[-1],
            lines=lines, tags=tuple(self.texts), attachments=files, comments=(),
        )  # fmt: skip
        self.all_cases, self.all_pages = [filled(self.texts)], [page(), view]

    def pages(self) -> Iterable[MaterialPage]:
        """Yield the pages; former versions have the texts, too."""
        about = next(iter(versions())).about
        told = msgspec.structs.replace(about, comment=self.texts[0], title=self.texts[-1])
        former = [MaterialVersion(told, "\n".join(self.texts))]
        for view in self.all_pages:
            read = partial(_same, view)
            yield MaterialPage(id=view.id, digest=view.digest, read=read, versions=lambda: former)


def _same(view: PageView) -> PageView:
    return view


def told_by(public: PublicMaterial) -> bytes:
    """Return all that the public is told, as bytes."""
    parts: list[Any] = [from_json(record) for record in public.records()]
    for shown in public.pages():
        parts += [shown.id, shown.read(), list(shown.versions())]
    return msgspec.json.encode(parts)


@given(st.lists(st.tuples(st.sampled_from(WAYS), st.sampled_from(["", "见", "call "])), min_size=1,
                max_size=6))  # fmt: skip
def test_nothing_protected_comes_out(texts: list[tuple[str, str]]) -> None:
    """In whatever field, version or name of a file and in whatever disguise it stands."""
    written = [f"{before} {way} " for way, before in texts]
    public = Spread(texts=written).public(names=(NAME,), attachments=("*",))
    told = told_by(public)
    found = LeakSearch(public.protected).in_bytes("x", told)
    assert [one for one in found if isinstance(one, Leak)] == []
    for way, _ in texts:
        assert way.encode() not in told


def test_a_page_changes_when_what_is_protected_does() -> None:
    """A name that another page brings is taken out of former versions, and the digest tells it."""
    former = [MaterialVersion(next(iter(versions())).about, "韩梅梅 was here")]
    digests = set()
    for names in ((), ("韩梅梅",)):
        sample = Sample()
        sample.pages = lambda: [  # type: ignore[method-assign]
            MaterialPage(id=PAGE, digest=b"1", read=page, versions=lambda: former)
        ]
        (shown,) = sample.public(names=names).pages()
        digests.add(shown.digest)
        ((_, source),) = shown.versions()
        assert source is not None
        assert ("韩梅梅" in source) == (not names)
    assert len(digests) == 2


def test_the_order_is_that_of_the_public_names() -> None:
    """Pages and cases whose page has another name in public do not stand where the old one did."""
    names = ["Support.韩梅梅", "Support.Zeta", "Support.Alpha"]
    views = [msgspec.structs.replace(page(), id=PageId("xwiki", name)) for name in sorted(names)]
    cases = []
    for number, name in enumerate(names):
        case = small(f"c#{number}", "text")
        cases.append(msgspec.structs.replace(
            case, source=msgspec.structs.replace(case.source, page=name)))  # fmt: skip
    public = Sample(cases, views).public(names=("韩梅梅",))
    shown = [one.id.page for one in public.pages()]
    assert shown == sorted(shown)
    assert "Support.韩梅梅" not in shown
    stands = [from_json(record).source.page for record in public.records()]
    assert stands == sorted(stands)


def test_what_happened_on_pages_inside_is_not_told() -> None:
    """Events of a case's life on a page that is closed are left out."""
    events = tuple(
        Event(version="1.1", page=name, change="edited") for name in ("Support.Old", "Closed.Old")
    )
    case = small("c#1", "text", timeline=events)
    public = Sample([case], [page()]).public(exclude=("Closed.*",))
    (left,) = [from_json(record) for record in public.records()]
    assert [event.page for event in left.timeline] == ["Support.Old"]


@pytest.mark.parametrize("withhold", [("gone#*",), ()], ids=["withheld", "not withheld"])
def test_former_versions_with_a_withheld_case_stay_inside(withhold: tuple[str, ...]) -> None:
    """A page that once held a case which is withheld shows no former version."""
    sample = Sample()
    sample.past = lambda: [(PAGE, "gone#1")]  # type: ignore[method-assign]
    (shown,) = sample.public(withhold=withhold).pages()
    assert any(source for _, source in shown.versions()) == (not withhold)


def test_files_that_the_page_lost_are_not_shown() -> None:
    """A file that was deleted in the wiki stays inside whatever kb.toml lists."""
    gone = [msgspec.structs.replace(file, gone=True) for file in page().attachments]
    view = msgspec.structs.replace(page(), attachments=tuple(gone))
    public = Sample(all_pages=[view]).public(attachments=("*",), looked_at=("*",))
    (shown,) = public.pages()
    assert shown.read().attachments == ()
