// Tells when an answer was given by the clock of this device. Without this script the server's clock counts.

const pad = (number) => String(Math.trunc(Math.abs(number))).padStart(2, "0");

/** An instant as ISO 8601 with this device's own offset from UTC. */
function local(moment) {
  const offset = -moment.getTimezoneOffset();
  const wall = new Date(moment.getTime() + offset * 60_000).toISOString().slice(0, -1);
  return `${wall}${offset < 0 ? "-" : "+"}${pad(offset / 60)}:${pad(offset % 60)}`;
}

for (const form of document.querySelectorAll("form[data-device-clock]")) {
  form.addEventListener("submit", () => {
    const now = local(new Date());
    // A second try sends the first answer's time again: it is the same answer.
    form.elements.device_at.value ||= now;
    form.elements.device_sent_at.value = now;
    form.elements.device_tz.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
  });
}

// A changed answer is given at another time.
document.addEventListener("change", (event) => {
  if (event.target.form?.matches("[data-device-clock]")) event.target.form.elements.device_at.value = "";
});
