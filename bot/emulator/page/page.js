/** Puts the page together: the bar on top, a phone per person, and what the server tells. */

import { Chooser } from "./chooser.js";
import { askForPerson, confirmReset } from "./dialogs.js";
import { element, icon } from "./dom.js";
import { choosePageLanguage, pageLanguage, say } from "./language.js";
import { Phone } from "./phone.js";
import * as server from "./server.js";
import { TimeBar } from "./timebar.js";
import { Toasts } from "./toasts.js";

const ACCENTS = 4;
const TOGETHER = 60;
const LANGUAGES = { nl: "Nederlands", en: "English" };
const part = (id) => document.getElementById(id);

const phones = new Map();
const notes = new Toasts();
const bar = new TimeBar(tellFailure, () => phones.forEach((phone) => phone.tick()));
const chooser = new Chooser(showChosen, addPhone);
let due = 0;
let turn = Promise.resolve();

/** Runs one after the other what reads people and makes phones. */
function inTurn(task) {
  turn = turn.then(task).catch(tellFailure);
  return turn;
}

function tellFailure(error) {
  if (!(error instanceof server.Refused)) throw error;
  const reason = error.message;
  notes.show(error.status ? say("failed", { reason }) : say("unreached"));
}

/** Whatever is not about one phone, in the page's language. */
function buildFrame() {
  document.documentElement.lang = pageLanguage();
  part("skip").textContent = say("skip");
  part("kind").textContent = say("kind");
  part("offline").textContent = say("offline");
  bar.build();
  const reset = element("button", { type: "button", class: "reset", onclick: startOver });
  reset.append(icon("reset"), element("span", { text: say("reset") }));
  part("settings").replaceChildren(languageSwitch(), reset);
}

function languageSwitch() {
  const buttons = Object.entries(LANGUAGES).map(([code, name]) =>
    element("button", {
      type: "button",
      lang: code,
      title: name,
      "aria-label": name,
      "aria-pressed": String(code === pageLanguage()),
      text: code.toUpperCase(),
      onclick: () => changeLanguage(code),
    }),
  );
  const label = say("language");
  return element("div", { class: "languages", role: "group", "aria-label": label }, buttons);
}

async function changeLanguage(code) {
  choosePageLanguage(code);
  const drafts = new Map([...phones].map(([id, phone]) => [id, phone.draft]));
  await inTurn(begin);
  for (const [id, phone] of phones) phone.draft = drafts.get(id) ?? "";
  document.querySelector(`.languages [lang=${code}]`).focus();
}

async function startOver() {
  if (!(await confirmReset())) return;
  await server.reset().catch(tellFailure);
}

async function addPhone() {
  const person = await askForPerson();
  if (!person) return;
  try {
    const { id } = await server.addPerson(person);
    await inTurn(readPeople);
    phones.get(id)?.element.scrollIntoView({ block: "nearest" });
  } catch (error) {
    tellFailure(error);
  }
}

/** Reads who there is; makes phones for those who are new, removes those of who is gone. */
async function readPeople() {
  const people = await server.people();
  chooser.show(people);
  const made = [];
  for (const [index, person] of people.entries()) {
    if (phones.has(person.id)) phones.get(person.id).refresh(person);
    else made.push(makePhone(person, index % ACCENTS));
  }
  const known = new Set(people.map((person) => person.id));
  for (const [id, phone] of phones) {
    if (known.has(id)) continue;
    phone.element.remove();
    phones.delete(id);
  }
  await Promise.all(made);
  if (people.length > 0) showTitle(phones.get(people[0].id).botName);
}

async function makePhone(person, accent) {
  const place = { now: bar.now, changed: readSoon };
  const phone = new Phone(person, place, accent);
  phone.element.hidden = !chooser.shows(person.id);
  part("phones").append(phone.element);
  await phone.start();
  phones.set(person.id, phone);
  phone.heard({ kind: "people" });
}

function showTitle(bot) {
  const title = say("title", { bot });
  document.title = title;
  part("title").textContent = title;
}

function showChosen() {
  for (const [id, phone] of phones) phone.element.hidden = !chooser.shows(id);
}

function readSoon() {
  due ||= setTimeout(() => {
    due = 0;
    inTurn(readPeople);
    bar.read().catch(() => {});
  }, TOGETHER);
}

/** The phones on which a change can be seen; what happens in a group may concern all. */
function concerned({ kind, chat, person }) {
  const one = kind === "callback_answer" ? person : (chat ?? person);
  return phones.has(one) ? [phones.get(one)] : [...phones.values()];
}

function heard(change) {
  if (change.kind === "reset") inTurn(begin);
  else if (change.kind === "clock") bar.read().catch(() => {});
  else {
    for (const phone of concerned(change)) phone.heard(change);
    if (change.kind !== "typing" && change.kind !== "callback_answer") readSoon();
  }
}

/** Shows everything as the server has it now. */
async function begin() {
  buildFrame();
  phones.clear();
  part("phones").replaceChildren();
  await bar.read();
  await readPeople();
}

part("bar").append(bar.element, element("div", { id: "settings" }));
part("chooser").replaceWith(chooser.element);
document.body.append(notes.element);
notes.element.classList.add("page-toasts");
inTurn(begin);
server.listen((change) => turn.then(() => heard(change)), (up) => {
  part("offline").hidden = up;
});
