// A form that is sent while there is no network waits on this device, photos and all, and is sent by itself when the
// network is back: once, because its number used only once goes with it. Without IndexedDB the form works as any form.
import { announce, fill, island, memory } from "./dom";

const [NAME, STORE] = ["duban-outbox", "forms"];
type Waiting = { nonce: string; action: string; draft: string; fields: [string, FormDataEntryValue][] };

/** Where forms wait; some web views lack it, and some throw when it is asked for. */
function shelf(): IDBFactory | undefined {
  try {
    return indexedDB;
  } catch {
    return undefined;
  }
}

function open(): Promise<IDBDatabase> {
  return new Promise((done, failed) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: "nonce" });
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
}

async function run<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const db = await open();
  return new Promise((done, failed) => {
    const change = db.transaction(STORE, mode);
    const asked = work(change.objectStore(STORE));
    // Kept only when the whole change is: a person is told "kept" no sooner.
    change.oncomplete = () => done(asked.result);
    change.onerror = change.onabort = () => failed(change.error);
  });
}

const random = (): string => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

function say(words: string, href?: string): void {
  let note = document.querySelector<HTMLElement>("[data-outbox]");
  if (!note) {
    note = document.createElement("div");
    note.className = "note note-ok";
    note.dataset["outbox"] = "";
    document.getElementById("main")?.prepend(note);
  }
  const line = document.createElement("p");
  const link = href ? document.createElement("a") : undefined;
  if (link && href) {
    link.href = href;
    link.textContent = words;
  }
  line.append(link ?? words);
  note.replaceChildren(line);
  note.scrollIntoView({ block: "nearest" });
  announce(words);
}

/** Sends what waits. Whatever is not answered waits on. */
async function send(words: DOMStringMap): Promise<void> {
  for (const one of await run<Waiting[]>("readonly", (store) => store.getAll())) {
    const body = new FormData();
    for (const [name, value] of one.fields) body.append(name, value);
    const answer = await fetch(one.action, { method: "POST", body });
    if (answer.status >= 500) continue;
    await run("readwrite", (store) => store.delete(one.nonce));
    const number = /\/track\/(\d+)/.exec(answer.url)?.[1];
    if (!answer.ok || !number) {
      // Something in it is wrong: the words are still in the draft of the form, which says what.
      say(words["refused"] ?? "", one.action);
      continue;
    }
    memory()?.removeItem(`duban.draft.${one.draft}`);
    say(fill(words["sent"], { number: number.replace(/(\d{4})(?=\d)/g, "$1 ") }), answer.url);
  }
}

function start(form: HTMLElement): void {
  if (!(form instanceof HTMLFormElement) || !shelf()) return;
  const nonce = form.querySelector<HTMLInputElement>("input[name=form]");
  // The copy that is kept for times without network has none: each filling gets its own.
  if (nonce && !nonce.value) nonce.value = random();
  form.addEventListener("submit", (event) => {
    const button = event.submitter instanceof HTMLButtonElement ? event.submitter.name : "";
    if (navigator.onLine || !nonce || button === "carry") return;
    event.preventDefault();
    const fields = [...new FormData(form)].filter(([, value]) => typeof value === "string" || value.size > 0);
    const one: Waiting = { nonce: nonce.value, action: form.getAttribute("action") ?? "", draft: form.dataset["draftKey"] ?? "", fields };
    run("readwrite", (store) => store.put(one)).then(() => say(form.dataset["queued"] ?? ""), () => say(form.dataset["unkept"] ?? ""));
  });
  const go = (): void => void send(form.dataset).catch(() => undefined);
  addEventListener("online", go);
  if (navigator.onLine) go();
}

export const outbox = (): void => island("outbox", start);
