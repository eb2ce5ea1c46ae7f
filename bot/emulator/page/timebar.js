/** The bot's clock at the top of the page, and the buttons that move it. */

import { element, icon } from "./dom.js";
import { momentInShort, momentInWords, say } from "./language.js";
import { moveTime, time } from "./server.js";

const HOUR = 3600;
const TICK = 5000;

export class TimeBar {
  #ahead = 0;
  #next = null;
  #shown = element("time", { class: "now" });
  #told = element("p", { class: "spoken", role: "status" });
  #nextButton;
  #nextWhen = element("span", { class: "next-when" });
  #failed;
  #ticked;

  /** `failed(error)` is told when the clock could not be moved; `ticked()` when it tells more. */
  constructor(failed, ticked) {
    this.#failed = failed;
    this.#ticked = ticked;
    this.element = element("section", { class: "timebar" });
    setInterval(() => this.#tick(), TICK);
  }

  /** Now, by the bot's clock. */
  now = () => new Date(Date.now() + this.#ahead);

  /** Builds it in the page's language. */
  build() {
    this.element.setAttribute("aria-label", say("timeRegion"));
    this.#nextButton = this.#button("next", "next", () => this.#move({ to: "next" }));
    this.#nextButton.append(this.#nextWhen);
    const hour = this.#button("clock", "hour", () => this.#move({ seconds: HOUR }));
    const day = this.#button("day", "day", () => this.#move({ seconds: 24 * HOUR }));
    hour.setAttribute("aria-label", `${say("hour")}: ${say("hourSpoken")}`);
    day.setAttribute("aria-label", `${say("day")}: ${say("daySpoken")}`);
    this.element.replaceChildren(
      element("p", { class: "clock" }, element("span", { text: say("now") }), this.#shown),
      element("div", { class: "moves" }, hour, day, this.#nextButton),
      this.#told,
    );
    this.#show();
  }

  #button(sign, name, act) {
    const label = element("span", { text: say(name) });
    return element("button", { type: "button", class: `move move-${name}`, onclick: act }, icon(sign), label);
  }

  /** Reads the clock from the server. */
  async read() {
    this.#take(await time());
  }

  #take({ now, next }) {
    this.#ahead = Date.parse(now) - Date.now();
    this.#next = next ? new Date(next) : null;
    this.#tick();
  }

  #tick() {
    this.#show();
    this.#ticked();
  }

  #show() {
    const now = this.now();
    this.#shown.dateTime = now.toISOString();
    this.#shown.textContent = momentInWords(now);
    if (!this.#nextButton) return;
    this.#nextButton.setAttribute("aria-disabled", String(this.#next === null));
    this.#nextWhen.textContent = this.#next ? momentInShort(this.#next) : say("nextNone");
  }

  async #move(move) {
    if (move.to && !this.#next) return;
    try {
      this.#take(await moveTime(move));
      this.#told.textContent = say("moved", { when: momentInWords(this.now()) });
    } catch (error) {
      this.#failed(error);
    }
  }
}
