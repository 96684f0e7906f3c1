// Sends what waits: when a page opens, comes back or finds a network again, and every half minute while one is open.

import { display } from "./display.js";
import { flush, onChange } from "./queue.js";
import { isFresh } from "./schedule.js";

const EVERY = 30_000;

/** Keep sending for the account that `whose` returns, and show how it stands. */
export async function keepSending(whose) {
  const show = async () => display(await whose());
  const send = async () => {
    const account = await whose();
    if ((await show()) || (account && !(await isFresh(account)))) await flush(account);
  };
  onChange(show);
  addEventListener("online", send);
  addEventListener("pageshow", send);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && send());
  setInterval(send, EVERY);
  await send();
}
