// Notices on this device: nothing is asked before somebody taps the button.

const card = document.getElementById("push");
const { key, subscribe, end, worker } = card.dataset;
const [on, off] = ["push-on", "push-off"].map((id) => document.getElementById(id));

function show(state) {
  for (const line of card.querySelectorAll(".state")) line.hidden = line.dataset.state !== state;
  on.hidden = !["off", "failed"].includes(state);
  off.hidden = state !== "on";
}

async function tell(address, subscription) {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": card.querySelector("input").value };
  const answer = await fetch(address, { method: "POST", headers, body: JSON.stringify(subscription) });
  if (!answer.ok) throw new Error(`${address} answered ${answer.status}`);
}

/** The key of the server, as a browser takes it. */
function decoded(text) {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}

const isOurs = (subscription) => {
  const theirs = subscription.options.applicationServerKey;
  return theirs !== null && String(new Uint8Array(theirs)) === String(decoded(key));
};

async function turnOn(registration) {
  if ((await Notification.requestPermission()) !== "granted") return show("denied");
  const kept = await registration.pushManager.getSubscription();
  if (kept && !isOurs(kept)) await kept.unsubscribe(); // made under a key that the server no longer has
  const options = { userVisibleOnly: true, applicationServerKey: decoded(key) };
  await tell(subscribe, await registration.pushManager.subscribe(options));
  return show("on");
}

async function turnOff(registration) {
  const kept = await registration.pushManager.getSubscription();
  if (kept) {
    await tell(end, { endpoint: kept.endpoint });
    await kept.unsubscribe();
  }
  return show("off");
}

async function begin() {
  await navigator.serviceWorker.register(worker);
  const registration = await navigator.serviceWorker.ready;
  const kept = await registration.pushManager.getSubscription();
  const guarded = (work) => () => work(registration).catch(() => show("failed"));
  on.addEventListener("click", guarded(turnOn));
  off.addEventListener("click", guarded(turnOff));
  if (Notification.permission === "denied") return show("denied");
  if (!kept || !isOurs(kept)) return show("off");
  await tell(subscribe, kept); // a server that lost it, or gave it up, has it again
  return show("on");
}

if ("serviceWorker" in navigator && "PushManager" in window && "Notification" in window) {
  begin().catch(() => show("failed"));
}
