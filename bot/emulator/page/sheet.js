/**
 * What slides over one phone: a menu of actions, or a notice that waits for an answer. The rest
 * of that phone rests meanwhile; the other phones stay usable. Escape closes, focus goes back.
 */

import { element, icon } from "./dom.js";
import { say } from "./language.js";

/**
 * Opens a menu over `screen`. Each item is `{label, sign, note, act}`; `opener` gets the focus
 * back when nothing else took it.
 */
export function openMenu(screen, title, items, opener) {
  const menu = element("div", { class: "sheet-items", role: "menu", "aria-label": title });
  const close = cover(screen, opener, [
    element("p", { class: "sheet-title", "aria-hidden": "true", dir: "auto", text: title }),
    menu,
  ]);
  menu.append(...items.map((item) => menuItem(item, close)));
  menu.append(menuItem({ label: say("close"), sign: "close", act: () => {} }, close));
  menu.addEventListener("keydown", (event) => walk(event, [...menu.children], close));
  menu.firstElementChild.focus();
}

function menuItem({ label, sign, note, act }, close) {
  const text = element(
    "span",
    { class: "item-text" },
    element("bdi", { text: label }),
    note ? element("bdi", { class: "item-note", text: note }) : null,
  );
  const item = element("button", { type: "button", role: "menuitem", tabindex: "-1" });
  item.append(sign ? icon(sign) : "", text);
  item.addEventListener("click", () => {
    close();
    act();
  });
  return item;
}

function walk(event, items, close) {
  const at = items.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
  if (event.key === "Tab") close();
  else if (to !== undefined) items.at(to % items.length).focus();
  else return;
  event.preventDefault();
}

/** Shows a text that has to be seen: an alert of the bot. Somebody busy elsewhere is left in peace. */
export function openNotice(screen, text) {
  const before = document.activeElement;
  const here = before === document.body || screen.contains(before);
  const ok = element("button", { type: "button", class: "primary", text: say("ok") });
  const words = element("p", { dir: "auto", text });
  const close = cover(screen, here ? before : null, [words, ok]);
  const sheet = ok.parentElement;
  sheet.setAttribute("role", "alertdialog");
  sheet.setAttribute("aria-label", text);
  ok.addEventListener("click", close);
  ok.addEventListener("keydown", (event) => event.key === "Tab" && event.preventDefault());
  if (here) ok.focus();
}

/** Lays a sheet over the screen and returns what takes it away. */
function cover(screen, opener, content) {
  screen.querySelector(".cover")?.dispatchEvent(new Event("away"));
  const resting = [...screen.children].filter((part) => part.role !== "status");
  const sheet = element("div", { class: "sheet" }, content);
  const over = element("div", { class: "cover" }, sheet);
  const close = () => {
    if (!over.isConnected) return;
    over.remove();
    for (const part of resting) part.inert = false;
    if (opener?.isConnected) opener.focus();
  };
  over.addEventListener("away", close);
  over.addEventListener("click", (event) => event.target === over && close());
  over.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    close();
  });
  for (const part of resting) part.inert = true;
  screen.append(over);
  return close;
}
