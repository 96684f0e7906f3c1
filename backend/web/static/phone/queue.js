// Entries that wait on this phone: sealed, bound to an account, gone only when the server has proved that it holds them.

import { local } from "./clock.js";
import { keepSchedule } from "./schedule.js";
import { seal, sha256, unseal } from "./seal.js";
import { all, get, put, remove } from "./store.js";

export const LINK = "link"; // the account of entries that go by a link, whoever is signed in
export const OVERDUE = 3 * 24 * 60 * 60 * 1000; // milliseconds an entry may wait before we ask for a connection
const ASKS = new Set([400, 409, 410, 413, 422]); // the same entry will not be taken as it is: somebody must look
const VOID = 404; // what a link's address says that opens nothing any more; on any other way it is an error
const PATIENCE = 15_000;

const tabs = new BroadcastChannel("ebb");
const listeners = [];
const place = (id, account) => `entry ${id} ${account}`;

/** Call back whenever the queue changed, in this tab or another. */
export function onChange(listener) {
  listeners.push(listener);
  tabs.addEventListener("message", listener);
}

function changed() {
  tabs.postMessage("changed");
  for (const listener of listeners) listener();
}

/** Keep an entry; it is on the disk when this returns. The same entry again changes nothing. */
export async function keep(account, address, entry) {
  const text = JSON.stringify(entry);
  const content = await seal(place(entry.client_uuid, account), { text, address, keptAt: Date.now() });
  await put("entries", { id: entry.client_uuid, account, status: 0, ...content });
  changed();
  navigator.storage?.persist?.().catch(() => {}); // a browser may say no
}

/** What waits: `{id, account, status, keptAt, told}`, the oldest first. `status` is the answer that asks for somebody. */
export async function waiting() {
  const rows = await Promise.all((await all("entries")).map(opened));
  return rows.sort((one, other) => one.keptAt - other.keptAt);
}

async function opened(row) {
  const { text, address, keptAt } = await unseal(place(row.id, row.account), row);
  return { ...row, text, address, keptAt, told: JSON.parse(text) };
}

/** Let it be sent again although the server did not take it. */
export async function retry(id) {
  const row = await get("entries", id);
  if (row) await put("entries", { ...row, status: 0 });
  changed();
}

/** Forget an entry for good, because the person who made it says so. */
export async function discard(id) {
  await remove("entries", id);
  changed();
}

const TURN = "ebb-flush";

/** Send what this account, empty for nobody's, and the links have waiting; one tab at a time, never twice at once. */
export function flush(account) {
  return navigator.locks.request(TURN, { ifAvailable: true }, (lock) => lock && flushed(account));
}

/** The same a last time, after whoever is sending now. */
export function flushLast(account) {
  return navigator.locks.request(TURN, () => flushed(account));
}

async function flushed(account) {
  const reader = account && (await ask("/phone/")); // a link's holder has no such page
  if (reader === undefined) return;
  const mine = await known(reader);
  const rows = (await waiting()).filter((row) => !row.status && [mine?.account, LINK].includes(row.account));
  let sent = 0;
  for (const row of rows) {
    const outcome = await send(row, mine?.csrf ?? "");
    if (outcome === "later") break;
    sent += 1;
  }
  if (sent && mine) await known(await ask("/phone/"));
}

/** Take in who is signed in and what they will be asked. */
async function known(response) {
  if (!response?.ok) return undefined;
  const mine = await response.json().catch(() => undefined);
  if (!mine?.account) return undefined;
  await keepSchedule(mine.account, { schedule: mine.schedule, care: mine.care });
  return mine;
}

async function send(row, csrf) {
  const body = JSON.stringify({ entry: row.text, device_sent_at: local(), account: row.account });
  const response = await ask(row.address, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": csrf },
    body,
  });
  if (response?.ok && (await proves(response, row))) {
    await remove("entries", row.id);
  } else if (response && (ASKS.has(response.status) || (row.account === LINK && response.status === VOID))) {
    const { id, account, iv, sealed } = row;
    await put("entries", { id, account, iv, sealed, status: response.status });
  } else {
    return "later";
  }
  changed();
  return "settled";
}

/** Whether an answer comes from the server that stored this very entry, not from something on the way. */
async function proves(response, row) {
  const echo = await response.json().catch(() => ({}));
  return echo.client_uuid === row.id && echo.sha256 === (await sha256(row.text));
}

async function ask(address, options = {}) {
  const headers = { Accept: "application/json", ...options.headers };
  const signal = AbortSignal.timeout(PATIENCE);
  return fetch(address, { cache: "no-store", redirect: "manual", signal, ...options, headers }).catch(() => undefined);
}
