// The keyboard of the desk. A key only presses what the page shows: buttons and links carry `data-key`.
// Composition is respected, Esc never loses text, and bare letters can be switched off in the `?` window.
import { composing, island, typing } from "./dom";
import * as rows from "./rows";

const OFF = "duban.keys";

const shown = (el: HTMLElement): boolean => el.getClientRects().length > 0 && !el.matches(":disabled, [aria-disabled='true']");

/** Presses the element that carries this key, if the page shows one. */
function press(key: string): boolean {
  const target = [...document.querySelectorAll<HTMLElement>("[data-key]")].find((el) => el.dataset["key"] === key && shown(el));
  if (!target) return false;
  if (target.matches("input:not([type=checkbox]):not([type=radio]), textarea, select")) target.focus();
  // The key of a form that stands open leads into it; only Esc and the pointer fold it.
  else if (!target.matches("details.act[open] > summary")) target.click();
  const place = target.getAttribute("href");
  if (place && place.length > 1 && place.startsWith("#")) {
    document.getElementById(place.slice(1))?.querySelector<HTMLElement>("textarea, input:not([type=hidden]), select")?.focus();
  }
  if (target.matches("summary")) {
    target.parentElement?.querySelector<HTMLElement>("[open] > :not(summary) :is(textarea, input:not([type=hidden]), select)")?.focus();
  }
  return true;
}

/** The letter or digit of the physical key, since Alt makes other signs of it on some systems. */
function plain(event: KeyboardEvent): string {
  return /^(?:Key|Digit)(.)$/.exec(event.code)?.[1]?.toLowerCase() ?? event.key.toLowerCase();
}

function search(): boolean {
  const field = document.querySelector<HTMLInputElement>("[data-search]");
  field?.focus();
  field?.select();
  return Boolean(field);
}

function help(): boolean {
  const dialog = document.querySelector<HTMLDialogElement>("dialog[data-keys-help]");
  if (!dialog?.showModal) return false;
  dialog.showModal();
  return true;
}

function visit(path: string | undefined): boolean {
  if (path) location.assign(path);
  return Boolean(path);
}

/** Leaves a field or folds an open panel; what was typed stays. */
function escape(target: EventTarget | null): boolean {
  if (typing(target)) {
    (target as HTMLElement).blur();
    return true;
  }
  const panel = document.querySelector<HTMLDetailsElement>("details.menu[open], details.chip-add[open], details.act[open]");
  if (!panel) return false;
  panel.open = false;
  panel.querySelector("summary")?.focus();
  return true;
}

function submit(target: EventTarget | null): boolean {
  const form = target instanceof Element ? target.closest("form") : null;
  // The main button wherever it stands: a selector list would give whichever comes first on the page.
  const of = (which: string): HTMLButtonElement | null | undefined => form?.querySelector<HTMLButtonElement>(`${which}:not([type=button])`);
  const button = of("button.btn-main") ?? of("button");
  if (!form || !button || button.disabled) return false;
  form.requestSubmit(button);
  return true;
}

function start(page: HTMLElement): void {
  let going = 0;
  rows.watch();
  const off = document.querySelector<HTMLInputElement>("[data-keys-off]");
  if (off) {
    off.checked = localStorage.getItem(OFF) === "off";
    off.addEventListener("change", () => localStorage.setItem(OFF, off.checked ? "off" : "on"));
  }
  const bare = (event: KeyboardEvent): boolean => {
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const onControl = event.target instanceof Element && event.target.closest("a, button, summary, input, dialog");
    if (event.timeStamp < going) {
      going = 0;
      return visit(page.dataset[`go${key.toUpperCase()}`]);
    }
    if (key === "Enter") return !onControl && rows.open();
    if (press(key)) return true;
    switch (key) {
      case "/": return search();
      case "?": return help();
      case "g":
        going = event.timeStamp + 1500;
        return true;
      case "n": return visit(page.dataset["goN"]);
      case "j": return rows.move(1);
      case "k": return rows.move(-1);
      case "x": return rows.tick();
      default: return false;
    }
  };
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || composing(event) || document.querySelector("dialog[open]")) return;
    let done = false;
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") done = submit(event.target);
    else if (event.altKey && !event.ctrlKey && !event.metaKey) done = press(`alt+${plain(event)}`);
    else if (event.key === "Escape") done = escape(event.target);
    else if (!event.ctrlKey && !event.metaKey && !event.repeat && !typing(event.target) && localStorage.getItem(OFF) !== "off") done = bare(event);
    else if (event.repeat && !typing(event.target) && /^[jk]$/.test(event.key)) done = rows.move(event.key === "j" ? 1 : -1);
    if (done) event.preventDefault();
  });
}

export const keys = (): void => island("keys", start);
