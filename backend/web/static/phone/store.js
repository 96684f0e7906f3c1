// The phone's own store: what waits to be sent, what comes next, and the key that both are sealed with.

const NAME = "ebb";
const VERSION = 1;
const TRIES = 3;

let opened;

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function open() {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, VERSION);
    asked.onupgradeneeded = () => {
      for (const name of ["keys", "entries", "kept"]) asked.result.createObjectStore(name, { keyPath: "id" });
    };
    asked.onerror = () => reject(asked.error);
    asked.onsuccess = () => {
      asked.result.onclose = forget;
      asked.result.onversionchange = () => {
        asked.result.close();
        forget();
      };
      resolve(asked.result);
    };
  });
  return opened;
}

function forget() {
  opened = undefined;
}

async function once(store, mode, act) {
  const database = await open();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(store, mode, { durability: "strict" });
    const request = act(transaction.objectStore(store));
    // Only a completed transaction is on the disk: nothing may be called saved before.
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = () => reject(transaction.error ?? request.error);
  });
}

/** Run one request in a transaction of its own; browsers lose their connection to the store now and then. */
async function transact(store, mode, act) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await once(store, mode, act);
    } catch (problem) {
      if (attempt === TRIES || problem?.name === "ConstraintError") throw problem;
      forget();
      await pause(100 * attempt);
    }
  }
}

export const get = (store, id) => transact(store, "readonly", (rows) => rows.get(id));
export const all = (store) => transact(store, "readonly", (rows) => rows.getAll());
export const add = (store, row) => transact(store, "readwrite", (rows) => rows.add(row));
export const put = (store, row) => transact(store, "readwrite", (rows) => rows.put(row));
export const remove = (store, id) => transact(store, "readwrite", (rows) => rows.delete(id));
