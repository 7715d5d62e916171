// Where a text stops being JSON. Browsers tell it in their own words, and often
// not the place.

const space = /[ \t\n\r]*/y;
const scalar = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const key = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"/y;

/**
 * The index of the first character that JSON cannot have there; the text's
 * length where it ends too early, or is JSON.
 * @param {string} text
 */
export function faultIn(text) {
  let at = 0;
  /** @type {string[]} what closes the open lists and objects */
  const open = [];
  const skip = (/** @type {RegExp} */ what) => {
    what.lastIndex = at;
    const found = what.test(text);
    if (found) at = what.lastIndex;
    return found;
  };
  const take = (/** @type {string} */ mark) => {
    skip(space);
    if (text[at] !== mark) return false;
    at++;
    return true;
  };
  const named = () => { skip(space); return skip(key) && take(':'); };

  for (;;) {
    let whole = false; // a value has just ended
    skip(space);
    if (take('[')) { open.push(']'); whole = take(']') && Boolean(open.pop()); } // an empty one
    else if (take('{')) {
      open.push('}');
      whole = take('}') && Boolean(open.pop());
      if (!whole && !named()) return at;
    } else if (skip(scalar)) whole = true;
    else return at;
    while (whole) {
      if (open.length === 0) { skip(space); return at; }
      const closes = open[open.length - 1];
      if (take(closes)) open.pop();
      else if (!take(',') || (closes === '}' && !named())) return at;
      else whole = false;
    }
  }
}
