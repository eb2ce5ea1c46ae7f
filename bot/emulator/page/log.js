/**
 * The conversation on one phone. Showing it again changes only what changed, so that focus,
 * scrolling and what a screen reader was told stay as they are.
 */

import { bubble } from "./bubble.js";
import { element, signButton } from "./dom.js";
import { calendarDay, dayInWords, say } from "./language.js";

const NEAR = 80;
const LONGEST_PRESS = 1500; // milliseconds
const CLICK_FOLLOWS = 50; // milliseconds after a finger or key is up

export class Log {
  #list;
  #rows = new Map();
  #toBottom;
  #viewer;
  #does;
  #about = null;
  #atEnd = true;
  #top = 0;
  #new = null;
  #press = 0;
  #meanwhile = null;

  /** `does` is what bubble.js asks for; `name` labels the log for a screen reader. */
  constructor(name, viewer, does) {
    this.#viewer = viewer;
    this.#does = { ...does, jump: (id) => this.jump(id) };
    this.#list = element("div", {
      class: "log",
      role: "log",
      tabindex: "0",
      "aria-label": name,
      "aria-busy": "true",
      lang: viewer.language_code,
    });
    this.#toBottom = signButton("down", say("toBottom"), { class: "to-bottom", hidden: true });
    this.#toBottom.addEventListener("click", () => this.toBottom());
    this.#list.addEventListener("scroll", () => this.#scrolled());
    new ResizeObserver(() => this.#atEnd && this.toBottom()).observe(this.#list);
    this.#list.addEventListener("keydown", (event) => this.#walk(event));
    this.#list.addEventListener("focusin", (event) => this.#rove(event.target));
    this.#list.addEventListener("pointerdown", () => this.#holdStill(LONGEST_PRESS));
    this.#list.addEventListener("keydown", ({ key, repeat }) => {
      if (key === " " && !repeat) this.#holdStill(LONGEST_PRESS);
    });
    for (const end of ["pointerup", "pointercancel", "keyup"]) {
      this.#list.addEventListener(end, () => this.#press && this.#holdStill(CLICK_FOLLOWS));
    }
    this.element = element("div", { class: "log-frame" }, this.#list, this.#toBottom);
  }

  /** What stands above the first message, or nothing (null). Seen at the next `show`. */
  about(text) {
    this.#about = text;
  }

  /** The language of the conversation, for a screen reader's voice. */
  speak(language) {
    this.#list.lang = language;
  }

  /** Nothing moves while a press lasts, or it would be lost or hit another button. */
  #holdStill(most) {
    clearTimeout(this.#press);
    this.#press = setTimeout(() => {
      this.#press = 0;
      if (this.#meanwhile) this.show(...this.#meanwhile);
    }, most);
  }

  /** Shows these messages; the last `unread` of others stand below a line that says so. */
  show(messages, unread, now) {
    this.#meanwhile = this.#press ? [messages, unread, now] : null;
    this.#list.setAttribute("aria-busy", String(Boolean(this.#press)));
    if (this.#press) return;
    this.#scrolled(); // Somebody may have scrolled up in this very moment.
    const held = this.#list.contains(document.activeElement) ? document.activeElement : null;
    const heldIn = held?.closest("[data-message]")?.dataset.message;
    const wrote = this.#wrote(messages);
    this.#reconcile(this.#plan(messages, unread, now));
    if (held && !held.isConnected) (this.#find(heldIn) ?? this.#list).focus({ preventScroll: true });
    this.#rove(this.#list.contains(document.activeElement) ? document.activeElement : null);
    if (this.#atEnd || wrote) this.toBottom();
    this.#toBottom.hidden = this.#atEnd;
  }

  /** Whether one's own message is new here, also where an answer came with it. */
  #wrote(messages) {
    const own = messages.filter((message) => message.from?.id === this.#viewer.id);
    return own.some((message) => !this.#rows.has(`message ${message.message_id}`));
  }

  #plan(messages, unread, now) {
    const about = this.#about;
    const rows = about ? [{ key: "about", form: about, make: () => introduction(about) }] : [];
    const firstNew = this.#firstNew(messages, unread);
    let day = null;
    for (const message of messages) {
      const at = new Date(message.date * 1000);
      if (calendarDay(at) !== day) {
        day = calendarDay(at);
        const words = dayInWords(at, now);
        rows.push({ key: `day ${day}`, form: words, make: () => divider("day", words) });
      }
      if (message === firstNew) {
        rows.push({ key: "new", form: "new", make: () => divider("new", say("newMessages")) });
      }
      rows.push({
        key: `message ${message.message_id}`,
        form: JSON.stringify(message),
        make: () => bubble(message, this.#viewer, this.#does),
      });
    }
    return rows;
  }

  /** The first unread message. Until all are read it only moves back: counts may come late. */
  #firstNew(messages, unread) {
    const others = messages.filter((message) => message.from?.id !== this.#viewer.id);
    const counted = unread > 0 ? others.at(-Math.min(unread, others.length)) : null;
    const known = counted ? others.find((message) => message.message_id === this.#new) : null;
    const first = known && known.message_id < counted.message_id ? known : counted;
    this.#new = first?.message_id ?? null;
    return first;
  }

  /** Makes the list hold exactly these rows, in order. */
  #reconcile(rows) {
    const wanted = new Set(rows.map((row) => row.key));
    for (const [key, row] of this.#rows) {
      if (wanted.has(key)) continue;
      row.node.remove();
      this.#rows.delete(key);
    }
    let before = null;
    for (const { key, form, make } of rows) {
      const known = this.#rows.get(key);
      const node = known?.form === form ? known.node : make();
      if (known && known.node !== node) known.node.replaceWith(node);
      const place = before ? before.nextSibling : this.#list.firstChild;
      if (place !== node) this.#list.insertBefore(node, place);
      this.#rows.set(key, { form, node });
      before = node;
    }
  }

  #find(id) {
    return id ? this.#list.querySelector(`[data-message="${id}"]`) : null;
  }

  /** Brings an earlier message into view. */
  jump(id) {
    const found = this.#find(id);
    found?.scrollIntoView({ block: "center" });
    found?.focus({ preventScroll: true });
  }

  /** To the newest message, where the log then stays while it grows or is resized. */
  toBottom() {
    this.#atEnd = true;
    this.#list.scrollTop = this.#list.scrollHeight;
    this.#top = this.#list.scrollTop;
  }

  /** Only who scrolls up leaves the end; a list that became lower stays where it was. */
  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.#list;
    if (clientHeight === 0) return;
    if (scrollHeight - scrollTop - clientHeight < NEAR) this.#atEnd = true;
    else if (scrollTop < this.#top) this.#atEnd = false;
    this.#top = scrollTop;
    this.#toBottom.hidden = this.#atEnd;
  }

  /** One message's menu button is in the tab order; the arrows lead to those of the others. */
  #rove(focused) {
    const menus = [...this.#list.querySelectorAll(".message-menu")];
    const current = focused?.closest?.("[data-message]")?.querySelector(".message-menu");
    for (const menu of menus) menu.tabIndex = -1;
    const chosen = current ?? menus.at(-1);
    if (chosen) chosen.tabIndex = 0;
  }

  #walk(event) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const from = event.target;
    if (!step || !from.matches(".log, .message, .message-menu")) return;
    const menus = [...this.#list.querySelectorAll(".message-menu")];
    const at = menus.indexOf(from.closest("[data-message]")?.querySelector(".message-menu"));
    const to = at === -1 ? menus.at(-1) : menus[at + step];
    if (!to) return;
    event.preventDefault();
    to.focus();
  }
}

const divider = (kind, text) =>
  element("div", { class: `divider ${kind}` }, element("span", { text }));

const introduction = (text) =>
  element("div", { class: "introduction" }, element("p", { dir: "auto", text }));
