/**
 * A text with its entities as DOM nodes. Offsets count UTF-16 units, as JavaScript's own
 * strings do. Entities nest; one that sticks out of the one around it is cut off there.
 */

import { element } from "./dom.js";
import { say } from "./language.js";

const PLAIN = {
  bold: "strong",
  italic: "em",
  underline: "u",
  strikethrough: "s",
  code: "code",
  blockquote: "blockquote",
};

const FOLDED = 160;
const STYLES = new Set(["bold", "italic", "underline", "strikethrough", "spoiler"]);
const FOUND = /https?:\/\/[^\s<>"]+|(?<![\p{L}\p{N}/_@])\/[a-z0-9_]{1,32}(?![\p{L}\p{N}/_])/giu;

/**
 * The text as nodes. `does` says what happens on a click:
 * `command(text)` for a command, `link(address)` returns a listener for a deep link, or null.
 */
export function written(text, entities, does) {
  const marked = entities ?? [];
  const sorted = [...marked, ...detected(text, marked)].sort(
    (a, b) => a.offset - b.offset || b.length - a.length,
  );
  return within(text, sorted, 0, text.length, does);
}

/** What a phone marks by itself where nothing was marked: addresses and commands. */
function detected(text, marked) {
  const taken = marked.filter(({ type }) => !STYLES.has(type));
  const found = [...text.matchAll(FOUND)].map((match) => ({
    type: match[0].startsWith("/") ? "bot_command" : "url",
    offset: match.index,
    length: match[0].replace(/[.,!?)]+$/, "").length,
  }));
  const apart = (a, b) => a.offset + a.length <= b.offset || b.offset + b.length <= a.offset;
  return found.filter((entity) => taken.every((other) => apart(entity, other)));
}

function within(text, entities, from, to, does) {
  const nodes = [];
  let at = from;
  let rest = entities;
  while (rest.length > 0) {
    const [first, ...others] = rest;
    const start = Math.max(first.offset, at);
    const end = Math.min(first.offset + first.length, to);
    if (start >= end) {
      rest = others;
      continue;
    }
    const inner = others.filter((entity) => entity.offset < end);
    if (start > at) nodes.push(plain(text.slice(at, start), nodes.at(-1)));
    nodes.push(dressed(first, text.slice(start, end), within(text, inner, start, end, does), does));
    rest = others.filter((entity) => entity.offset + entity.length > end);
    at = end;
  }
  if (at < to) nodes.push(plain(text.slice(at, to), nodes.at(-1)));
  return nodes;
}

/** A quote or a block of code ends its line by itself: the line break after it makes no empty one. */
function plain(text, before) {
  return before?.matches?.("blockquote, pre") ? text.replace(/^\n/, "") : text;
}

function dressed(entity, text, children, does) {
  if (entity.type in PLAIN) return element(PLAIN[entity.type], {}, children);
  switch (entity.type) {
    case "pre":
      return element("pre", {}, element("code", {}, children));
    case "spoiler":
      return spoiler(children);
    case "expandable_blockquote":
      return foldable(text, children);
    case "url":
      return link(text.includes("://") ? text : `https://${text}`, children, does);
    case "text_link":
      return link(entity.url, children, does);
    case "email":
      return element("a", { href: `mailto:${text}` }, children);
    case "phone_number":
      return element("a", { href: `tel:${text.replace(/[^\d+]/g, "")}` }, children);
    case "bot_command":
      return element(
        "button",
        { type: "button", class: "in-text", onclick: () => does.command(text) },
        children,
      );
    default:
      return element("span", { class: `entity-${entity.type}` }, children);
  }
}

/** A link that opens elsewhere, or, where it leads to the bot itself, a start in this chat. */
export function link(address, children, does) {
  const start = does.link(address);
  if (start) {
    return element("button", { type: "button", class: "in-text", onclick: start }, children);
  }
  if (!/^(https?|tg|mailto|tel):/i.test(address)) return element("span", {}, children);
  const outside = { href: address, target: "_blank", rel: "noopener noreferrer", title: address };
  return element("a", outside, children);
}

function spoiler(children) {
  const hidden = element("button", { type: "button", class: "spoiler", "aria-label": say("hidden") });
  const text = element("span", { class: "spoiler-text" }, children);
  hidden.append(element("span", { "aria-hidden": "true", text: "░".repeat(8) }));
  hidden.addEventListener("click", () => {
    hidden.replaceWith(text);
    text.tabIndex = -1;
    text.focus();
  });
  return hidden;
}

/** A long quote shows its beginning, and the rest when it is asked for. */
function foldable(text, children) {
  const words = element("span", { class: "quote-words" }, children);
  const quote = element("blockquote", {}, words);
  if (text.length < FOLDED && text.split("\n").length < 4) return quote;
  const more = element("button", { type: "button", class: "in-text", text: say("more") });
  const fold = (folded) => {
    words.classList.toggle("folded", folded);
    more.setAttribute("aria-expanded", String(!folded));
    more.textContent = say(folded ? "more" : "less");
  };
  more.addEventListener("click", () => fold(!words.classList.contains("folded")));
  fold(true);
  quote.append(more);
  return quote;
}
