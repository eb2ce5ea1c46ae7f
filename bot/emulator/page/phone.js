/**
 * One phone: its owner's name and state above, the chat with the bot on its screen. It asks the
 * server for the chat again whenever something happened in it; the server's word is the state.
 */

import { gist } from "./bubble.js";
import { Caption } from "./caption.js";
import { ChatChoice } from "./chats.js";
import { Composer } from "./composer.js";
import { called, element, signButton } from "./dom.js";
import { clockTime, say } from "./language.js";
import { startPayload } from "./links.js";
import { Log } from "./log.js";
import * as menus from "./menus.js";
import { deeds, Refused } from "./server.js";
import { openMenu, openNotice } from "./sheet.js";
import { Toasts } from "./toasts.js";

const TYPING_LASTS = 5500;
const PRESS_LASTS = 15000;
const TOGETHER = 30;

export class Phone {
  #chat = null;
  #deeds;
  #state = null;
  #log;
  #composer;
  #toasts = new Toasts();
  #caption;
  #screen;
  #status;
  #choice = new ChatChoice((chat) => this.#change(chat));
  #clock = element("span", { class: "status-clock", "aria-hidden": "true" });
  #typing = 0;
  #due = 0;
  #now;

  /**
   * `place` is what it needs around it: `now()` is the bot's clock, `changed()` has the list of people read again.
   */
  constructor(person, place, accent) {
    this.person = person;
    this.#now = place.now;
    this.place = place;
    this.#deeds = deeds(person.id);
    this.#caption = new Caption(person, this);
    this.element = element("section", {
      class: "phone",
      "data-person": person.id,
      "data-accent": accent,
      "aria-labelledby": `owner-${person.id}`,
    });
    this.element.addEventListener("focusin", () => this.#seen());
    this.element.addEventListener("pointerdown", () => this.#seen());
  }

  /** Reads a chat (null: the private one) and puts it on the screen for the first time. */
  async start(chat = null) {
    this.#chat = chat;
    this.#deeds = deeds(this.person.id, chat);
    this.#state = await this.#deeds.read();
    this.#build();
    this.refresh(this.person);
  }

  get #kind() {
    return say(this.#chat === null ? "bot" : "group");
  }

  get #unread() {
    const { unread, groups } = this.person;
    return this.#chat === null ? unread : (groups.find(({ id }) => id === this.#chat)?.unread ?? 0);
  }

  get botName() {
    return this.#state.bot?.first_name ?? say("bot");
  }

  #build() {
    const names = { name: this.person.first_name, bot: this.botName };
    const title = this.#state.chat?.title;
    const label = title ? say("logGroup", { ...names, title }) : say("log", names);
    this.#log = new Log(label, this.person, this.#messageDeeds());
    this.#composer = new Composer(names, this.#composerDeeds(), this.person.language_code);
    this.#status = element("p", { class: "chat-status", text: this.#kind });
    const head = element(
      "div",
      { class: "chat-head" },
      element("span", { class: "bot-face", "aria-hidden": "true" }),
      element("div", {}, element("p", { class: "chat-name" }, called(title ?? names.bot)), this.#status),
      this.#choice.element,
      this.#menuButton(),
    );
    const bar = element("div", { class: "status-bar", "aria-hidden": "true" }, this.#clock);
    bar.append(element("span", { class: "status-signs" }));
    const parts = [bar, head, this.#log.element, this.#composer.element, this.#toasts.element];
    this.#screen = element("div", { class: "screen" }, parts);
    this.element.replaceChildren(
      this.#caption.element,
      element("div", { class: "frame" }, this.#screen),
    );
  }

  #menuButton() {
    const label = say("menu", { name: this.person.first_name });
    const button = signButton("more", label, { "aria-haspopup": "menu" });
    button.addEventListener("click", () => this.#open(label, menus.phone(this), button));
    return button;
  }

  #open(title, items, opener) {
    openMenu(this.#screen, title, items, opener);
  }

  /** What the owner can do, each told of if it fails. True when it worked. */
  async does(deed, ...content) {
    try {
      await this.#deeds[deed](...content);
      this.#later();
      return true;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const reason = error.message;
      this.#toasts.show(error.status ? say("failed", { reason }) : say("unreached"));
      return false;
    }
  }

  #messageDeeds() {
    return {
      command: (text) => this.does("text", { text }),
      link: (address) => {
        const payload = startPayload(address, this.#state.bot?.username);
        return payload === null ? null : () => this.does("start", payload);
      },
      press: (message, button, pressed) => this.#press(message, button, pressed),
      menu: (message, opener) =>
        this.#open(gist(message), menus.message(this, message, this.#composer), opener),
    };
  }

  async #press(message, button, pressed) {
    if (button.copy_text) {
      await navigator.clipboard.writeText(button.copy_text.text);
      this.#toasts.show(say("copied"));
    } else if (button.callback_data === undefined) this.#toasts.show(say("notHere"));
    else {
      pressed.setAttribute("aria-busy", "true");
      setTimeout(() => pressed.removeAttribute("aria-busy"), PRESS_LASTS);
      const done = await this.does("press", message.message_id, button.callback_data);
      if (!done) pressed.removeAttribute("aria-busy");
    }
  }

  #composerDeeds() {
    return {
      send: (words, replyTo) => this.does("text", words, replyTo),
      edit: (id, words) => this.does("edit", id, words),
      upload: (deed, file, words) => this.does("upload", deed, file, words),
      attach: (opener) =>
        this.#open(say("attach"), menus.attach(this, opener, this.#composer), opener),
      marks: (opener) => this.#open(say("marks"), menus.marks(this.#composer), opener),
      commands: (opener) =>
        this.#open(say("commands"), menus.commands(this, this.#state.commands ?? []), opener),
      choose: (button) => this.#choose(button),
      editLast: () => {
        const last = this.#state.messages.findLast((message) => this.canEdit(message));
        if (last) this.#composer.edit(last);
      },
    };
  }

  #choose(button) {
    if (button.request_contact) this.does("share", "contact");
    else if (button.request_location) this.choosePlace(document.activeElement);
    else this.does("text", { text: button.text });
  }

  choosePlace(opener) {
    this.#open(say("location"), menus.places(this), opener);
  }

  canEdit(message) {
    const kinds = ["text", "photo", "document", "voice"];
    return message.from?.id === this.person.id && kinds.some((kind) => kind in message);
  }

  tell(text) {
    this.#toasts.show(text);
  }

  focus() {
    this.#composer.focus();
  }

  get draft() {
    return this.#composer?.draft ?? "";
  }

  set draft(text) {
    this.#composer.draft = text;
  }

  /** Takes over what changed about the owner. */
  refresh(person) {
    this.person = person;
    this.#caption.refresh(person);
    if (!this.#state) return;
    this.#log.speak(person.language_code);
    this.#composer.speak(person.language_code);
    const gone = this.#chat !== null && !person.groups.some(({ id }) => id === this.#chat);
    if (gone) this.start();
    else this.#show();
  }

  async #change(chat) {
    await this.start(chat);
    this.#choice.element.focus();
  }

  /** Something happened in this phone's chat, or to its owner. */
  heard(change) {
    const chat = this.#chat ?? this.person.id;
    if (change.kind === "typing") this.#type(change.chat === chat);
    else if (change.kind === "callback_answer") this.#answered(change);
    else this.#later();
  }

  #answered({ text, alert }) {
    for (const busy of this.element.querySelectorAll("[aria-busy=true].inline-button")) {
      busy.removeAttribute("aria-busy");
    }
    if (!text) return;
    if (alert) openNotice(this.#screen, text);
    else this.#toasts.show(text);
  }

  #type(on) {
    clearTimeout(this.#typing);
    this.element.classList.toggle("is-typing", on);
    this.#status.textContent = on ? say("typing") : this.#kind;
    if (on) this.#typing = setTimeout(() => this.#type(false), TYPING_LASTS);
  }

  /** Changes close together are read once. */
  #later() {
    this.#due ||= setTimeout(async () => {
      this.#due = 0;
      const known = this.#state.messages.length;
      this.#state = await this.#deeds.read().catch(() => this.#state);
      if (this.#state.messages.slice(known).some(({ from }) => from?.is_bot)) this.#type(false);
      this.#show();
    }, TOGETHER);
  }

  #show() {
    if (this.element.contains(document.activeElement)) this.#seen();
    const { messages, reply_keyboard: keyboard } = this.#state;
    this.#log.about(messages.length === 0 ? this.#introduction() : null);
    this.#log.show(messages, this.#unread, this.#now());
    this.#composer.single(this.#chat === null ? menus.instead(this) : null);
    this.#composer.keyboard(keyboard ?? null);
    this.#choice.show(this.person, this.botName, this.#chat);
    this.tick();
  }

  #introduction() {
    const { description } = this.#state.bot ?? {};
    return description || say("empty", { name: this.person.first_name });
  }

  /** Shows the bot's time of day at the top of the screen. */
  tick() {
    this.#clock.textContent = clockTime(this.#now());
  }

  #seen() {
    if (this.#unread === 0 || document.hidden) return;
    const groups = this.person.groups.map((one) => (one.id === this.#chat ? { ...one, unread: 0 } : one));
    const unread = this.#chat === null ? 0 : this.person.unread;
    this.refresh({ ...this.person, unread, groups });
    this.does("markRead");
  }
}
