"""Profiles proposed for teams that no shipped profile fits, used as they come."""

from __future__ import annotations

from collections import Counter

import pytest

from kb.cases.learn import propose, survey
from kb.cases.learn.toml import profile_toml
from kb.cases.profile.profile import parse_profile
from kb.cases.reader.normalise import cases_of
from kb.cases.reader.profile_selection import grammar_of
from tests.cases.dialects import EN, Dialect, Fact, _words, page_of_dialect
from tests.cases.mixes import Mix
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
    """A proposed profile finds nine in ten of the facts on the pages that it was made from."""
    pages = [page_of_dialect(dialect, seed)[0] for seed in range(30)]
    found = survey((f"P{n}", page.lines) for n, page in enumerate(pages))
    text = profile_toml(propose(found), dialect.name)
    grammar = grammar_of([parse_profile(text, "proposal")])
    kinds = ("field", "status", "turn", "problem")
    want: dict[str, Counter[Fact]] = {kind: Counter() for kind in kinds}
    got: dict[str, Counter[Fact]] = {kind: Counter() for kind in want}
    for n, page in enumerate(pages):
        for case in cases_of(page_of("\n".join(page.lines)), grammar):
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
        del measures["turn"]  # unmarked names after unsigned text: a case alone does not show them
    assert min(measures.values()) >= 0.9, f"{measures}\n{missed}\n{text}"


_KINDS = (
    "phone", "bill", "connector", "pile", "started", "ended", "problem", "station", "tracking",
    "resolution", "status", "engineers", "resolved", "in_progress", "shelved", "unknown",
)  # fmt: skip
LANGUAGES = {
    "spanish": "Teléfono|Factura|Conector|Cargador|Inicio|Fin|Descripción|Sede|Seguimiento"
    "|Resolución|Estado|Responsable|Resuelto|En curso|Suspendido|Escalado",
    "korean": "전화번호|청구번호|커넥터|충전기번호|시작시간|종료시간|문제내용|지점|진행경과"
    "|처리결과|상태|담당자|해결됨|진행중|보류|이관",
    "russian": "Телефон|Счёт|Разъём|Станция|Начало|Конец|Описание|Площадка|История|Решение"
    "|Статус|Инженер|Решено|В работе|Отложено|Передано",
    "other-chinese": "来电人|流水编码|插口|终端|起点时刻|终点时刻|事由|网点|沟通记录|结果反馈|进展"
    "|经办|已办结|在办|挂起|转派",
    "other-english": "Caller|Reference|Socket|Unit serial|From|Until|Symptom|Branch|History"
    "|Closing|State|Agent|Done|Open|Parked|Forwarded",
}
HEADINGS = (
    "= Ticket {n} =", "= INC-{n} ({d}) =", "== RMA{n}: {d} ==", "= Reclamo n.º {n} - {d} =",
    "= {d} / {n} =", "=== 客诉{n}（{d}） ===", "= #{n} {d} =", "= 2020-{n} =", "== REQ_{n}_{d8} ==",
)  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_ways_of_writing_mixed_at_random(language: str) -> None:
    """Twelve teams of a language, a profile learned for each: nine in ten of all is found."""
    words = {k: (w,) for k, w in zip(_KINDS, LANGUAGES[language].split("|"), strict=True)}
    want: Counter[Fact] = Counter()
    got: Counter[Fact] = Counter()
    for seed in range(12):
        mix = Mix(seed * 7, words, HEADINGS, cases=20)
        found = survey([("P", mix.lines)])
        grammar = grammar_of([parse_profile(profile_toml(propose(found), language), "proposal")])
        for case in cases_of(page_of("\n".join(mix.lines)), grammar):
            status = case.origins.get("/status")
            got.update(("field", seed, f.value, f.origin.lines[0]) for f in case.fields)
            got.update(("turn", seed, t.speaker, t.origin.lines[0]) for t in case.turns)
            got.update([("status", seed, case.status, status.lines[0])] if status else [])
        for kind, picked in (("field", (2, 3)), ("turn", (2, 4)), ("status", (1, 2))):
            facts = mix.facts[kind].elements()
            want.update((kind, seed, *(fact[n] for n in picked)) for fact in facts)
    measures = {}
    for kind in ("field", "turn", "status"):
        a, b = (Counter({f: n for f, n in c.items() if f[0] == kind}) for c in (want, got))
        measures[kind] = 2 * (a & b).total() / (a.total() + b.total())
    assert min(measures.values()) >= 0.9, measures
