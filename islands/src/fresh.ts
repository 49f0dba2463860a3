// Parts of a page that change by themselves while something is under way: the page is fetched again every few
// seconds, and each part that is different takes the place of the old one, until nothing is going on any more.
// A part that holds the focus stays as it is: nobody's button goes away under their hand.
import { announce, island } from "./dom";

const EVERY_MS = 2_000;

function start(el: HTMLElement): void {
  const parts = (of: ParentNode): HTMLElement[] => [...of.querySelectorAll<HTMLElement>("[data-fresh]")];
  const going = (): number => el.querySelectorAll("[data-going]").length;
  const look = async (): Promise<void> => {
    const before = going();
    const answer = await fetch(location.href, { credentials: "same-origin", headers: { accept: "text/html" } });
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = new Map(parts(page).map((part) => [part.dataset["fresh"], part]));
    for (const old of parts(el)) {
      const next = fresh.get(old.dataset["fresh"]);
      if (next && !old.contains(document.activeElement) && !old.isEqualNode(next)) old.replaceWith(next);
    }
    if (going() < before) announce(el.dataset["done"] ?? "");
  };
  const again = (): void => {
    if (going() === 0) return;
    setTimeout(() => {
      // A line that is cut for a moment is tried again all the same.
      look().then(again, again);
    }, EVERY_MS);
  };
  again();
}

export const fresh = (): void => island("fresh", start);
