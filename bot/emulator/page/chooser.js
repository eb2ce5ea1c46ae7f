/** Which phones are on the page. A narrow screen shows one at a time, a wide one those chosen. */

import { face, unreadOf, unreadSign } from "./caption.js";
import { called, element, signButton } from "./dom.js";
import { say } from "./language.js";

const KEPT = "hidden phones";
const NARROW = window.matchMedia("(max-width: 43.99rem)");

export class Chooser {
  #hidden = new Set(JSON.parse(localStorage.getItem(KEPT) ?? "[]"));
  #one = null;
  #people = [];
  #changed;
  #add;

  /** `changed()` is told when another set of phones is to be shown; `add()` asks for a new one. */
  constructor(changed, add) {
    this.#changed = changed;
    this.#add = add;
    this.element = element("nav", { class: "chooser" });
    NARROW.addEventListener("change", () => this.show(this.#people));
  }

  /** Is this person's phone to be seen now? */
  shows(id) {
    if (NARROW.matches) return id === this.#one;
    return !this.#hidden.has(id);
  }

  /** Shows a button per person, with what is unread. */
  show(people) {
    this.#people = people;
    const known = people.map((person) => person.id);
    if (!known.includes(this.#one)) this.#one = known[0] ?? null;
    if (known.every((id) => this.#hidden.has(id))) this.#hidden.clear();
    const focused = this.element.querySelector(":focus")?.dataset.person;
    this.element.setAttribute("aria-label", say("phones"));
    const add = signButton("add", say("addPhone"), { class: "add" });
    add.addEventListener("click", () => this.#add());
    const buttons = people.map((person, index) => this.#button(person, index));
    this.element.replaceChildren(...buttons, add);
    this.element.querySelector(`[data-person="${focused}"]`)?.focus();
    this.#changed();
  }

  #button(person, index) {
    const button = element("button", {
      type: "button",
      class: "choice",
      "data-person": person.id,
      "data-accent": index % 4,
      "aria-pressed": String(this.shows(person.id)),
      onclick: () => this.#choose(person.id),
    });
    const unread = unreadSign(unreadOf(person));
    button.append(face(person.first_name), called(person.first_name), unread ?? "");
    return button;
  }

  #choose(id) {
    if (NARROW.matches) this.#one = id;
    else if (this.#hidden.has(id)) this.#hidden.delete(id);
    else if (this.#people.some((person) => person.id !== id && !this.#hidden.has(person.id))) {
      this.#hidden.add(id);
    }
    localStorage.setItem(KEPT, JSON.stringify([...this.#hidden]));
    this.show(this.#people);
  }
}
