/** The page's own language, and its words for times and days. Dutch unless chosen otherwise. */

import { TEXTS } from "./texts.js";

const KEPT = "page language";
const ZONE = "Europe/Amsterdam";
const LOCALES = { nl: "nl-NL", en: "en-GB" };

let chosen = localStorage.getItem(KEPT) in TEXTS ? localStorage.getItem(KEPT) : "nl";

export const pageLanguage = () => chosen;

/** Keeps the choice for the next visit. */
export function choosePageLanguage(code) {
  chosen = code;
  localStorage.setItem(KEPT, code);
}

/** The sentence of that name in the page's language, with its names filled in. */
export function say(name, values = {}) {
  return TEXTS[chosen][name].replace(/\{(\w+)\}/g, (_, key) => values[key]);
}

const formats = new Map();

/** The same format each time: making one takes a hundred times as long as using it. */
function format(locale, options) {
  const key = locale + JSON.stringify(options);
  if (!formats.has(key)) {
    formats.set(key, new Intl.DateTimeFormat(locale, { timeZone: ZONE, ...options }));
  }
  return formats.get(key);
}

const shape = (date, options) => format(LOCALES[chosen], options).format(date);

/** "14:05" */
export const clockTime = (date) => shape(date, { hour: "2-digit", minute: "2-digit" });

const DIGITS = { year: "numeric", month: "2-digit", day: "2-digit" };

/** "2027-09-21": the calendar day on which that moment falls. */
export const calendarDay = (date) => format("sv-SE", DIGITS).format(date);

const dayNumber = (date) => Date.parse(calendarDay(date)) / 86_400_000;

const DAY = { weekday: "long", day: "numeric", month: "long" };

/** "Vandaag", "Gisteren", or the date in words; `now` is the bot's clock. */
export function dayInWords(date, now) {
  const ago = dayNumber(now) - dayNumber(date);
  if (ago === 0) return say("today");
  if (ago === 1) return say("yesterday");
  const sameYear = shape(date, { year: "numeric" }) === shape(now, { year: "numeric" });
  return shape(date, sameYear ? DAY : { ...DAY, year: "numeric" });
}

const SHORT_DAY = { weekday: "short", day: "numeric", month: "short" };

const hourInWords = (date) =>
  chosen === "nl" ? `${clockTime(date).replace(":", ".")} uur` : clockTime(date);

/** "dinsdag 21 september 2027, 14.05 uur" */
export const momentInWords = (date) =>
  `${shape(date, { ...DAY, year: "numeric" })}, ${hourInWords(date)}`;

/** "di 28 sep, 9.00 uur" */
export const momentInShort = (date) => `${shape(date, SHORT_DAY)}, ${hourInWords(date)}`;

/** "1,2 MB" */
export function sizeInWords(bytes) {
  const [unit, size] = bytes < 1_000_000 ? ["kilobyte", bytes / 1000] : ["megabyte", bytes / 1_000_000];
  const style = { style: "unit", unit, maximumFractionDigits: size < 10 ? 1 : 0 };
  return new Intl.NumberFormat(LOCALES[chosen], style).format(size);
}
