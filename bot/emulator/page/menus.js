/** What the menus of a phone offer. Each is a list of `{label, sign, note, act}`. */

import { element } from "./dom.js";
import { say } from "./language.js";
import { asCaption } from "./server.js";

const PLACES = [
  ["Utrecht", 52.0907, 5.1214],
  ["Rotterdam", 51.9225, 4.4792],
  ["Groningen", 53.2194, 6.5665],
  ["Maastricht", 50.8514, 5.691],
];

const MARKS = [
  ["bold", "**…**", "B"],
  ["italic", "__…__", "I"],
  ["underline", "++…++", "U"],
  ["strikethrough", "~~…~~", ""],
  ["spoiler", "||…||", ""],
  ["code", "`…`", ""],
  ["text_link", "[…](https://…)", "K"],
  ["blockquote", "> …", ""],
];

/** About the phone as a whole. */
export function phone(of) {
  const { blocked, started, deactivated } = of.person;
  if (deactivated) return [];
  const item = (deed, sign) => ({ label: say(deed), sign, act: () => of.does(deed) });
  const gone = item("deactivate", "close");
  if (!started) return [gone];
  return [blocked ? item("unblock", "reply") : item("block", "block"), gone];
}

/** About one message. */
export function message(of, about, composer) {
  const text = about.text ?? about.caption;
  const items = [{ label: say("reply"), sign: "reply", act: () => composer.replyTo(about) }];
  if (of.canEdit(about)) {
    items.push({ label: say("edit"), sign: "edit", act: () => composer.edit(about) });
  }
  if (text) {
    const copy = async () => {
      await navigator.clipboard.writeText(text);
      of.tell(say("copied"));
    };
    items.push({ label: say("copy"), sign: "copy", act: copy });
  }
  return items;
}

/** What can be sent besides text. */
export function attach(of, opener, composer) {
  const made = (label, sign, deed) => ({
    label: say(label),
    sign,
    act: () => of.does("share", deed),
  });
  const example = (label, sign, deed) => ({
    label: say(label),
    sign,
    act: () => of.does("share", deed, asCaption(composer.taken())),
  });
  const chosen = (label, sign, deed, accept) => ({
    label: say(label),
    sign,
    act: () => choose(accept, (file) => composer.carry(deed, file)),
  });
  return [
    made("contact", "person", "contact"),
    { label: say("shareLocation"), sign: "pin", act: () => of.choosePlace(opener) },
    example("photo", "picture", "photo"),
    chosen("photoFile", "picture", "photo", "image/*"),
    example("document", "file", "document"),
    chosen("documentFile", "file", "document", ""),
    example("voice", "voice", "voice"),
    chosen("voiceFile", "voice", "voice", "audio/*"),
    made("sticker", "sticker", "sticker"),
    made("album", "pictures", "album"),
  ];
}

function choose(accept, act) {
  const chooser = element("input", { type: "file", accept });
  chooser.addEventListener("change", () => act(chooser.files[0]));
  chooser.click();
}

/** How what is selected can be marked, and what can be typed for it instead. */
export function marks(composer) {
  return MARKS.map(([kind, typed, key]) => ({
    label: say(kind),
    note: key ? `${typed} · Ctrl+${key}` : typed,
    sign: "letter",
    act: () => composer.mark(kind),
  }));
}

/** What stands in place of the text box where there is nothing to type, as composer.js wants it. */
export function instead(of) {
  const { first_name: name, started, blocked, deactivated } = of.person;
  if (deactivated) return { note: say("deactivated") };
  if (blocked) {
    return { note: say("blocked", { name }), label: say("unblock"), act: () => of.does("unblock") };
  }
  return started ? null : { label: say("start"), act: () => of.does("start") };
}

/** The bot's commands for this person. */
export function commands(of, known) {
  if (known.length === 0) return [{ label: say("noCommands"), sign: "slash", act: () => {} }];
  return known.map(({ command, description }) => ({
    label: `/${command}`,
    note: description,
    sign: "slash",
    act: () => of.does("text", { text: `/${command}` }),
  }));
}

/** Where this person could be. */
export function places(of) {
  return PLACES.map(([label, latitude, longitude]) => ({
    label,
    sign: "pin",
    act: () => of.does("share", "location", { latitude, longitude }),
  }));
}
