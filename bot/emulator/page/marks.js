/**
 * Marks that people type, as their apps read them: **bold**, __italic__, ++underlined++, ~~struck
 * out~~, ||hidden||, `code`, ```lines of code```, [words](https://…), and "> " before the lines of a
 * quote. A mark counts at the edge of a word only, so that C++ and snake__case stay what they are.
 */

const PAIRS = {
  bold: "**",
  italic: "__",
  underline: "++",
  strikethrough: "~~",
  spoiler: "||",
  code: "`",
};
const KIND_OF = Object.fromEntries(Object.entries(PAIRS).map(([kind, mark]) => [mark, kind]));
const LINK_START = "[";
const LINK_END = "](https://)";
const FENCE = /```(?:([\w+#.-]*)\n)?([\s\S]*?\S[\s\S]*?)\n?```/g;
const QUOTE = /^> (?=\S)/;
const INLINE = new RegExp(
  "`(?<code>[^`\\n]+)`" +
    "|\\[(?<words>[^\\]\\n]+)\\]\\((?<url>https?://[^\\s()<>\"]+)\\)" +
    "|https?://\\S+" +
    "|(?<![\\p{L}\\p{N}])(?<mark>\\*\\*|__|\\+\\+|~~|\\|\\|)(?=\\S)(?<inner>[^]*?\\S)\\k<mark>(?![\\p{L}\\p{N}])",
  "gu",
);
const WORD = /[\p{L}\p{N}]/u;

/** What was typed: `text` without its marks, and the `entities` that an app sends with it. */
export function read(source) {
  const made = { text: "", entities: [] };
  let at = 0;
  for (const match of source.matchAll(FENCE)) {
    readLines(source.slice(at, match.index), made);
    const language = match[1] ? { language: match[1] } : {};
    within(made, { type: "pre", ...language }, () => (made.text += match[2]));
    at = match.index + match[0].length;
  }
  readLines(source.slice(at), made);
  made.entities.sort((a, b) => a.offset - b.offset || b.length - a.length);
  return made;
}

function within(made, entity, fill) {
  const offset = made.text.length;
  fill();
  const length = made.text.length - offset;
  if (length > 0) made.entities.push({ ...entity, offset, length });
}

/** Lines next to each other that begin with "> " are one quote. */
function readLines(source, made) {
  const parts = [];
  for (const line of source.split("\n")) {
    const quoted = QUOTE.test(line);
    const bare = quoted ? line.replace(QUOTE, "") : line;
    if (parts.at(-1)?.quoted === quoted) parts.at(-1).lines.push(bare);
    else parts.push({ quoted, lines: [bare] });
  }
  parts.forEach(({ quoted, lines }, place) => {
    if (place > 0) made.text += "\n";
    const fill = () => readInline(lines.join("\n"), made);
    if (quoted) within(made, { type: "blockquote" }, fill);
    else fill();
  });
}

function readInline(source, made) {
  let at = 0;
  for (const match of source.matchAll(INLINE)) {
    const { code, words, url, mark, inner } = match.groups;
    if (!code && !words && !mark) continue;
    made.text += source.slice(at, match.index);
    at = match.index + match[0].length;
    if (code) within(made, { type: "code" }, () => (made.text += code));
    else if (words) within(made, { type: "text_link", url }, () => readInline(words, made));
    else within(made, { type: KIND_OF[mark] }, () => readInline(inner, made));
  }
  made.text += source.slice(at);
}

/** The marks that would have to be typed for this; without them where they cannot tell it all. */
export function written(text, entities = []) {
  const known = entities.filter(({ type }) => type in PAIRS || type in OTHERS);
  if (known.length === 0) return text;
  const source = withMarks(text, known);
  return same(read(source), { text, entities: known }) ? source : text;
}

const OTHERS = {
  pre: ({ language = "" }) => ["```" + language + "\n", "\n```"],
  text_link: ({ url }) => [LINK_START, `](${url})`],
  blockquote: () => ["", ""],
  expandable_blockquote: () => ["", ""],
};

function withMarks(text, entities) {
  const signs = (one) => OTHERS[one.type]?.(one) ?? [PAIRS[one.type], PAIRS[one.type]];
  const end = (one) => one.offset + one.length;
  let source = "";
  for (let at = 0; at <= text.length; at += 1) {
    const closing = entities.filter((one) => end(one) === at).sort((a, b) => b.offset - a.offset);
    const opening = entities.filter((one) => one.offset === at).sort((a, b) => end(b) - end(a));
    source += closing.map((one) => signs(one)[1]).join("");
    const startsLine = at === 0 || text[at - 1] === "\n";
    const quoted = entities.some((one) => /quote/.test(one.type) && one.offset <= at && at < end(one));
    if (startsLine && quoted) source += "> ";
    source += opening.map((one) => signs(one)[0]).join("") + (text[at] ?? "");
  }
  return source;
}

function same(one, other) {
  const form = ({ text, entities }) =>
    JSON.stringify([text, entities.map(({ type, offset, length, url }) => [type, offset, length, url]).sort()]);
  return form(one) === form(other);
}

/**
 * A text in which a part is selected, with marks of a kind around whole words of that part; or
 * without them, if they stood there. Returns `{text, from, to}`, the part selected again.
 */
export function toggled({ text, from, to }, kind) {
  if (kind === "blockquote") return quoted(text, from, to);
  const [start, end] = wholeWords(text, from, to);
  if (start === end) return { text, from, to };
  const [open, close] = kind === "text_link" ? [LINK_START, LINK_END] : [PAIRS[kind], PAIRS[kind]];
  const before = text.slice(0, start);
  const after = text.slice(end);
  const part = text.slice(start, end);
  if (before.endsWith(open) && after.startsWith(close)) {
    const bare = before.slice(0, -open.length);
    const rest = after.slice(close.length);
    return { text: bare + part + rest, from: bare.length, to: bare.length + part.length };
  }
  const made = before + open + part + close + after;
  if (kind !== "text_link") {
    return { text: made, from: start + open.length, to: end + open.length };
  }
  const place = end + open.length + close.length - 1;
  return { text: made, from: place, to: place };
}

function wholeWords(text, from, to) {
  let [start, end] = [from, to];
  while (start < end && /\s/.test(text[start])) start += 1;
  while (end > start && /\s/.test(text[end - 1])) end -= 1;
  if (start === end) return [from, from];
  while (start > 0 && WORD.test(text[start - 1]) && WORD.test(text[start])) start -= 1;
  while (end < text.length && WORD.test(text[end]) && WORD.test(text[end - 1])) end += 1;
  return [start, end];
}

function quoted(text, from, to) {
  const start = text.lastIndexOf("\n", from - 1) + 1;
  const end = text.indexOf("\n", to) === -1 ? text.length : text.indexOf("\n", to);
  const lines = text.slice(start, end).split("\n");
  const are = lines.every((line) => QUOTE.test(line));
  const changed = lines.map((line) => (are ? line.replace(QUOTE, "") : `> ${line}`)).join("\n");
  const made = text.slice(0, start) + changed + text.slice(end);
  return { text: made, from: start, to: start + changed.length };
}
