/** Makes elements. */

/**
 * @param {string} tag
 * @param {string} name its class
 * @param {...(string | Node)} inside
 */
export const make = (tag, name, ...inside) => {
  const element = document.createElement(tag);
  if (name) element.className = name;
  element.append(...inside);
  return element;
};

/**
 * A text whose direction is that of its first letter.
 * @param {string} tag
 * @param {string} name
 * @param {...(string | Node)} inside
 */
export const makeText = (tag, name, ...inside) => {
  const element = make(tag, name, ...inside);
  element.dir = "auto";
  return element;
};
