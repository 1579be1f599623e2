"""The tables of the case store."""

from __future__ import annotations

TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE page (key INTEGER PRIMARY KEY, digest BLOB NOT NULL, life BLOB);
CREATE TABLE kase (
  key INTEGER PRIMARY KEY, page_key INTEGER NOT NULL, wiki TEXT NOT NULL, page TEXT NOT NULL,
  locale TEXT NOT NULL, line INTEGER NOT NULL, base_id TEXT NOT NULL, base BLOB NOT NULL,
  problem TEXT NOT NULL,
  copy INTEGER NOT NULL DEFAULT 0, place INTEGER NOT NULL DEFAULT 0,
  id TEXT, record BLOB, digest BLOB);
CREATE INDEX kase_page ON kase (page_key);
CREATE INDEX kase_id ON kase (id);
CREATE INDEX kase_base ON kase (base_id);
CREATE INDEX kase_place ON kase (place, id, digest);
CREATE INDEX kase_order ON kase (wiki, page, locale, line, base_id, copy, place);
CREATE TABLE past (
  page_key INTEGER NOT NULL, wiki TEXT NOT NULL, page TEXT NOT NULL, locale TEXT NOT NULL,
  id TEXT NOT NULL, last TEXT, renamed_to TEXT, events BLOB NOT NULL,
  PRIMARY KEY (page_key, id)) WITHOUT ROWID;
CREATE INDEX past_id ON past (id);
CREATE TABLE tie (case_key INTEGER NOT NULL, key TEXT NOT NULL, PRIMARY KEY (case_key, key))
  WITHOUT ROWID;
CREATE INDEX tie_key ON tie (key);
CREATE TABLE mention (
  case_key INTEGER NOT NULL, named TEXT NOT NULL, PRIMARY KEY (case_key, named)) WITHOUT ROWID;
CREATE INDEX mention_named ON mention (named);
CREATE TABLE band (case_key INTEGER NOT NULL, band BLOB NOT NULL, PRIMARY KEY (case_key, band))
  WITHOUT ROWID;
CREATE INDEX band_band ON band (band)
"""
"""`kase`: present cases, as their page alone gives them (base) and with what others add (record).
`past`: cases that a page had once. `tie`: identifiers of a case that relate it to others.
`band`: keys of which two cases share one if their problems are told alike."""
