// The page a phone shows without a network: it asks what is due by what the phone knows, and keeps the answers.

import { displayUnsaved } from "./display.js";
import { answersOf, isBlank, ratingOf, routeOf, skipOf } from "./entry.js";
import { keep, onChange, waiting } from "./queue.js";
import { keptSchedule } from "./schedule.js";
import { keepSending } from "./sending.js";

const FIRST = "nrs-anxiety"; // all that is asked at a link this phone knows nothing about
const asking = document.getElementById("asking");
const template = (id) => document.getElementById(id).content.cloneNode(true);
const isOpen = (planned, now) => Date.parse(planned.opens_at) <= now && now < Date.parse(planned.closes_at);

let keptHere = 0;

/** What was kept of a check-in already: the instruments answered, and whether it was skipped. */
function left(planned, rows) {
  const here = rows.map((row) => row.told).filter((told) => told.check_in === planned.check_in);
  const answered = here.map((told) => told.instrument);
  return here.some((told) => told.skip) ? [] : planned.instruments.filter((slug) => !answered.includes(slug));
}

/** The check-in to ask, with where its answers go: the one this page is the address of, else the first to close. */
function due({ account, schedule }, rows) {
  const now = Date.now();
  const here = routeOf(location.pathname, account);
  const known = schedule.find((one) => one.check_in === here?.checkIn);
  const unknown = { check_in: here?.checkIn, instruments: [FIRST] };
  const open = schedule.filter((one) => isOpen(one, now));
  const asked = here?.address === "/entries/" || !here ? [known, ...open] : [known ?? unknown];
  return asked
    .filter((one) => one && (one === unknown || isOpen(one, now)))
    .map((one) => ({ ...one, instruments: left(one, rows), route: here?.checkIn === one.check_in ? here : routeOf(`/check-ins/${one.check_in}/`, account) }))
    .find((one) => one.instruments.length && one.route);
}

function show(content) {
  history.replaceState(null, "", location.pathname + location.search); // no question of the form before is meant
  asking.replaceChildren(content);
  scrollTo(0, 0);
}

function frame(planned) {
  const occasion = document.querySelector(".occasion");
  occasion.hidden = !planned?.occasion;
  occasion.firstElementChild.textContent = planned?.occasion ?? "";
  document.documentElement.classList.toggle("night", Boolean(planned?.night));
  document.querySelector(".dose-day").hidden = !planned?.dose_day;
}

function ask(planned) {
  const [slug] = planned.instruments;
  show(document.querySelector(`template[data-instrument="${slug}"]`).content.cloneNode(true));
  const form = asking.querySelector("form");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    answered(planned, slug, form, event.submitter?.value);
  });
  form.querySelector(".cannot")?.addEventListener("click", () => askWhy(planned));
}

async function answered(planned, slug, form, then) {
  if (then === "next") return;
  const answers = answersOf(form, then);
  const rest = { ...planned, instruments: planned.instruments.slice(1) };
  if (isBlank(answers) && then === "save") return; // as on pages from the server: choose, or pass
  const isSaid = !isBlank(answers) || ["pass", "blank"].includes(then);
  if (isSaid && !(await kept(planned, ratingOf(planned.check_in, slug, answers)))) return;
  if (then !== "enough" && rest.instruments.length) ask(rest);
  else finish();
}

function askWhy(planned) {
  show(template("reasons"));
  asking.querySelector(".back").addEventListener("click", () => ask(planned));
  asking.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    if (await kept(planned, skipOf(planned.check_in, event.submitter.value))) finish();
  });
}

/** Keep an entry and tell whether it is on the phone now; nothing is called saved before. */
async function kept({ route }, entry) {
  try {
    await keep(route.account, route.address, entry);
    keptHere += 1;
    return true;
  } catch {
    show(template("failed"));
    return false;
  }
}

async function finish() {
  const rows = await waiting();
  show(template(keptHere && !rows.length ? "sent" : "done"));
}

async function begin() {
  const known = await keptSchedule();
  const rows = await waiting();
  const planned = due(known, rows);
  frame(planned);
  if (known.care) document.querySelector(".watched").innerHTML = known.care;
  if (planned) ask(planned);
  else show(template(rows.length ? "done" : "nothing"));
  onChange(async () => asking.querySelector(".card") && keptHere && finish());
}

document.getElementById("connect").href = location.pathname;
begin()
  .then(() => keepSending(async () => (await keptSchedule()).account))
  .catch(displayUnsaved);
