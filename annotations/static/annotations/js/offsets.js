// The server counts Unicode code points, JavaScript counts UTF-16 units. This is the one place
// in the browser that converts between them; annotations/domain/spans.py is the other side.

/** How many code points `text` has. */
export function codePoints(text) {
  let count = 0;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit < 0xdc00 || unit > 0xdfff) count += 1;
  }
  return count;
}

/** The UTF-16 index in `text` at which code point number `offset` begins. */
export function toUnits(text, offset) {
  let index = 0;
  for (let left = offset; left > 0 && index < text.length; left -= 1) {
    index += text.codePointAt(index) > 0xffff ? 2 : 1;
  }
  return index;
}

/** The code point number at UTF-16 index `index` in `text`. */
export function toCodePoints(text, index) {
  return codePoints(text.slice(0, index));
}
