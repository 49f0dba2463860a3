// Suggestions while the operator types: the server is asked 200 ms after the last key and its fragment is shown.
// A late answer to an older question is thrown away, and nothing is replaced under the focus.
import { announce, control, fill, island, parsed, put } from "./dom";

/** Sets fields from a suggestion; a radio group and a select take the value like a text field does. */
function take(button: HTMLElement): void {
  const form = button.closest("form");
  for (const [name, value] of Object.entries(parsed<Record<string, string>>(button.dataset["set"], {}))) {
    const group = form?.elements.namedItem(name);
    if (group instanceof RadioNodeList) {
      group.value = value;
      continue;
    }
    const field = control(button, name);
    if (!field) continue;
    put(field, value);
    // What is filled in is seen, even where the form had folded it.
    const fold = field.closest("details");
    if (fold) fold.open = true;
  }
  // What was chosen may lead to another part of the form: the focus goes along.
  if (button.offsetParent === null) form?.querySelector<HTMLElement>("[name=where]:checked")?.focus();
  button.setAttribute("aria-pressed", "true");
  if (button.dataset["say"]) announce(button.dataset["say"]);
}

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/** Fields that a fragment brought and that somebody may have answered. */
function questions(out: HTMLElement): Field[] {
  return [...out.querySelectorAll<Field>("input[name],select[name],textarea[name]")].filter((field) => field.type !== "hidden");
}

const ticked = (field: Field): boolean => field instanceof HTMLInputElement && /^(checkbox|radio)$/.test(field.type);

function answered(out: HTMLElement): Map<string, string[]> {
  const all = new Map<string, string[]>();
  for (const field of questions(out)) {
    if (ticked(field) && !(field as HTMLInputElement).checked) continue;
    if (field.value !== "") all.set(field.name, [...(all.get(field.name) ?? []), field.value]);
  }
  return all;
}

function answer(field: Field, values: string[] | undefined): void {
  if (!values) return;
  if (ticked(field)) (field as HTMLInputElement).checked = values.includes(field.value);
  else field.value = values[0] ?? "";
}

function start(el: HTMLElement): void {
  const out = el.querySelector<HTMLElement>("[data-assist-out]");
  const form = el.closest("form");
  const source = el.dataset["src"];
  if (!out || !form || !source) return;
  const names = (el.dataset["fields"] ?? "").split(",").filter(Boolean);
  const state = el.querySelector<HTMLElement>("[data-assist-state]");
  let timer = 0;
  let asked: AbortController | undefined;
  let last = "";

  let shown = out.innerHTML.trim();
  const show = (html: string): void => {
    if (html.trim() === shown) return;
    const replace = (): void => {
      const [before, answers] = [shown, answered(out)];
      shown = html.trim();
      out.innerHTML = html;
      // Questions that are asked again keep what was answered; what this device remembers fills the others.
      for (const field of questions(out)) answer(field, answers.get(field.name));
      out.dispatchEvent(new CustomEvent("duban:grown", { bubbles: true }));
      if (before === "" && shown !== "" && el.dataset["appeared"]) announce(el.dataset["appeared"]);
    };
    if (out.contains(document.activeElement)) out.addEventListener("focusout", () => setTimeout(replace), { once: true });
    else replace();
  };
  const ask = async (): Promise<void> => {
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (names.includes(name) && typeof value === "string") body.append(name, value);
    }
    const question = body.toString();
    if (question === last) return;
    last = question;
    asked?.abort();
    const mine = (asked = new AbortController());
    out.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(source, { method: "POST", body, signal: mine.signal, headers: { accept: "text/html" }, credentials: "same-origin" });
      if (!answer.ok) throw new Error(String(answer.status));
      const html = await answer.text();
      if (mine !== asked) return;
      show(html);
      if (state) state.textContent = "";
    } catch (error) {
      if (mine !== asked) return;
      last = "";
      if (state) state.textContent = fill(el.dataset["failed"], { why: String(error) });
    } finally {
      if (mine === asked) out.removeAttribute("aria-busy");
    }
  };
  const later = (event: Event): void => {
    const name = (event.target as HTMLInputElement | null)?.name ?? "";
    if (!names.includes(name)) return;
    clearTimeout(timer);
    timer = window.setTimeout(() => void ask(), 200);
  };
  form.addEventListener("input", later);
  form.addEventListener("change", later);
  el.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-set]") : null;
    if (button) take(button);
  });
}

export const assist = (): void => island("assist", start);
