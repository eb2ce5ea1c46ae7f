/** The bot's buttons: those under a message, and those in place of a keyboard. */

import { element, icon } from "./dom.js";
import { say } from "./language.js";

const LONGEST_WORD = 14;

/** Labels with a word too long for a button may break inside it; others only between words. */
const shape = (name, text) =>
  text.split(/\s/).some((word) => word.length > LONGEST_WORD) ? `${name} breaks` : name;

const row = (buttons) => element("div", { class: "row" }, buttons);

/** The buttons under a message. */
export function inlineKeyboard(rows, message, does) {
  const made = rows.map((buttons) =>
    row(buttons.map((button) => inlineButton(button, message, does))),
  );
  return element("div", { class: "inline-keyboard" }, made);
}

function inlineButton(button, message, does) {
  const label = element("bdi", { dir: "auto", text: button.text });
  const kind = shape("inline-button", button.text);
  if (button.url !== undefined) return linkButton(button.url, label, kind, does);
  const pressed = element("button", { type: "button", class: kind }, label);
  if (button.copy_text) pressed.append(icon("copy"));
  pressed.addEventListener("click", () => does.press(message, button, pressed));
  return pressed;
}

function linkButton(address, label, kind, does) {
  const start = does.link(address);
  if (start) {
    const title = say("startsBot");
    return element("button", { type: "button", class: kind, title, onclick: start }, label);
  }
  const safe = /^(https?|tg):/i.test(address) ? address : null;
  const outside = { target: "_blank", rel: "noopener noreferrer", title: say("opensLink") };
  return element("a", { class: kind, href: safe, ...outside }, label, icon("link"));
}

/** The buttons in place of a keyboard; `does.choose(button)` is told what was pressed. */
export function replyKeyboard(markup, does) {
  const rows = markup.keyboard.map((buttons) =>
    row(buttons.map((button) => replyButton(button, does))),
  );
  const kind = markup.resize_keyboard ? "reply-keyboard" : "reply-keyboard tall";
  return element("div", { class: kind, role: "group", "aria-label": say("replyKeyboard") }, rows);
}

function replyButton(given, does) {
  const button = typeof given === "string" ? { text: given } : given;
  const asks = button.request_contact ? "asksContact" : button.request_location ? "asksLocation" : null;
  const made = element(
    "button",
    {
      type: "button",
      class: shape("reply-button", button.text),
      "aria-label": asks ? say(asks, { text: button.text }) : null,
      onclick: () => does.choose(button),
    },
    button.request_contact ? icon("person") : null,
    button.request_location ? icon("pin") : null,
    element("bdi", { dir: "auto", text: button.text }),
  );
  return made;
}
