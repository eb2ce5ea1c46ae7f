/** One message as a bubble: who, what, when, and the buttons below it. */

import { called, element, icon, signButton, spoken } from "./dom.js";
import { written } from "./entities.js";
import { inlineKeyboard } from "./keyboards.js";
import { clockTime, say } from "./language.js";
import { carried, event } from "./media.js";

const SHORT = 60;

/** The first words of a message, to name it by. */
export function gist(message) {
  const text = message.text ?? message.caption ?? event(message) ?? nameless(message);
  const characters = [...text];
  return characters.length > SHORT ? `${characters.slice(0, SHORT).join("")}…` : text;
}

function nameless({ voice, photo, document: file }) {
  if (file) return file.file_name ?? say("fileNameless");
  if (voice) return say("voice");
  return photo ? say("picture") : "…";
}

/**
 * The element for a message as `viewer` sees it. `does` holds what can be done with it:
 * `command`, `link` (see entities.js), `press(message, button, pressed)`, `menu(message,
 * opener)` and `jump(messageId)`.
 */
export function bubble(message, viewer, does) {
  const happened = event(message);
  if (happened) {
    return element("div", { class: "happened", dir: "auto" }, element("span", { text: happened }));
  }
  const own = message.from?.id === viewer.id;
  const sender = message.from?.first_name ?? "";
  const made = element("div", {
    class: own ? "message own" : "message",
    tabindex: "-1",
    "data-message": message.message_id,
  });
  made.append(body(message, sender, `text-${viewer.id}-${message.message_id}`, does));
  const rows = message.reply_markup?.inline_keyboard;
  if (rows?.length) made.append(inlineKeyboard(rows, message, does));
  return made;
}

function body(message, sender, textId, does) {
  const inGroup = message.chat?.type !== "private";
  const who = inGroup
    ? element("p", { class: "sender" }, called(sender))
    : element("span", { class: "spoken" }, called(sender), ": ");
  const menu = signButton("more", say("actions"), {
    class: "message-menu",
    tabindex: "-1",
    "aria-haspopup": "menu",
    "aria-describedby": textId,
  });
  menu.addEventListener("click", () => does.menu(message, menu));
  const text = words(message, does);
  text?.setAttribute("id", textId);
  const parts = [
    who,
    forwarded(message),
    quoted(message, does),
    ...carried(message, sender),
    text,
  ];
  return element("div", { class: "bubble" }, parts, foot(message), menu);
}

function words(message, does) {
  const [text, entities] =
    message.text !== undefined
      ? [message.text, message.entities]
      : [message.caption, message.caption_entities];
  if (text) return element("div", { class: "text", dir: "auto" }, written(text, entities, does));
  return KNOWN.some((kind) => kind in message)
    ? null
    : element("p", { class: "text odd", text: say("unknown") });
}

const KNOWN = ["photo", "document", "voice", "audio", "video", "video_note", "animation"];
KNOWN.push("sticker", "location", "contact");

function foot(message) {
  const at = new Date(message.date * 1000);
  const time = element("time", { datetime: at.toISOString(), text: clockTime(at) });
  const edited = message.edit_date
    ? element("span", { class: "edited", text: say("edited") })
    : null;
  return element("p", { class: "foot" }, edited, time);
}

function forwarded(message) {
  if (!message.forward_origin) return null;
  return element("p", { class: "forwarded" }, icon("reply"), say("forwarded"));
}

function quoted({ reply_to_message: target }, does) {
  if (!target) return null;
  return element(
    "button",
    { type: "button", class: "quote", onclick: () => does.jump(target.message_id) },
    element("span", { class: "quote-who" }, called(target.from?.first_name ?? "")),
    element("span", { class: "quote-text", dir: "auto", text: gist(target) }),
  );
}
