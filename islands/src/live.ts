// Counts what has arrived since the page was drawn and offers to show it. It never inserts a row under the hand.
import { announce, fill, island, parsed } from "./dom";

/** Shows the state of the line in every place the page has for it. */
function show(word: string | undefined, off: boolean): void {
  for (const el of document.querySelectorAll<HTMLElement>("[data-live-state]")) {
    el.textContent = word ?? "";
    el.classList.toggle("off", off);
  }
}

function start(el: HTMLElement): void {
  const link = el.querySelector<HTMLAnchorElement>("[data-live-new]");
  const key = el.querySelector<HTMLElement>("kbd");
  if (!el.dataset["src"] || !link) return;
  const kinds = (el.dataset["kinds"] ?? "").split(",").filter(Boolean);
  link.href = location.pathname + location.search;
  // By number: one case that is opened and dispatched at once is one arrival.
  const arrived = new Set<string>();
  const source = new EventSource(el.dataset["src"]);
  source.onopen = () => show(el.dataset["on"], false);
  source.onerror = () => show(el.dataset["off"], true);
  source.onmessage = (message: MessageEvent<string>) => {
    const { kind, number } = parsed<{ kind?: string; number?: string }>(message.data, {});
    if (!kind || !number || (kinds.length > 0 && !kinds.includes(kind)) || arrived.has(number)) return;
    arrived.add(number);
    const count = arrived.size;
    link.textContent = fill(count === 1 ? el.dataset["one"] : el.dataset["many"], { n: count });
    link.hidden = false;
    if (key) key.hidden = false;
    // The first one and then every tenth is said aloud: news, not chatter.
    if (count === 1 || count % 10 === 0) announce(link.textContent);
  };
  // A page that is left must give its connection back: browsers hold only six to a host.
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
}

export const live = (): void => island("live", start);
