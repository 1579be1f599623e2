/**
 * The site's data, as its scripts know it: what the index's files bring, what a query becomes, what a
 * page asks the search for. Nothing of this file is shipped.
 */

/** What the page says of the index (kb/publish/browser_index/index_layout.py), and how one of its files is loaded. */
export interface IndexMeta {
  documents: number;
  shards: number;
  /** Postings of a key that stand in its shard at most. */
  perShard: number;
  /** Documents beyond which a key is common: runs between common ones are keys too. */
  common: number;
  /** What the documents' numbers lie in. */
  span: number;
  /** Traditional characters that GB 2312 has too. */
  inside: string;
  load: (path: string) => Promise<unknown>;
}

/** What a card says of a case as it is. */
export interface About {
  id: string;
  url: string;
  /** `2020-04-10`, or empty. */
  date: string;
  status: string;
  station: string | null;
  engineers: string[];
}

/** What tests are tried on: a text, and what was found out of it. */
export interface Searched {
  text: string;
  texts?: TextPart[];
  folded?: string;
  stems?: Set<string>;
  fold?: Folded;
}

/** A part of a case's text: a turn (its label says who speaks), a field, a heading. */
export interface TextPart extends Searched {
  name: string;
  label: string;
}

/** A case as its file in the index has it; its text is all that tests are tried on. */
export interface CaseText extends Searched {
  about: About;
  texts: TextPart[];
}

/** A file's row: id, address, date, status, station, language, engineers, and name, label, text of each part. */
export type CaseRow = [string, string, string, string, string | null, string, string[], string[]];

/** Folded text, and where its characters begin and end in the original. */
export interface Folded {
  text: string;
  from: (at: number) => number;
  to: (end: number) => number;
}

/** Reads numbers from a stream of bits: one bit; Elias' gamma code; Rice's with so many low bits. */
export interface BitReader {
  bit: () => number;
  gamma: () => number;
  rice: (low: number) => number;
}

/** How many documents have a key, and some of its postings: `document * 4 + weight`. */
export interface KeyPostings {
  count: number;
  postings: number[];
}

/** The postings of a key, the best of them or all. */
export interface PostingList extends KeyPostings {
  key: string;
  complete: boolean;
  /** Only of numbers that end so. */
  lastDigits?: boolean;
}

/** A part of a test's word: where it begins and how long it is, in characters. */
export type Span = [from: number, size: number];

export interface TestOptions {
  /** Quoted: no other form of a word, and all side by side. */
  exact?: boolean;
  /** The last word may not be typed to its end. */
  unfinished?: boolean;
  /** Numbers that have four digits inside, and words that begin as an unfinished one. */
  wide?: boolean;
}

/** What a case must have: a run of characters, a number, or a word. */
export interface WordTest {
  word: string;
  pattern: RegExp;
  /** The characters of a run. */
  run?: string[];
  number?: boolean;
  /** Only numbers that end so. */
  lastDigits?: boolean;
  unfinished?: boolean;
  /** Words that begin so. */
  begins?: boolean;
  /** The key of an English word. */
  stem?: string | false;
  /** Stems of which one stands for the word. */
  stems: string[];
  exact?: boolean;
  /** What was joined in the query, side by side. */
  whole?: RegExp;
  /** The part of a case that must meet the test, by its name. */
  field?: string;
  fuzzy?: boolean;
  /** Whether it is met by words that are nearly this. */
  near?: boolean;
  /** The lists of a test that is met by other words too. */
  lists?: PostingList[];
}

/** A test whose pattern is not compiled yet. */
export interface TestSource extends Omit<WordTest, "pattern" | "stems"> {
  pattern: string;
}

/** What the index tells of tests. */
export interface Gathered {
  lists: () => PostingList[];
  /** The list that says all of the only test. */
  only: PostingList | null;
  /** Asks for more lists; false where there are none. */
  more: (() => Promise<boolean>) | null;
}

/** Cases that fit a query, in order. */
export interface Found {
  hits: CaseText[];
  tests: WordTest[];
  total: number;
  /** Whether `total` is certain. */
  exact: boolean;
  /** The cases have only some of the words. */
  loose?: boolean;
  /** Words that stand nowhere: the cases have words like them. */
  near?: string[];
  /** Whether there may be more that nearly fit. */
  wider?: boolean;
}

