/**
 * What the results show of a case.
 * @import {Card, Piece} from "../types"
 */
import { make, makeText } from "./dom.js";
import { messages } from "./messages.js";

/** @param {Piece[]} pieces */
const markedPieces = (pieces) =>
  pieces.map(([text, marked]) => (marked ? make("mark", "", text) : text));

/** @param {Card} card */
export const cardElement = ({ about, name, title, why }) => {
  const { url, status, date, station, engineers } = about;
  const link = document.createElement("a");
  link.href = url;
  const id = make("span", "id", make("bdi", "", ...markedPieces(name)));
  const badge = make("span", `badge s-${status}`, messages().status[status]);
  link.append(make("span", "card-top", id, badge));
  link.append(makeText("span", "card-title", ...markedPieces(title)));
  if (why) {
    const label = why.label ? [make("b", "", why.label), " "] : [];
    link.append(makeText("span", "card-text", ...label, ...markedPieces(why.pieces)));
  }
  const facts = [date, station || "", ...engineers].filter(Boolean);
  link.append(make("span", "card-meta", ...facts.map((value) => make("bdi", "", value))));
  return make("li", "card", link);
};
