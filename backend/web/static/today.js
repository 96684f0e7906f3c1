// Today without reloading: asks for the list again while somebody looks, and leaves focus and scroll where they are.

const EVERY = 20_000; // milliseconds between two questions
const PATIENCE = 10_000; // milliseconds for an answer

const freshness = document.getElementById("freshness");
const time = freshness.querySelector("time");
const [trouble, told] = freshness.querySelectorAll("[role=status]");
let timer;

/** Put the new list in the place of the old one; whatever had the focus has it again, or the list's own start. */
function replace(text) {
  const list = document.getElementById("list");
  const fresh = new DOMParser().parseFromString(text, "text/html").getElementById("list");
  if (!fresh) return false;
  time.textContent = fresh.dataset.updated;
  if (told.textContent !== fresh.dataset.told && list.dataset.told !== fresh.dataset.told) {
    told.textContent = fresh.dataset.told; // read aloud only when it changes
  }
  if (list.innerHTML === fresh.innerHTML) return true;
  const held = list.contains(document.activeElement) ? document.activeElement.id : "";
  const { scrollX, scrollY } = window;
  list.replaceWith(document.adoptNode(fresh));
  if (held) {
    const again = document.getElementById(held);
    if (!again) fresh.tabIndex = -1; // what was in focus is done: the keyboard stays at the list
    (again ?? fresh).focus({ preventScroll: true });
  }
  window.scrollTo(scrollX, scrollY);
  return true;
}

async function ask() {
  try {
    const answer = await fetch(freshness.dataset.address, {
      redirect: "manual",
      signal: AbortSignal.timeout(PATIENCE),
    });
    if (answer.type === "opaqueredirect" || answer.status === 404) trouble.textContent = trouble.dataset.out;
    else if (answer.ok && replace(await answer.text())) trouble.textContent = "";
    else trouble.textContent = trouble.dataset.lost;
  } catch {
    trouble.textContent = trouble.dataset.lost;
  }
}

function start() {
  clearInterval(timer);
  if (document.hidden) return; // nobody looks
  timer = setInterval(ask, EVERY);
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) ask();
  start();
});
start();
