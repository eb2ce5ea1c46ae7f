/** The people's side of the emulator over HTTP. Errors carry the server's own sentence. */

/** The server said no, or could not be reached (`status` 0). */
export class Refused extends Error {
  constructor(status, sentence) {
    super(sentence);
    this.status = status;
  }
}

async function ask(method, path, content) {
  const request = { method, headers: {} };
  if (content instanceof FormData) request.body = content;
  else if (content !== undefined) {
    request.headers["Content-Type"] = "application/json";
    request.body = JSON.stringify(content);
  }
  let answer;
  try {
    answer = await fetch(path, request);
  } catch {
    throw new Refused(0, "");
  }
  const found = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(answer.status, found.error ?? answer.statusText);
  return found;
}

const post = (path, content = {}) => ask("POST", path, content);

export const people = () => ask("GET", "/people");
export const addPerson = (person) => post("/people", person);
export const changePerson = (id, changes) => ask("PATCH", `/people/${id}`, changes);
export const time = () => ask("GET", "/time");
export const moveTime = (move) => post("/time", move);
export const reset = () => post("/reset");

/** What one person can do in one chat; `chat` is null for their private chat with the bot. */
export function deeds(person, chat = null) {
  const of = (deed) => `/people/${person}/${deed}`;
  const here = chat === null ? {} : { chat };
  return {
    read: () => ask("GET", of("chat") + (chat === null ? "" : `?chat=${chat}`)),
    markRead: () => post(of("read"), here),
    start: (payload) => post(of("start"), payload ? { payload } : {}),
    text: (words, replyTo) => post(of("text"), { ...words, ...here, ...(replyTo ? { reply_to: replyTo } : {}) }),
    press: (message, data) => post(of("press"), { message_id: message, data, ...here }),
    edit: (message, words) => post(of("edit"), { message_id: message, ...words, ...here }),
    share: (deed, content = {}) => post(of(deed), { ...content, ...here }),
    upload: (deed, file, words) => post(of(deed), form({ [deed]: file, ...asCaption(words), ...here })),
    block: () => post(of("block")),
    unblock: () => post(of("unblock")),
    deactivate: () => post(of("deactivate")),
  };
}

/** Words under a file, as the server wants them; nothing for no words. */
export const asCaption = ({ text, entities }) =>
  text ? { caption: text, caption_entities: entities } : {};

function form(fields) {
  const filled = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    filled.append(name, Array.isArray(value) ? JSON.stringify(value) : value);
  }
  return filled;
}

/** Where the bytes of a file can be fetched. */
export const fileAddress = (id) => `/files/${encodeURIComponent(id)}`;

/**
 * Listens to what happens. `heard` gets every change; `connected` is told when the line
 * drops and when it is back. The browser reconnects by itself and asks for what it missed.
 */
export function listen(heard, connected) {
  const line = new EventSource("/events");
  line.addEventListener("change", (event) => heard(JSON.parse(event.data)));
  line.addEventListener("open", () => connected(true));
  line.addEventListener("error", () => connected(false));
  return line;
}
