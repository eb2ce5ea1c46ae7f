/**
 * The lower edge of a phone: the text box with what is beside it, the bot's own keyboard, or a
 * single big button where there is nothing to type yet (start) or any more (blocked).
 */

import { element, icon, signButton } from "./dom.js";
import { gist } from "./bubble.js";
import { replyKeyboard } from "./keyboards.js";
import { say } from "./language.js";
import { read, toggled, written } from "./marks.js";

const LONGEST = 2 * 4096; // of what is typed; the server counts what is left without marks
const KEYS = { b: "bold", i: "italic", u: "underline", k: "text_link" };
const SIGNS = { editing: "edit", replying: "reply", sending: "attach" };

export class Composer {
  #does;
  #names;
  #box;
  #context = element("div", { class: "context", hidden: true });
  #keyboard = element("div", { class: "keyboard-place" });
  #keyboardSwitch;
  #marker;
  #form;
  #single = element("div", { class: "single", hidden: true });
  #goal = null;
  #shown = "";
  #hint = say("message");

  /**
   * `names` are `{name, bot}` for labels; `does` are `send(words, replyTo)`, `edit(id, words)`,
   * `upload(deed, file, words)`, `attach(opener)`, `commands(opener)`, `marks(opener)`,
   * `choose(button)` and `editLast()`. Words are `{text, entities}`.
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
    this.#marker = signButton("letter", say("marks"), { "aria-haspopup": "menu", hidden: true });
    this.#marker.addEventListener("click", () => this.#does.marks(this.#marker));
    for (const kind of ["select", "selectionchange", "keyup", "click", "input"]) {
      this.#box.addEventListener(kind, () => this.#selected());
    }
    this.#keyboardSwitch.addEventListener("click", () => this.#toggleKeyboard());
    this.#box.addEventListener("input", () => this.#fit());
    this.#box.addEventListener("keydown", (event) => this.#key(event));
    const send = signButton("send", say("send"), { type: "submit", class: "send" });
    const parts = [attach, commands, this.#box, this.#marker, this.#keyboardSwitch, send];
    const form = element("form", { class: "entry" }, parts);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    return form;
  }

  #key(event) {
    const plain = !event.shiftKey && !event.isComposing;
    const mark = (event.ctrlKey || event.metaKey) && !event.altKey && plain && KEYS[event.key];
    if (mark && this.#isSelected) {
      event.preventDefault();
      this.mark(mark);
      return;
    }
    if (event.key === "Enter" && plain) {
      event.preventDefault();
      this.#submit();
    } else if (event.key === "Escape" && this.#goal) this.plain();
    else if (event.key === "ArrowUp" && this.#box.value === "" && !this.#goal) {
      this.#does.editLast();
    }
  }

  async #submit() {
    const typed = this.#box.value;
    const goal = this.#goal;
    if (typed.trim() === "" && !goal?.mayBeEmpty) return;
    const words = this.taken();
    this.plain();
    const done = await (goal?.act(words) ?? this.#does.send(words));
    if (done || this.#box.value !== "" || this.#goal) return;
    goal?.again();
    this.#write(typed);
  }

  /** What stands in the box, with its marks read; the box is empty afterwards. */
  taken() {
    const words = read(this.#box.value);
    this.#write("");
    return words;
  }

  get #isSelected() {
    return this.#box.selectionStart !== this.#box.selectionEnd;
  }

  /** Who has selected something can mark it from a menu too. */
  #selected() {
    if (this.#marker.hidden !== this.#isSelected) return;
    this.#marker.hidden = !this.#isSelected;
    this.#fit();
  }

  /** Marks what is selected, or takes the marks away again. */
  mark(kind) {
    const { value, selectionStart, selectionEnd } = this.#box;
    const made = toggled({ text: value, from: selectionStart, to: selectionEnd }, kind);
    this.#write(made.text);
    this.#box.focus();
    this.#box.setSelectionRange(made.from, made.to);
    this.#selected();
  }

  #write(text) {
    this.#box.value = text;
    this.#fit();
    this.#selected();
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
    this.#box.placeholder = this.#hint;
    this.#box.removeAttribute("aria-description");
    this.#write("");
  }

  replyTo(message) {
    const act = (words) => this.#does.send(words, message.message_id);
    this.#aim("replying", gist(message), { act, again: () => this.replyTo(message) });
  }

  edit(message) {
    const act = (words) => this.#does.edit(message.message_id, words);
    const mayBeEmpty = message.text === undefined;
    this.#aim("editing", gist(message), { act, mayBeEmpty, again: () => this.edit(message) });
    const [text, entities] = [message.text ?? message.caption, message.entities ?? message.caption_entities];
    this.#write(written(text ?? "", entities));
  }

  /** A file that goes with the next words, or without any. */
  carry(deed, file) {
    const act = (words) => this.#does.upload(deed, file, words);
    const again = () => this.carry(deed, file);
    this.#aim("sending", file.name, { act, mayBeEmpty: true, again });
  }

  #aim(kind, text, goal) {
    this.#goal = goal;
    const cancel = signButton("close", say("cancel"));
    cancel.addEventListener("click", () => {
      this.plain();
      this.focus();
    });
    const words = element("p", { dir: "auto", text: say(kind, { text }) });
    this.#context.replaceChildren(icon(SIGNS[kind]), words, cancel);
    this.#context.hidden = false;
    this.#box.setAttribute("aria-description", words.textContent);
    if (kind === "sending") this.#box.placeholder = say("sendingHint");
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
    this.#hint = markup?.input_field_placeholder ?? say("message");
    if (!this.#goal) this.#box.placeholder = this.#hint;
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
