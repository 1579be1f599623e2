// All terms of a text, from the parts of site/search/ that the search works with.
const numberTerms = (digits) => {
  const found = [["number", digits]];
  if (digits.length < 4) return found;
  found.push(["head", "^" + digits.slice(0, 4)], ["tail", digits.slice(-4) + "$"]);
  for (let i = 0; i + 4 <= digits.length; i++) found.push(["gram", digits.substr(i, 4)]);
  return found;
};

const pieceTerms = (piece, written) => {
  if (IS_NUMBER.test(piece)) return numberTerms(piece);
  const found = [["word", piece]];
  if (IS_ENGLISH.test(piece)) found.push(["stem", stem(piece)]);
  for (const part of partsOf(piece, written)) {
    if (IS_NUMBER.test(part)) found.push(...numberTerms(part));
    else found.push(["part", part], ...(IS_ENGLISH.test(part) ? [["stem", stem(part)]] : []));
  }
  return found;
};

// [kind, text, position] of all terms, in the table's order.
const terms = (text) => {
  const folded = fold(text);
  const found = [];
  let position = 0;
  for (const { 0: token, index } of folded.text.matchAll(TOKEN)) {
    if (IS_RUN.test(token)) {
      const run = [...token];
      run.forEach((c, i) => {
        found.push(["char", c, position + i]);
        if (i + 1 < run.length) found.push(["pair", c + run[i + 1], position + i]);
      });
      position += run.length;
      continue;
    }
    const pieces = piecesOf(token);
    if (pieces.length > 1 && [...token].length <= 128) found.push(["code", token, position]);
    for (const [at, piece] of pieces) {
      const from = folded.from(index + at);
      const written = text.slice(from, folded.to(index + at + piece.length));
      for (const [kind, term] of pieceTerms(piece, written.length === piece.length ? written : piece)) found.push([kind, term, position]);
      position++;
    }
  }
  return found;
};
