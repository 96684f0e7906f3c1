// Says on every page how many answers wait on this phone, and asks what to do about those the server would not take.

import { discard, flush, LINK, OVERDUE, retry, waiting } from "./queue.js";

const area = document.getElementById("kept");
const line = (name) => area.querySelector(`[data-say="${name}"]`);

function say(name, count) {
  line(name).hidden = !count;
  const number = line(name).querySelector("b");
  if (number) number.textContent = count;
}

/** Show how things stand for an account; empty where nobody is signed in. */
export async function display(account) {
  const rows = await waiting();
  const mine = rows.filter((row) => row.account === account || row.account === LINK);
  const queued = mine.filter((row) => !row.status);
  const others = rows.length - mine.length;
  say("waiting", queued.length);
  say("overdue", queued.some((row) => Date.now() - row.keptAt > OVERDUE));
  say("stays", queued.length && location.pathname === area.dataset.signOut);
  say("foreign", account && others);
  say("sign-in", !account && others);
  const asked = mine.filter((row) => row.status).map((row) => question(row, account));
  area.querySelector(".asks").replaceChildren(...asked);
  area.hidden = !(mine.length || others);
  return queued.length;
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
