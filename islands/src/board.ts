// The wallboard: fetches its own page again when something happened, once a minute, and whenever its line comes
// back, so that nothing that was said meanwhile is missing. While the line is cut it says so.
import { island } from "./dom";

/** Many events at once are one look. */
const GATHER_MS = 1_000;
/** What is overdue changes with the clock, without any event. */
const EVERY_MS = 60_000;

function start(el: HTMLElement): void {
  const { src, part } = el.dataset;
  const state = el.querySelector<HTMLElement>("[data-board-state]");
  if (!src || !part || !state) return;
  let waiting = 0;
  const say = (word: string | undefined, off: boolean): void => {
    state.textContent = word ?? "";
    state.classList.toggle("off", off);
  };
  const refresh = async (): Promise<void> => {
    try {
      const answer = await fetch(part, { headers: { accept: "text/html" } });
      if (answer.redirected) return say(el.dataset["out"], true);
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("[data-board-part]");
      const old = el.querySelector("[data-board-part]");
      if (fresh && old) old.replaceWith(fresh);
    } catch {
      // The line says what is wrong; the next look is tried all the same.
    }
  };
  const soon = (): void => {
    if (!waiting) waiting = setTimeout(() => ((waiting = 0), void refresh()), GATHER_MS);
  };
  const source = new EventSource(src);
  let cut = false;
  source.onopen = () => {
    say(el.dataset["on"], false);
    if (cut) void refresh();
    cut = false;
  };
  source.onerror = () => {
    cut = true;
    say(el.dataset["off"], true);
    // A line that the server refused does not come back by itself.
    if (source.readyState === EventSource.CLOSED) void refresh();
  };
  source.onmessage = soon;
  setInterval(() => void refresh(), EVERY_MS);
  addEventListener("pagehide", () => source.close());
}

export const board = (): void => island("board", start);
