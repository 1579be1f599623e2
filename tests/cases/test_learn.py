"""Profiles proposed for teams that no shipped profile fits, used as they come."""

from __future__ import annotations

from collections import Counter

import pytest

from kb.cases.learn import propose, survey
from kb.cases.learn.toml import profile_toml
from kb.cases.normalise import cases_of, tools_of
from kb.cases.profile import parse_profile
from tests.cases.dialects import EN, Dialect, Fact, _words, page_of_dialect
from tests.cases.pages import page_of

GERMAN = _words(
    "Rufnummer|Rechnungsnummer|Anschluss|Säule|Beginn|Ende|Fehlerbeschreibung|Verlauf|Lösung"
    "|Stand|Bearbeiter|Erledigt|In Bearbeitung|Zurückgestellt|Eskaliert"
)
CHINESE = _words(
    "联系号码|流水号|端口|终端编号|起始|终止|投诉内容|处理过程|处理结果|进展|经办人|已办结|办理中|挂起|转交"
)
FRENCH = _words(
    "Téléphone|Facture|Prise|Borne|Début|Fin|Description du problème|Suivi|Résolution|Statut"
    "|Responsable|Résolu|En cours|En attente|Transmis"
)
JAPANESE = _words(
    "電話番号|伝票番号|コネクタ|充電器番号|開始|終了|内容|経過|結果|状態|担当者|解決済み|対応中|保留|転送"
)
PLAIN = _words(
    "Kontakt|Beleg|Stecker|Gerät|Von|Bis|Anliegen|Bearbeitung|Ergebnis|Zustand|Zuständig|fertig"
    "|läuft|pausiert|weg"
)
STRANGE = (
    Dialect(
        "german", GERMAN, heading="= TICKET-{number} ({date}) =", label="{label}: {value}",
        part="== {label} ==", round="[Runde {n}]:", speaker="[{name}]: ",
        mark=lambda w, on: f"[x] {w}" if on else f"[ ] {w}", legend="", between="  ",
        engineers="{label}: {names}", comma=", ",
    ),
    Dialect(
        "chinese", CHINESE, heading="== 投诉第{number}号 {date} ==", label="{label}：{value}",
        part="**{label}**", round=None, speaker="〔{name}〕：",
        mark=lambda w, on: f"●{w}" if on else f"○{w}", legend="", between=" / ",
        engineers="{label}：{names}", comma="、",
    ),
    Dialect(
        "french", FRENCH, heading="= Dossier {number} : réclamation =", label="* {label} : {value}",
        part="--- {label} ---", round=None, speaker="{name} : ",
        mark=lambda w, on: f"{w} ✔" if on else w, legend="", between=" | ",
        engineers="* {label} : {names}", comma=" et ",
    ),
    Dialect(
        "english", EN, heading="=== Incident {number} ===", label="|{label}|{value}",
        part="{label}:", round=None, speaker="«{name}»: ",
        mark=lambda w, on: f"★{w}" if on else w, legend="", between=", ",
        engineers="|{label}|{names}", comma=" & ",
    ),
    Dialect(
        "japanese", JAPANESE, heading="= 案件{number} ({date}) =", label="{label}：{value}",
        part="■{label}", round=None, speaker="「{name}」：", legend="", between="　",
        mark=lambda w, on: f"☑{w}" if on else f"□{w}", engineers="{label}：{names}", comma="、",
    ),
    Dialect(
        "options-below", PLAIN, heading="= Vorgang {number}/{date} =", label="{label}: {value}",
        part="**{label}:**", round=None, speaker="<{name}>: ", legend="", below="* {option}",
        mark=lambda w, on: f"(x) {w}" if on else f"( ) {w}", engineers="{label}: {names}",
        comma=", ",
    ),
)  # fmt: skip


@pytest.mark.parametrize("dialect", STRANGE, ids=lambda dialect: dialect.name)
def test_a_proposal_reads_the_pages_that_it_was_made_from(dialect: Dialect) -> None:
    pages = [page_of_dialect(dialect, seed)[0] for seed in range(30)]
    found = survey((f"P{n}", page.lines) for n, page in enumerate(pages))
    text = profile_toml(propose(found), dialect.name)
    tools = tools_of([parse_profile(text, "proposal")])
    kinds = ("field", "status", "turn", "problem")
    want: dict[str, Counter[Fact]] = {kind: Counter() for kind in kinds}
    got: dict[str, Counter[Fact]] = {kind: Counter() for kind in want}
    for n, page in enumerate(pages):
        for case in cases_of(page_of("\n".join(page.lines)), tools):
            got["field"].update((n, f.value, f.origin.lines[0]) for f in case.fields)
            got["problem"].update([(n, case.problem)] if case.problem else [])
            got["turn"].update((n, t.speaker, t.text) for t in case.turns)
            if "/status" in case.origins:
                got["status"].update([(n, case.status, case.origins["/status"].lines[0])])
        want["field"].update((n, f[2], f[3]) for f in page.facts.get("field", []))
        want["problem"].update((n, f[1]) for f in page.facts.get("problem", []))
        want["turn"].update((n, f[2], f[3]) for f in page.facts.get("turn", []))
        want["status"].update((n, f[1], f[2]) for f in page.facts.get("status", []))
    measures = {
        kind: 2 * (want[kind] & got[kind]).total() / (want[kind].total() + got[kind].total())
        for kind in want
    }
    print({kind: round(measure, 3) for kind, measure in measures.items()})
    missed = {kind: (want[kind] - got[kind]).most_common(3) for kind in want}
    if dialect.speaker.endswith(" : "):
        del measures["turn"]  # which of its lines `x : y` are a name's, only a person can tell
    assert min(measures.values()) >= 0.9, f"{measures}\n{missed}\n{text}"
