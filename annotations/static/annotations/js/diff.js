// What was changed between two wordings, word by word.

const words = (text) => text.match(/\s+|[\p{L}\p{N}\p{M}'’-]+|[^\s\p{L}\p{N}]/gu) || [];
// Longest common subsequences take the product of both lengths; what is longer isn't read as a diff.
const LONGEST = 400;

/** Pieces `{kind: "same" | "gone" | "new", text}` that lead from one text to the other; null if too long. */
export function diff(before, after) {
  const a = words(before);
  const b = words(after);
  if (a.length > LONGEST || b.length > LONGEST) return null;
  const common = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      common[i][j] = a[i] === b[j] ? common[i + 1][j + 1] + 1 : Math.max(common[i + 1][j], common[i][j + 1]);
    }
  }
  const pieces = [];
  const put = (kind, text) => {
    if (pieces.at(-1)?.kind === kind) pieces.at(-1).text += text;
    else pieces.push({ kind, text });
  };
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      put("same", a[i]);
      i += 1;
      j += 1;
    } else if (i < a.length && (j === b.length || common[i + 1][j] >= common[i][j + 1])) {
      put("gone", a[i]);
      i += 1;
    } else {
      put("new", b[j]);
      j += 1;
    }
  }
  return pieces;
}
