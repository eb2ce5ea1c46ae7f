/**
 * Making elements. Strings become text nodes, always: nothing on this page is ever parsed
 * as HTML, so what people type stays what they typed.
 */

const SVG = "http://www.w3.org/2000/svg";

/** A new element. `on…` properties are listeners, `text` is its text, the rest are attributes. */
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "text") made.textContent = value;
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

/** Text that only a screen reader says. */
export const spoken = (text) => element("span", { class: "spoken", text });

/** What people called themselves: kept apart, so that its direction does not touch its surroundings. */
export const called = (name) => element("bdi", { text: name });

const SHAPES = {
  attach: "M20 11.5l-8.2 8.2a5 5 0 0 1-7.1-7.1l8.6-8.6a3.4 3.4 0 0 1 4.8 4.8l-8.6 8.6a1.7 1.7 0 0 1-2.4-2.4l7.7-7.7",
  send: "M4 12l16-8-5.5 16-3-6.500z M11.5 13.500L20 4",
  slash: "M15.5 4.500l-7 15",
  letter: "M5 19l5.5-14h3L19 19 M7.2 14h9.600",
  keyboard: "M3 7h18v11H3z M7 11h.01 M11 11h.01 M15 11h.01 M8 14.500h8",
  more: "M6 12h.01 M12 12h.01 M18 12h.01",
  reply: "M10 6L4 12l6 6 M4 12h10a6 6 0 0 1 6 6",
  edit: "M4 20l1-4L16.5 4.500a2 2 0 0 1 3 3L8 19z",
  close: "M6 6l12 12 M18 6L6 18",
  down: "M12 5v14 M6 13l6 6 6-6",
  clock: "M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18z M12 7.500V12l3 2",
  day: "M4 6h16v14H4z M4 10.500h16 M8.5 3.500v4 M15.5 3.500v4",
  next: "M5 6l7 6-7 6z M13 6l7 6-7 6z",
  reset: "M5 12a7 7 0 1 0 2.3-5.200L5 9 M5 4.500V9h4.5",
  add: "M12 5v14 M5 12h14",
  file: "M7 3h7l4 4v14H7z M14 3v4h4",
  download: "M12 4v11 M7 11l5 5 5-5 M5 20h14",
  pin: "M12 21c4-5 6-8 6-11a6 6 0 1 0-12 0c0 3 2 6 6 11z M12 8.500a1.7 1.7 0 1 0 0 3.400a1.7 1.7 0 0 0 0-3.400z",
  person: "M12 4a4 4 0 1 0 0 8a4 4 0 0 0 0-8z M5 20c.8-4 3.5-5.5 7-5.500s6.2 1.5 7 5.5",
  picture: "M4 5h16v14H4z M4 16l5-5 4 4 3-2.5 4 3.5 M15.5 8.500h.01",
  pictures: "M7 4h13v12H7z M4 8v12h13 M7 13l4-3.5 3.5 3L17 11l3 2.5",
  voice: "M12 4a2.5 2.5 0 0 0-2.5 2.500v5a2.5 2.5 0 0 0 5 0v-5A2.5 2.5 0 0 0 12 4z M6 11.500a6 6 0 0 0 12 0 M12 17.500V21",
  sticker: "M12 3.500a8.5 8.5 0 1 0 8.5 8.500L12 3.500z M12 3.500c0 6 3 8.5 8.5 8.5 M8.5 12.500h.01 M9 16c1.5 1 3 1 4.5 0",
  block: "M12 4a8 8 0 1 0 0 16a8 8 0 0 0 0-16z M6.5 6.500l11 11",
  link: "M8 16L16.5 7.5 M9 7.500h7.500V15",
  copy: "M9 9h11v11H9z M15 9V4H4v11h5",
};

/** A drawn sign, beside a text or a label that says the same. */
export function icon(name) {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("viewBox", "0 0 24 24");
  drawing.setAttribute("aria-hidden", "true");
  drawing.setAttribute("class", `icon icon-${name}`);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", SHAPES[name]);
  drawing.append(path);
  return drawing;
}

/** A button with a sign; without `text` its label is only spoken and shown as a tip. */
export function signButton(name, label, properties = {}) {
  const shown = { type: "button", title: label, "aria-label": label, ...properties };
  return element("button", shown, icon(name));
}
