// Keeps what is being written on this device, so that a closed page or a broken line loses nothing.
// Never kept: files, passwords, hidden fields (they may carry tokens) and boxes of consent, which say data-consent: nobody
// may find one ticked.
import { clock, island, memory, parsed } from "./dom";

const PREFIX = "duban.draft.";
const KEEP_MS = 7 * 24 * 3600 * 1000;
type Draft = { at: number; values: Record<string, string> };
type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

const SKIP = new Set(["file", "password", "hidden", "submit", "button", "reset", "image"]);

function fields(form: HTMLFormElement): Field[] {
  return [...form.elements].filter((el): el is Field => {
    if (el instanceof HTMLTextAreaElement || el instanceof HTMLSelectElement) return el.name !== "";
    return el instanceof HTMLInputElement && el.name !== "" && !SKIP.has(el.type) && !el.hasAttribute("data-consent");
  });
}

/** Boxes of one name are several answers: each is kept by name and value. */
const named = (field: Field): string => (isBox(field) ? `${field.name}=${field.value}` : field.name);
const isBox = (field: Field): field is HTMLInputElement => field instanceof HTMLInputElement && field.type === "checkbox";

function collect(form: HTMLFormElement): Record<string, string> {
  const values: Record<string, string> = {};
  for (const field of fields(form)) {
    if (field instanceof HTMLInputElement && /^(radio|checkbox)$/.test(field.type) && !field.checked) continue;
    if (field.value !== "") values[named(field)] = field.value;
  }
  return values;
}

/** Fills only what is empty: what the server sent is newer than what this device remembers. */
function restore(form: HTMLFormElement, values: Record<string, string>, within: Element = form): boolean {
  let any = false;
  for (const field of fields(form).filter((one) => within.contains(one))) {
    const value = values[named(field)];
    if (value === undefined) continue;
    if (isBox(field)) {
      field.checked = true;
    } else if (field instanceof HTMLInputElement && field.type === "radio") {
      field.checked = field.value === value;
    } else if (field instanceof HTMLSelectElement) {
      if (![...field.options].some((option) => option.value === value)) continue;
      field.value = value;
    } else if (field.value === "") {
      field.value = value;
    } else {
      continue;
    }
    any = true;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  return any;
}

function start(form: HTMLElement): void {
  const device = memory();
  if (!(form instanceof HTMLFormElement) || !form.dataset["draftKey"] || !device) return;
  const key = PREFIX + form.dataset["draftKey"];
  const state = form.querySelector<HTMLElement>("[data-draft-state]");
  const say = (word: string | undefined, off = false): void => {
    if (!state) return;
    state.textContent = word ?? "";
    state.classList.toggle("saved-off", off);
  };
  const saved = (at: number): void => {
    if (navigator.onLine) say(`${form.dataset["saved"] ?? ""} ${clock(new Date(at))}`);
    else say(form.dataset["offline"], true);
  };
  const kept = parsed<Draft | null>(device.getItem(key) ?? undefined, null);
  // A form that comes back with errors carries its own values and says so with data-server.
  if (kept && Date.now() - kept.at < KEEP_MS && !form.hasAttribute("data-server") && restore(form, kept.values)) saved(kept.at);
  // Questions that appear later, because of what was typed, find their answers too.
  form.addEventListener("duban:grown", (event) => {
    if (kept && event.target instanceof Element && !form.hasAttribute("data-server")) restore(form, kept.values, event.target);
  });
  let timer = 0;
  const save = (): void => {
    const values = collect(form);
    try {
      if (Object.keys(values).length > 0) device.setItem(key, JSON.stringify({ at: Date.now(), values }));
      else device.removeItem(key);
      saved(Date.now());
    } catch {
      // A full storage: the form still works, so the word simply does not appear.
      say("");
    }
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = window.setTimeout(save, 300);
  });
  addEventListener("offline", () => say(form.dataset["offline"], true));
  addEventListener("online", save);
}

/** A page that follows success names the drafts that are done with; `*` (on signing in) clears them all. */
function clear(): void {
  const device = memory();
  if (!device) return;
  for (const el of document.querySelectorAll<HTMLElement>("[data-draft-clear]")) {
    const name = el.dataset["draftClear"] ?? "";
    for (const key of Object.keys(device)) {
      if (key === PREFIX + name || (name === "*" && key.startsWith(PREFIX))) device.removeItem(key);
    }
  }
}

export const draft = (): void => {
  clear();
  island("draft", start);
};
