// Says on every page how many answers wait on this phone, and asks what to do about those the server would not take.

import { discard, flush, LINK, OVERDUE, retry, waiting } from "./queue.js";

const SOON = 3_000; // milliseconds in which an answer is usually sent: no page jumps for what is gone again at once
const area = document.getElementById("kept");
const line = (name) => area.querySelector(`[data-say="${name}"]`);

function say(name, count) {
  line(name).hidden = !count;
  const number = line(name).querySelector("b");
  if (number) number.textContent = count;
}

const isSigningOut = () => location.pathname === area.dataset.signOut;

/** Whether an entry is one to speak of yet: without a network, and before signing out, each of them is. */
const isNews = (row) =>
  row.status || !navigator.onLine || isSigningOut() || Math.abs(Date.now() - row.keptAt) >= SOON;

/** Show how things stand for an account, empty where nobody is signed in; return how many entries wait. */
export async function display(account) {
  const all = await waiting();
  const rows = all.filter(isNews);
  if (rows.length < all.length) setTimeout(display, SOON, account);
  const isMine = (row) => row.account === account || row.account === LINK;
  const mine = rows.filter(isMine);
  const queued = mine.filter((row) => !row.status);
  const others = rows.length - mine.length;
  say("waiting", queued.length);
  say("overdue", queued.some((row) => Date.now() - row.keptAt > OVERDUE));
  say("stays", queued.length && isSigningOut());
  say("foreign", account && others);
  say("sign-in", !account && others);
  const asked = mine.filter((row) => row.status).map((row) => question(row, account));
  area.querySelector(".asks").replaceChildren(...asked);
  area.hidden = !(mine.length || others);
  return all.filter((row) => isMine(row) && !row.status).length;
}

/** One entry that somebody must decide about. */
function question(row, account) {
  const shown = area.querySelector("template").content.cloneNode(true);
  const known = shown.querySelector(`[data-status="${row.status}"]`) ?? shown.querySelector('[data-status="any"]');
  known.hidden = false;
  const language = { dateStyle: "medium", timeStyle: "short" };
  shown.querySelector("time").textContent = new Intl.DateTimeFormat(document.documentElement.lang, language).format(row.keptAt);
  shown.querySelector(".again").addEventListener("click", () => retry(row.id).then(() => flush(account)));
  shown.querySelector(".drop").addEventListener("click", ({ currentTarget }) => {
    if (confirm(currentTarget.dataset.sure)) discard(row.id);
  });
  return shown;
}

/** Say that this phone cannot keep anything, so that nobody takes an answer for saved. */
export function displayUnsaved() {
  area.hidden = false;
  line("unsaved").hidden = false;
}
