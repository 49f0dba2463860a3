// Prepared texts and what the person will read. A text is put where the cursor stands; nothing that is written is lost.
// Without this script a text is picked by its address, and the preview is a page of the server.
import { announce, control, island, put } from "./dom";

function insert(field: HTMLInputElement | HTMLTextAreaElement, text: string): void {
  const from = field.selectionStart ?? field.value.length;
  const to = field.selectionEnd ?? from;
  const gap = from > 0 && !/\s$/.test(field.value.slice(0, from)) && field instanceof HTMLTextAreaElement ? "\n" : "";
  put(field, field.value.slice(0, from) + gap + text + field.value.slice(to));
  const end = from + gap.length + text.length;
  field.focus();
  field.setSelectionRange(end, end);
}

function start(el: HTMLElement): void {
  el.addEventListener("click", (event) => {
    const link = (event.target as Element).closest<HTMLElement>("a[data-text]");
    const field = control(el, el.dataset["into"] ?? "");
    if (!link || !field || field instanceof HTMLSelectElement) return;
    event.preventDefault();
    insert(field, link.dataset["text"] ?? "");
    if (el instanceof HTMLDetailsElement) el.open = false;
    announce(el.dataset["said"] ?? "");
  });
}

/** Shows the text of a field as its reader will see it, without sending the form. */
function reading(button: HTMLElement): void {
  const out = document.querySelector<HTMLElement>("[data-reading]");
  button.addEventListener("click", (event) => {
    const field = control(button, button.dataset["of"] ?? "");
    const words = out?.querySelector("[data-reading-text]");
    const result = button.closest("form")?.querySelector<HTMLElement>('[name="outcome"]:checked ~ span');
    if (!field || !out || !words) return;
    event.preventDefault();
    words.textContent = field.value;
    const outcome = out.querySelector("[data-reading-outcome]");
    if (outcome) outcome.textContent = result?.textContent ?? "";
    out.hidden = false;
    out.focus();
  });
}

export const picks = (): void => {
  island("picks", start);
  island("reading", reading);
};
