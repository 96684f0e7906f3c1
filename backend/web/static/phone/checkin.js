// Tells when an answer was given by the clock of this device, and keeps half-given answers through a reload. Without
// this script the server's clock counts, and a reload asks again.

import { local, zone } from "./clock.js";

/** Keep what is chosen with this entry of the tab's history: it ends with the tab, and no other page can read it. */
function keep(form) {
  const chosen = [...form.querySelectorAll("input:checked")].map(({ id }) => id);
  history.replaceState({ asked: asked(form), key: form.elements.client_uuid.value, chosen }, "");
}

/** Choose again what had been chosen before a reload; with nothing kept, start at the first question. */
function restore(form) {
  if (history.state?.asked === asked(form)) {
    form.elements.client_uuid.value = history.state.key;
    for (const id of history.state.chosen) document.getElementById(id)?.click();
  } else if (form.querySelector("input:checked")) {
    keep(form); // somebody was faster than this script
  } else if (location.hash.startsWith("#item-")) {
    location.replace("#item-1");
  }
}

const asked = (form) => `${form.getAttribute("action")} ${form.elements.instrument.value}`;

for (const form of document.querySelectorAll("form[data-device-clock]")) {
  const hasScreens = form.querySelectorAll(".screen").length > 1; // a single answer is given anew, never restored
  if (hasScreens) {
    restore(form);
    addEventListener("hashchange", () => keep(form));
  }
  form.addEventListener("change", () => {
    form.elements.device_at.value = ""; // a changed answer is given at another time
    if (hasScreens) keep(form);
  });
  form.addEventListener("submit", (event) => {
    if (event.submitter?.value === "next") { // the Enter key on an answer
      event.preventDefault();
      [...form.querySelectorAll(".go > *")].find((one) => one.offsetParent)?.click();
      return;
    }
    const now = local();
    // A second try sends the first answer's time again: it is the same answer.
    form.elements.device_at.value ||= now;
    form.elements.device_sent_at.value = now;
    form.elements.device_tz.value = zone();
  });
}
