/** What a message carries beside its text: pictures, files, voices, places, contacts. */

import { called, element, icon, spoken } from "./dom.js";
import { say, sizeInWords } from "./language.js";
import { fileAddress } from "./server.js";

/** The nodes for everything in the message that is no text; empty for a plain one. */
export function carried(message, sender) {
  const kinds = [photo, sticker, voice, audio, moving, location, contact];
  const nodes = kinds.flatMap((kind) => kind(message, sender) ?? []);
  if (message.document && !message.animation) nodes.push(file(message.document));
  return nodes;
}

function photo({ photo: sizes, caption }, sender) {
  if (!sizes?.length) return null;
  const largest = sizes.reduce((best, size) => (size.width > best.width ? size : best));
  return element("img", {
    class: "photo",
    src: fileAddress(largest.file_id),
    alt: caption ?? say("photoBy", { name: sender }),
    width: largest.width,
    height: largest.height,
  });
}

function sticker({ sticker: found }) {
  if (!found) return null;
  const name = say("stickerNamed", { emoji: found.emoji ?? "" });
  return element("p", { class: "sticker" }, icon("sticker"), element("span", { text: name }));
}

function voice({ voice: found }) {
  return found ? player("audio", found, "voice", "voiceOf") : null;
}

function audio({ audio: found }) {
  return found ? player("audio", found, "voice") : null;
}

function moving(message) {
  const found = message.video ?? message.video_note ?? message.animation;
  return found ? player("video", found, "picture") : null;
}

function player(tag, found, sign, sentence = "seconds") {
  const length = say(sentence, { n: found.duration ?? 0 });
  const source = { controls: true, preload: "none", src: fileAddress(found.file_id) };
  return element(
    "div",
    { class: "player" },
    element("p", {}, icon(sign), element("span", { text: length })),
    element(tag, { ...source, "aria-label": length }),
  );
}

function file(found) {
  const name = found.file_name ?? say("fileNameless");
  return element(
    "a",
    { class: "card file", href: fileAddress(found.file_id), download: name },
    element("span", { class: "card-sign" }, icon("file")),
    element(
      "span",
      { class: "card-text" },
      spoken(say("download", { name: "" })),
      element("bdi", { class: "card-title", text: name }),
      element("span", { class: "card-note", text: sizeInWords(found.file_size ?? 0) }),
    ),
    icon("download"),
  );
}

function location({ location: found, venue }) {
  if (!found) return null;
  const spot = `${found.latitude.toFixed(4)}, ${found.longitude.toFixed(4)}`;
  return element(
    "div",
    { class: "card place" },
    element("span", { class: "card-sign" }, icon("pin")),
    element(
      "span",
      { class: "card-text" },
      element("bdi", { class: "card-title", text: venue?.title ?? say("place") }),
      element("bdi", { class: "card-note", text: venue?.address ?? spot }),
    ),
  );
}

function contact({ contact: found }) {
  if (!found) return null;
  const name = [found.first_name, found.last_name].filter(Boolean).join(" ");
  return element(
    "div",
    { class: "card" },
    element("span", { class: "card-sign" }, icon("person")),
    element(
      "span",
      { class: "card-text" },
      element("span", { class: "card-title" }, called(name)),
      element("bdi", { class: "card-note", text: found.phone_number }),
    ),
  );
}

/** The line for a message that tells what happened to the chat, or null for all others. */
export function event(message) {
  const names = (people) => people.map((person) => person.first_name).join(", ");
  if (message.pinned_message) return say("pinned");
  if (message.new_chat_members) return say("memberIn", { name: names(message.new_chat_members) });
  if (message.left_chat_member) return say("memberOut", { name: names([message.left_chat_member]) });
  if (message.group_chat_created || message.supergroup_chat_created) return say("groupMade");
  if (message.migrate_to_chat_id || message.migrate_from_chat_id) return say("groupMoved");
  if (message.forum_topic_created) return message.forum_topic_created.name;
  return null;
}
