/**
 * The lower edge of a phone: the text box with what is beside it, the bot's own keyboard, or a
 * single big button where there is nothing to type yet (start) or any more (blocked).
 */

import { element, icon, signButton } from "./dom.js";
import { gist } from "./bubble.js";
import { replyKeyboard } from "./keyboards.js";
import { say } from "./language.js";

const LONGEST = 4096;

export class Composer {
  #does;
  #names;
  #box;
  #context = element("div", { class: "context", hidden: true });
  #keyboard = element("div", { class: "keyboard-place" });
  #keyboardSwitch;
  #form;
  #single = element("div", { class: "single", hidden: true });
  #goal = null;
  #shown = "";

  /**
   * `names` are `{name, bot}` for labels; `does` are `send(text, replyTo)`, `edit(id, text)`,
   * `attach(opener)`, `commands(opener)`, `choose(button)` and `editLast()`.
   */
  constructor(names, does, language) {
    this.#names = names;
    this.#does = does;
    this.#box = element("textarea", {
      rows: "1",
      dir: "auto",
      lang: language,
      maxlength: String(LONGEST),
      placeholder: say("message"),
      "aria-label": say("messageTo", names),
    });
    this.#keyboardSwitch = signButton("keyboard", say("keyboardHide"), { hidden: true });
    this.#form = this.#makeForm();
    const parts = [this.#context, this.#form, this.#keyboard, this.#single];
    this.element = element("div", { class: "composer" }, parts);
  }

  #makeForm() {
    const attach = signButton("attach", say("attach"), { "aria-haspopup": "menu" });
    const commands = signButton("slash", say("commands"), { "aria-haspopup": "menu" });
    attach.addEventListener("click", () => this.#does.attach(attach));
    commands.addEventListener("click", () => this.#does.commands(commands));
    this.#keyboardSwitch.addEventListener("click", () => this.#toggleKeyboard());
    this.#box.addEventListener("input", () => this.#fit());
    this.#box.addEventListener("keydown", (event) => this.#key(event));
    const send = signButton("send", say("send"), { type: "submit", class: "send" });
    const parts = [attach, commands, this.#box, this.#keyboardSwitch, send];
    const form = element("form", { class: "entry" }, parts);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    return form;
  }

  #key(event) {
    const plain = !event.shiftKey && !event.isComposing;
    if (event.key === "Enter" && plain) {
      event.preventDefault();
      this.#submit();
    } else if (event.key === "Escape" && this.#goal) this.plain();
    else if (event.key === "ArrowUp" && this.#box.value === "" && !this.#goal) {
      this.#does.editLast();
    }
  }

  async #submit() {
    const text = this.#box.value;
    if (text.trim() === "") return;
    const goal = this.#goal;
    this.plain();
    const done =
      goal?.kind === "editing"
        ? await this.#does.edit(goal.message.message_id, text)
        : await this.#does.send(text, goal?.message.message_id);
    if (!done && this.#box.value === "") this.#write(text);
  }

  #write(text) {
    this.#box.value = text;
    this.#fit();
  }

  #fit() {
    this.#box.style.height = "auto";
    this.#box.style.height = `${this.#box.scrollHeight + 2}px`;
  }

  get draft() {
    return this.#goal ? "" : this.#box.value;
  }

  set draft(text) {
    this.#box.value = text;
  }

  /** The language in which is typed. */
  speak(language) {
    this.#box.lang = language;
  }

  focus() {
    (this.#form.hidden ? this.#single.querySelector("button") : this.#box)?.focus();
  }

  /** Back to a new message of one's own. */
  plain() {
    this.#goal = null;
    this.#context.hidden = true;
    this.#context.replaceChildren();
    this.#write("");
  }

  replyTo(message) {
    this.#aim("replying", message);
  }

  edit(message) {
    this.#aim("editing", message);
    this.#write(message.text);
  }

  #aim(kind, message) {
    this.#goal = { kind, message };
    const cancel = signButton("close", say("cancel"));
    cancel.addEventListener("click", () => {
      this.plain();
      this.focus();
    });
    const words = element("p", { dir: "auto", text: say(kind, { text: gist(message) }) });
    this.#context.replaceChildren(icon(kind === "editing" ? "edit" : "reply"), words, cancel);
    this.#context.hidden = false;
    this.#box.focus();
  }

  /** Shows the bot's keyboard, or none (null). The same one again is left as it is. */
  keyboard(markup) {
    const form = JSON.stringify(markup);
    if (form === this.#shown) return;
    this.#shown = form;
    const choose = (button) => {
      if (markup.one_time_keyboard) this.#openKeyboard(false);
      this.#does.choose(button);
    };
    this.#keyboard.replaceChildren(...(markup ? [replyKeyboard(markup, { choose })] : []));
    this.#keyboardSwitch.hidden = !markup;
    this.#box.placeholder = markup?.input_field_placeholder ?? say("message");
    this.#openKeyboard(Boolean(markup));
  }

  #openKeyboard(open) {
    this.#keyboard.hidden = !open;
    const label = say(open ? "keyboardHide" : "keyboardShow");
    this.#keyboardSwitch.title = label;
    this.#keyboardSwitch.setAttribute("aria-label", label);
    this.#keyboardSwitch.setAttribute("aria-expanded", String(open));
  }

  #toggleKeyboard() {
    this.#openKeyboard(this.#keyboard.hidden);
  }

  /** One big button in place of everything, `{label, note, act}`, or null for the text box. */
  single(wanted) {
    const had = this.element.contains(document.activeElement);
    this.#form.hidden = Boolean(wanted);
    this.#single.hidden = !wanted;
    this.element.classList.toggle("only-one", Boolean(wanted));
    const form = wanted ? `${wanted.label} ${wanted.note}` : "";
    if (form !== this.#single.dataset.form) this.#fillSingle(wanted);
    this.#single.dataset.form = form;
    if (had && !this.element.contains(document.activeElement)) this.focus();
  }

  #fillSingle(wanted) {
    const note = wanted?.note ? element("p", { text: wanted.note }) : null;
    const button = wanted?.label
      ? element("button", { type: "button", class: "primary", text: wanted.label, onclick: wanted.act })
      : null;
    this.#single.replaceChildren(...[note, button].filter(Boolean));
  }
}
