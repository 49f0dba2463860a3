// 在场: tells the server that this page is open and whether something is being written on it, and shows who else is.
// A courtesy: when the server does not answer, nothing is said and nothing is hindered.
import { announce, island } from "./dom";

/** How often a page says that it is still there. The server forgets it after two and a half turns. */
const EVERY_MS = 10_000;
/** Whoever has not touched a key for this long is no longer writing. */
const RESTS_MS = 60_000;

function start(el: HTMLElement): void {
  const source = el.dataset["src"];
  if (!source) return;
  let typed = -Infinity;
  let said = "";

  const body = (says: string): URLSearchParams => new URLSearchParams({ says });
  const writes = (): boolean => performance.now() - typed < RESTS_MS;
  const tell = async (): Promise<void> => {
    if (document.visibilityState !== "visible") return;
    try {
      const answer = await fetch(source, { method: "POST", body: body(writes() ? "writes" : "reads"), credentials: "same-origin" });
      if (!answer.ok) return;
      const html = (await answer.text()).trim();
      if (html === said) return;
      said = html;
      el.innerHTML = html;
      const warning = el.querySelector(".note-warn");
      if (warning?.textContent) announce(warning.textContent);
    } catch {
      // The line is down: the page says so elsewhere.
    }
  };
  document.addEventListener("input", (event) => {
    if (!(event.target instanceof HTMLTextAreaElement)) return;
    const began = !writes();
    typed = performance.now();
    if (began) void tell();
  });
  document.addEventListener("visibilitychange", () => void tell());
  addEventListener("pagehide", () => navigator.sendBeacon(source, body("leaves")));
  setInterval(() => void tell(), EVERY_MS);
  void tell();
}

export const presence = (): void => island("presence", start);
