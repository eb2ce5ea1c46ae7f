/** Which chat is on a phone's screen: the private one, or a group its owner is in. */

import { element } from "./dom.js";
import { say } from "./language.js";

export class ChatChoice {
  /** `chosen(chat)` is told the id of a group, or null for the private chat. */
  constructor(chosen) {
    this.element = element("select", { class: "chat-choice", hidden: true });
    this.element.addEventListener("change", () => {
      const { value } = this.element;
      chosen(value === "" ? null : Number(value));
    });
  }

  /** Offers the chats of a person, with what is unread in each; hidden where there is only one. */
  show(person, bot, current) {
    const { groups, unread, first_name: name } = person;
    const options = [{ id: "", title: bot, unread }, ...groups].map((chat) =>
      element("option", {
        value: String(chat.id),
        text: chat.unread ? `${chat.title} (${chat.unread})` : chat.title,
      }),
    );
    this.element.replaceChildren(...options);
    this.element.value = String(current ?? "");
    this.element.hidden = groups.length === 0;
    this.element.setAttribute("aria-label", say("chatOf", { name }));
  }
}
