// What an answered form says, as an entry: built alike on pages from the server and on the one the phone keeps.

import { local, zone } from "./clock.js";
import { LINK } from "./queue.js";

/** Whose an entry is, where it goes and which check-in it is about, by the address it is answered at. */
export function routeOf(address, account) {
  const { pathname } = new URL(address, location.origin);
  const link = /^\/c\/(\d+)-[^/]+\//.exec(pathname);
  if (link) return { account: LINK, address: `${link[0]}entries/`, checkIn: Number(link[1]) };
  const own = /^\/check-ins\/(\d+)\//.exec(pathname);
  return own && account ? { account, address: "/entries/", checkIn: Number(own[1]) } : undefined;
}

/** One answer an item, null where none is chosen, and everywhere where the button tapped skips the part. */
export function answersOf(form, then) {
  const fields = then === "blank" ? new FormData() : new FormData(form);
  const items = new Set(Array.from(form.querySelectorAll('[name^="item_"]'), (field) => field.name));
  return Array.from(items, (name) => (fields.get(name) ? Number(fields.get(name)) : null));
}

export const isBlank = (answers) => answers.every((answer) => answer === null);

export const ratingOf = (checkIn, instrument, answers, { key, at } = {}) => ({
  client_uuid: key ?? crypto.randomUUID(),
  check_in: checkIn,
  instrument,
  answers,
  device_at: at ?? local(),
  device_tz: zone(),
});

export const skipOf = (checkIn, reason, key) => ({
  client_uuid: key ?? crypto.randomUUID(),
  check_in: checkIn,
  skip: reason,
  device_at: local(),
});
