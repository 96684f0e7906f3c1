// What this phone knows about the check-ins to come, for when there is no network: sealed, of one account at a time.

import { seal, unseal } from "./seal.js";
import { get, put, remove } from "./store.js";

const ID = "schedule";
const FRESH = 15 * 60 * 1000; // milliseconds in which nothing is asked anew without a reason
const place = (account) => `${ID} ${account}`;

let isForgotten = false;

/** Keep `{schedule, care}` of the account that is signed in; nothing that comes late, once this page has forgotten it. */
export async function keepSchedule(account, told) {
  const sealed = await seal(place(account), { ...told, at: Date.now() });
  if (!isForgotten) await put("kept", { id: ID, account, ...sealed });
}

/** The account that was signed in last, with its check-ins; no account once it signed out. */
export async function keptSchedule() {
  const row = await get("kept", ID);
  if (!row) return { account: "", schedule: [], care: "" };
  return { account: row.account, ...(await unseal(place(row.account), row)) };
}

export async function isFresh(account) {
  const kept = await keptSchedule();
  return kept.account === account && Math.abs(Date.now() - kept.at) < FRESH;
}

/** Forget it for good, because this page is signing out. */
export function forgetSchedule() {
  isForgotten = true;
  return remove("kept", ID);
}
