/**
 * What few queries need, loaded when one does: OR, brackets, -without, "phrases", fields, dates,
 * wildcards, near words, filters with counts. assets/advanced.js is made from here.
 */
import { countFacets, find, loosen } from "./evaluate.js";
import { widen } from "./widen.js";

self.kbAdvanced = { find, loosen, widen, facets: countFacets };
