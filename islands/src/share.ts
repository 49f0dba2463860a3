// While a resident writes what others may read: how it reads once telephone, names and plates are masked. The server
// masks; here it is only shown. Having seen it counts, so that sending does not ask a second time.
import { announce, control, island } from "./dom";

const WAIT_MS = 600;

function start(el: HTMLElement): void {
  const text = control(el, el.dataset["from"] ?? "");
  const words = el.querySelector<HTMLElement>("[data-share-words]");
  const warn = el.querySelector<HTMLElement>("[data-share-warn]");
  const seen = el.querySelector<HTMLInputElement>("input[name=masked]");
  const asks = el.closest(".choice")?.querySelector<HTMLInputElement>("input[name=share]");
  if (!text || !words || !asks || !el.dataset["src"]) return;
  let timer = 0;
  let last = "";
  const show = async (): Promise<void> => {
    if (!asks.checked || text.value === last) return;
    last = text.value;
    const answer = await fetch(el.dataset["src"] ?? "", { method: "POST", body: new URLSearchParams({ text: text.value }) });
    if (!answer.ok) return;
    const shown = (await answer.json()) as { words: string; warn: string };
    words.textContent = shown.words;
    if (warn) warn.textContent = shown.warn;
    if (seen) seen.value = "1";
    if (shown.warn) announce(shown.warn);
  };
  const later = (): void => {
    clearTimeout(timer);
    timer = window.setTimeout(() => void show().catch(() => undefined), WAIT_MS);
  };
  text.addEventListener("input", later);
  for (const one of asks.form?.querySelectorAll("input[name=share]") ?? []) one.addEventListener("change", later);
  const button = el.querySelector<HTMLElement>("[data-share-show]");
  if (button) button.hidden = true;
  later();
}

export const share = (): void => island("share", start);