/** Where a text has what is asked for, and the folded text there. */
export type Highlight = [from: number, to: number, found: string];

/** A piece of text, marked or not. */
export type Piece = [text: string, marked: boolean];

export interface Excerpt {
  label: string;
  pieces: Piece[];
}

/** What a card shows of a case. */
export interface Card {
  about: About;
  name: Piece[];
  title: Piece[];
  why: Excerpt | null;
}

/** What a search gives to the page: `Found` without what stays in the engine. */
export interface Answer<Hit> extends Omit<Found, "hits" | "tests"> {
  hits: Hit[];
}

/** A facet and its values with how many cases each has, the commonest first. */
export type FacetCounts = [facet: string, rows: [value: string, count: number][]];

type Asked = [text: string, limit: number, all?: boolean];

/** The search, as the page calls it; in a worker or not. */
export interface Search {
  search: (...asked: Asked) => Promise<Answer<About>>;
  cards: (...asked: Asked) => Promise<Answer<Card>>;
  facets: (text: string) => Promise<FacetCounts[]>;
}

/** What assets/search.js gives. */
export interface Engine extends Search {
  /** Says what the index is; before anything is asked. */
  open: (index: IndexMeta) => Promise<void>;
}

/** What assets/advanced.js gives. */
export interface AdvancedSearch {
  find: (text: string, limit: number, wide: boolean) => Promise<Found>;
  loosen: (tests: WordTest[], limit: number) => Promise<Found | null>;
  widen: (tests: WordTest[]) => Promise<unknown>;
  facets: (text: string) => Promise<FacetCounts[]>;
}

/** A piece of a query as written. */
export interface Lexeme {
  kind: "open" | "close" | "or" | "not" | "word" | "words" | "quote";
  text: string;
  field: string;
}

export interface NodeOptions extends TestOptions {
  field?: string;
}

/** A query's tree. */
export type QueryNode =
  | { kind: "all" | "any"; nodes: QueryNode[] }
  | { kind: "not"; node: QueryNode }
  | { kind: "tests"; tests: WordTest[] }
  | FacetNode
  | CaseNode;

/** Cases that have one of the accepted values. */
export interface FacetNode {
  kind: "facet";
  facet: string;
  accepts: (value: string) => boolean;
  /** Noted when they are looked up. */
  documents?: Set<number>;
}

/** Cases that can only be told from themselves. */
export interface CaseNode {
  kind: "case";
  accepts: (found: CaseText) => boolean;
}

/** Documents that may fit. */
export interface Candidates {
  documents: Set<number>;
  /** Whether they fit for certain. */
  sure: boolean;
}

/** A version of a page: the lines of the one before that stay, as [from, how many], and numbers of new lines. */
export type VersionRow = [version: string, steps: ([from: number, count: number] | number)[]];

/** A row of a comparison: places in both versions, null where one has no such line. */
export interface DiffRow {
  from: number | null;
  to: number | null;
  same: boolean;
}

declare global {
  /** A case, and traditional characters of it with what each is folded to. */
  var kbD: (document: number, row: CaseRow, from?: string, to?: string) => void;
  /** Traditional characters of a file, and what each is folded to. */
  var kbF: (file: number, from: string, to: string) => void;
  /** A shard of keys with their best postings. */
  var kbT: (file: number, signs: string) => void;
  /** A file of rests of postings. */
  var kbL: (file: number, signs: string) => void;
  /** A facet: its values with their documents. */
  var kbA: (facet: string, rows: Record<string, string | number>) => void;
  /** Words of the index, `word count` a line. */
  var kbX: (rows: string) => void;
  /** All lines that a page ever had, and its versions. */
  var kbV: (lines: string[], versions: VersionRow[]) => void;

  var kbEngine: Engine;
  var kbAdvanced: AdvancedSearch;
  /** The search, for the page's own use and for tests. */
  var kb: Search;

  function importScripts(...urls: (string | URL)[]): void;
}
