/** The two questions the page itself asks: really start over, and who gets a new phone. */

import { element } from "./dom.js";
import { say } from "./language.js";
import { PHONE_LANGUAGES } from "./texts.js";

/** Resolves to true when confirmed. */
export async function confirmReset() {
  const text = element("p", { text: say("resetText") });
  const answer = await answered(say("resetTitle"), [text], say("resetYes"), "danger");
  return answer !== null;
}

/** Resolves to `{first_name, language_code, note?}`, or null when cancelled. */
export async function askForPerson() {
  const name = { name: "first_name", required: true, maxlength: "64", autocomplete: "off", dir: "auto" };
  const options = Object.entries(PHONE_LANGUAGES).map(([value, text]) =>
    element("option", { value, text, lang: value }),
  );
  const role = { name: "note", maxlength: "64", autocomplete: "off", placeholder: say("roleExample") };
  const fields = [
    labelled("name", element("input", name)),
    labelled("phoneLanguage", element("select", { name: "language_code" }, options)),
    labelled("role", element("input", { ...role, dir: "auto" })),
  ];
  const answer = await answered(say("addTitle"), fields, say("add"), "primary");
  if (!answer) return null;
  return Object.fromEntries([...answer].filter(([, value]) => value !== ""));
}

const labelled = (name, field) => element("label", {}, element("span", { text: say(name) }), field);

/** Shows a dialog and resolves to its form's content, or to null. */
function answered(title, content, yes, kind) {
  const heading = element("h2", { id: "dialog-title", text: title });
  const cancel = element("button", { type: "button", text: say("cancel") });
  const confirm = element("button", { type: "submit", class: kind, text: yes });
  const deeds = element("div", { class: "dialog-deeds" }, cancel, confirm);
  const form = element("form", { method: "dialog" }, heading, content, deeds);
  const dialog = element("dialog", { "aria-labelledby": "dialog-title" }, form);
  document.body.append(dialog);
  return new Promise((resolve) => {
    let answer = null;
    cancel.addEventListener("click", () => dialog.close());
    form.addEventListener("submit", () => {
      answer = new FormData(form);
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(answer);
    });
    dialog.showModal();
    if (kind === "danger") cancel.focus();
  });
}
