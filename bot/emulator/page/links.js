/** Deep links: `https://t.me/<bot>?start=PAYLOAD` is a start in this chat, not a page elsewhere. */

const HOSTS = new Set(["t.me", "telegram.me", "telegram.dog"]);

/** The payload of a deep link to that bot ("" for none), or null if the address is no such link. */
export function startPayload(address, username) {
  let found;
  try {
    found = new URL(address);
  } catch {
    return null;
  }
  const query = found.searchParams;
  const web = /^https?:$/.test(found.protocol) && HOSTS.has(found.hostname);
  const app = found.protocol === "tg:" && /^tg:(\/\/)?resolve\b/.test(address);
  const name = web ? found.pathname.split("/")[1] : app ? query.get("domain") : null;
  if (!name || !username || name.toLowerCase() !== username.toLowerCase()) return null;
  return query.get("start") ?? "";
}
