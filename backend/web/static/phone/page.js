// On every page from the server: what is answered is kept on the phone before it is sent, and what waits is sent.

import { displayUnsaved } from "./display.js";
import { answersOf, isBlank, ratingOf, routeOf, skipOf } from "./entry.js";
import { flushLast, keep, onChange, waiting } from "./queue.js";
import { forgetSchedule } from "./schedule.js";
import { keepSending } from "./sending.js";

const { account, signOut, worker } = document.getElementById("kept").dataset;
const PATIENCE = 1_500; // milliseconds an answer may wait for the phone's store before it is sent without
const LAST_CHANCE = 5_000; // milliseconds to send what waits before signing out
const link = /^\/c\/[^/]+\//.exec(location.pathname)?.[0];
const within = (milliseconds, work) =>
  Promise.race([work, new Promise((resolve) => setTimeout(resolve, milliseconds))]).catch(() => undefined);

function entryOf(form, button) {
  const route = routeOf(form.action, account);
  if (!route) return undefined;
  const { client_uuid: key, device_at: at, instrument } = form.elements;
  if (form.matches(".reasons")) return { route, entry: skipOf(route.checkIn, button.value, key.value) };
  const answers = answersOf(form, button?.value);
  if (button?.value === "next" || isBlank(answers)) return undefined;
  return { route, entry: ratingOf(route.checkIn, instrument.value, answers, { key: key.value, at: at.value }) };
}

/** Do something first, then send the form as if nothing had come between. */
async function sendAfter(work, { target: form, submitter }) {
  await work;
  form.dataset.ready = "yes";
  form.requestSubmit(submitter);
  delete form.dataset.ready;
}

function keepFirst(event) {
  const answered = entryOf(event.target, event.submitter);
  if (!answered) return;
  event.preventDefault();
  const { route, entry } = answered;
  sendAfter(within(PATIENCE, keep(route.account, route.address, entry)), event);
}

/** Nobody signs out without knowing that something was not sent; what was not sent stays. */
async function signingOut(event) {
  await within(LAST_CHANCE, flushLast(account));
  const left = (await within(PATIENCE, waiting())) ?? [];
  if (left.some((row) => row.account === account) && location.pathname !== signOut) location.assign(signOut);
  else sendAfter(within(PATIENCE, forgetSchedule()), event);
}

addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.dataset.ready || !isSecureContext) return;
  if (form.matches(".question, .reasons")) keepFirst(event);
  else if (new URL(form.action).pathname === signOut) {
    event.preventDefault();
    signingOut(event);
  }
});

/** A question whose answer still waits here was drawn too early: once that is sent, show what is left to ask. */
async function askWhatIsLeft() {
  const form = document.querySelector("form.question");
  const route = form && routeOf(form.action, account);
  if (!route) return;
  const answers = ({ told }) => told.check_in === route.checkIn && (told.skip || told.instrument === form.elements.instrument.value);
  const waits = async () => (await waiting()).some(answers);
  if (!(await waits())) return;
  onChange(async () => {
    if (!form.querySelector("input:checked") && !(await waits())) location.replace(location.pathname);
  });
}

function tellFirstTap() {
  const body = JSON.stringify({ name: "first_tap", at: new Date().toISOString() });
  const headers = { "Content-Type": "application/json" };
  fetch(`${link}steps/`, { method: "POST", headers, body, keepalive: true }).catch(() => {});
}

if (link && document.querySelector("form.question")) {
  document.querySelector("form.question").addEventListener("input", tellFirstTap, { once: true });
}
if (isSecureContext) {
  navigator.serviceWorker?.register(worker).catch(() => {}); // without it the page works as long as there is a network
  askWhatIsLeft()
    .then(() => keepSending(() => account))
    .catch(displayUnsaved);
}
