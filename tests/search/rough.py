"""Cases and documents by hand, where the real importers would be beside the point."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from kb.cases.record import Case, CaseAttachment, CaseSource, Field, Origin, Turn, to_json
from kb.search.documents.search_document import NamedText, SearchDocument

NAMES = {"账单号": "bill", "桩号": "pile", "手机号码": "phone", "枪号": "connector"}
LINE = re.compile(r"^(?:[\d.]+ \| )?(\d+) \| (.*?)[ |]*$")
HERE = Origin(lines=(1, 1))


def case(id_: str, **values: Any) -> Case:
    """A case with only what a test is about."""
    source = CaseSource(
        wiki="w", page="A.B", locale="", version=None, lines=(1, 2), history="lines"
    )
    return Case(**{"id": id_, "language": "zh", "source": source, **values})


def cases_of_dump(dump: str) -> list[Case]:
    """The cases of a page's text dump, read roughly: what is searched, where it belongs."""
    lines = [match[2] for line in dump.splitlines() if (match := LINE.match(line))]
    source = "\n".join(lines)
    parts = re.split(r"^= (.*?) =$", source, flags=re.MULTILINE)
    return [_case(i, body) for i, body in zip(parts[1::2], parts[2::2], strict=True)]


def _case(id_: str, body: str) -> Case:
    digits = re.findall(r"\d+", id_)
    day = digits[-1]
    fields = re.findall(rf"^({'|'.join(NAMES)})[:：](.*)$", body, re.MULTILINE)
    turns = re.findall(r"【(.*?)】[:：]((?:(?!【.*?】[:：]).)*)", body, re.DOTALL)
    problem = re.search(r"问题描述[:：](.*)", body)
    return case(
        id_,
        number=int(digits[0]),
        date=f"{day[:4]}-{day[4:6]}-{day[6:]}",
        status="resolved" if "☑已" in body else "unset",
        problem=problem[1] if problem else "",
        fields=tuple(Field(name=NAMES[a], label=a, value=b, origin=HERE) for a, b in fields),
        turns=tuple(Turn(round=None, speaker=a, text=b, origin=HERE) for a, b in turns),
        attachments=tuple(
            CaseAttachment(name=name, origin=HERE)
            for name in re.findall(r"\[\[(?:image:|attach:)([^|\]]+)", body)
        ),
    )


def document(key: str, *texts: str, names: Iterable[tuple[str, str]] = ()) -> SearchDocument:
    """A document of plain texts."""
    digest = hashlib.sha256("\0".join(texts).encode("utf-8", "surrogatepass")).digest()
    return SearchDocument(
        key=key,
        digest=digest,
        id=key,
        texts=tuple(NamedText("text", "", text) for text in texts),
        names=tuple(names),
    )


class Store:
    """Cases in memory, as a case store gives them."""

    def __init__(self, cases: Iterable[Case]) -> None:
        self.held = {case.id: case for case in cases}

    def records(self) -> Iterable[tuple[str, bytes]]:
        return ((key, to_json(case)) for key, case in self.held.items())

    def digests(self) -> Iterable[tuple[str, bytes]]:
        return ((key, hashlib.sha256(record).digest()) for key, record in self.records())


class Documents:
    """Documents in memory, as a source of an index."""

    def __init__(self, documents: Iterable[SearchDocument]) -> None:
        self.held = {document.key: document for document in documents}
        self.asked: list[set[str]] = []

    def digests(self) -> Mapping[str, bytes]:
        return {key: document.digest for key, document in self.held.items()}

    def documents(self, keys: Collection[str]) -> Iterable[SearchDocument]:
        self.asked.append(set(keys))
        return [self.held[key] for key in keys]
