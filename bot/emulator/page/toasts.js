/** Short notes at the lower edge of a phone. They stay while the pointer is on them. */

import { element } from "./dom.js";

const LEAST = 5000;
const PER_CHARACTER = 60;

export class Toasts {
  #timer = 0;

  constructor() {
    this.element = element("div", { class: "toasts", role: "status" });
    this.element.addEventListener("pointerenter", () => clearTimeout(this.#timer));
    this.element.addEventListener("pointerleave", () => this.#fadeAfter(LEAST));
  }

  /** Shows a text, in place of the one before, for as long as it takes to read it. */
  show(text) {
    this.element.replaceChildren(element("p", { dir: "auto", text }));
    this.#fadeAfter(Math.max(LEAST, text.length * PER_CHARACTER));
  }

  #fadeAfter(milliseconds) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.element.replaceChildren(), milliseconds);
  }
}
