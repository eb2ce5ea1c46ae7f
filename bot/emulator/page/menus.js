/** What the menus of a phone offer. Each is a list of `{label, sign, note, act}`. */

import { element } from "./dom.js";
import { say } from "./language.js";

const PLACES = [
  ["Utrecht", 52.0907, 5.1214],
  ["Rotterdam", 51.9225, 4.4792],
  ["Groningen", 53.2194, 6.5665],
  ["Maastricht", 50.8514, 5.691],
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
export function attach(of, opener) {
  const made = (label, sign, deed) => ({
    label: say(label),
    sign,
    act: () => of.does("share", deed),
  });
  return [
    made("contact", "person", "contact"),
    { label: say("shareLocation"), sign: "pin", act: () => of.choosePlace(opener) },
    made("photo", "picture", "photo"),
    { label: say("photoFile"), sign: "picture", act: () => pick(of, "photo", "image/*") },
    made("document", "file", "document"),
    { label: say("documentFile"), sign: "file", act: () => pick(of, "document", "") },
    made("voice", "voice", "voice"),
    made("sticker", "sticker", "sticker"),
    made("album", "pictures", "album"),
  ];
}

function pick(of, deed, accept) {
  const chooser = element("input", { type: "file", accept });
  chooser.addEventListener("change", () => of.does("upload", deed, chooser.files[0]));
  chooser.click();
}

/** The bot's commands for this person. */
export function commands(of, known) {
  if (known.length === 0) return [{ label: say("noCommands"), sign: "slash", act: () => {} }];
  return known.map(({ command, description }) => ({
    label: `/${command}`,
    note: description,
    sign: "slash",
    act: () => of.does("text", `/${command}`),
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
