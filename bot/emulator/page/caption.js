/** The line above a phone: whose it is, what is unread, which language it speaks. */

import { called, element } from "./dom.js";
import { say } from "./language.js";
import { changePerson } from "./server.js";
import { PHONE_LANGUAGES } from "./texts.js";

/** "3 ongelezen" */
export const unreadInWords = (n) => (n === 1 ? say("unreadOne") : say("unread", { n }));

/** The small sign with the number of unread messages; empty when there are none. */
export function unreadSign(n) {
  if (!n) return null;
  const label = unreadInWords(n);
  return element("span", { class: "unread", role: "img", "aria-label": label, title: label, text: n });
}

/** What somebody has not read, in all their chats. */
export const unreadOf = (person) =>
  person.groups.reduce((sum, group) => sum + group.unread, person.unread);

/** The first letter of a name, in a circle. */
export function face(name) {
  const [first = "?"] = name.trim();
  return element("span", { class: "face", "aria-hidden": "true", text: first.toUpperCase() });
}

export class Caption {
  #unread = element("span", { class: "unread-place" });
  #name = element("h2", {});
  #role = element("p", { class: "role" });
  #face = element("span", {});
  #language;

  constructor(person, phone) {
    this.#name.id = `owner-${person.id}`;
    this.#language = this.#makeLanguage(person, phone);
    this.element = element(
      "header",
      { class: "caption" },
      this.#face,
      element("div", { class: "owner" }, this.#name, this.#role),
      this.#unread,
      this.#language,
    );
    this.refresh(person);
  }

  #makeLanguage(person, phone) {
    const label = say("languageOf", { name: person.first_name });
    const select = element("select", { class: "phone-language", "aria-label": label, title: label });
    const known = { [person.language_code]: person.language_code, ...PHONE_LANGUAGES };
    for (const [code, name] of Object.entries(known)) {
      select.append(element("option", { value: code, text: name, lang: code }));
    }
    select.addEventListener("change", async () => {
      await changePerson(person.id, { language_code: select.value }).catch(() => {});
      phone.place.changed();
    });
    return select;
  }

  refresh(person) {
    this.#face.replaceChildren(face(person.first_name));
    this.#name.replaceChildren(called(person.first_name));
    this.#role.textContent = person.note ?? "";
    this.#unread.replaceChildren(unreadSign(unreadOf(person)) ?? "");
    this.#language.value = person.language_code;
  }
}
