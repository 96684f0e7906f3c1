// Keeps the shell of the app on the phone, so that a check-in opens without a network; never a page about anybody.
// Above stand VERSION, which names what is kept, LANGUAGE, and SHELL, its addresses: first the page shown offline.

const [OFFLINE] = SHELL;
const PATIENCE = 4_000; // milliseconds a question may take to come; what is read takes as long as it takes
const ASKING = /^\/($|check-ins\/|c\/)/;
const LEFT_ALONE = /^\/(admin|api)\//;
const NO_SERVER = new Set([502, 503, 504]); // what a proxy says when nothing answers behind it

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(caches.open(VERSION).then((cache) => cache.addAll(SHELL.map(asNobody))));
});

/** Asked without cookies, so that no page can know who asks. */
const asNobody = (address) => new Request(address, { credentials: "omit", headers: { "Accept-Language": LANGUAGE } });

self.addEventListener("activate", (event) => event.waitUntil(takeOver()));

async function takeOver() {
  const older = (await caches.keys()).filter((name) => name !== VERSION);
  await Promise.all(older.map((name) => caches.delete(name)));
  await self.clients.claim();
}

self.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (origin !== location.origin || LEFT_ALONE.test(pathname)) return;
  if (event.request.mode === "navigate") event.respondWith(page(event.request, pathname));
  else if (SHELL.includes(pathname)) event.respondWith(part(event.request, pathname));
});

const kept = (pathname) => caches.match(pathname, { ignoreVary: true });

/** A page from the network, or the shell in its place; a form that could not be sent was kept before by its page. */
async function page(request, pathname) {
  const arriving = fetch(request);
  const patient = ASKING.test(pathname) ? Promise.race([arriving, tooLong()]) : arriving;
  const response = await patient.catch(() => undefined);
  if (response && !NO_SERVER.has(response.status)) return response;
  return (await kept(SHELL.includes(pathname) ? pathname : OFFLINE)) ?? response ?? arriving;
}

const tooLong = () => new Promise((resolve) => setTimeout(resolve, PATIENCE));

async function part(request, pathname) {
  return (await kept(pathname)) ?? fetch(request);
}

self.addEventListener("push", (event) => event.waitUntil(shown(event.data)));

/** Always show something: browsers end the subscription of whoever does not. */
async function shown(sent) {
  const { title = "Ebb", body = "", tag = "", url = "/" } = told(sent);
  await self.registration.showNotification(title, { body, tag, renotify: false, data: { url } });
  if (!/^\/c\/[^/]+\/$/.test(url)) return;
  const reminder = /:(\d+)$/.exec(tag);
  const step = { name: "delivered", at: new Date().toISOString(), ...(reminder && { reminder: Number(reminder[1]) }) };
  const headers = { "Content-Type": "application/json" };
  await fetch(`${url}steps/`, { method: "POST", headers, body: JSON.stringify(step) }).catch(() => {});
}

function told(sent) {
  try {
    return sent.json();
  } catch {
    return {};
  }
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const { url } = event.notification.data;
  if (new URL(url, location.origin).origin === location.origin) event.waitUntil(self.clients.openWindow(url));
});
