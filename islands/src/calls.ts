// The bar of calls on every page of an operator: what rings appears by itself, and clocks run. The bar itself is
// drawn by the server. A form with text in it is never left: the call is offered, and the operator goes when ready.
import { announce, island, parsed } from "./dom";

/** Minutes and seconds since an instant. */
function run(el: HTMLElement): void {
  const since = Number(el.dataset["since"]);
  if (!since) return;
  const seconds = Math.max(0, Math.round((Date.now() - since) / 1000));
  el.textContent = `${String(Math.floor(seconds / 60)).padStart(2, "0")}:${String(seconds % 60).padStart(2, "0")}`;
}

/** Whether leaving this page would leave words behind. */
function busy(): boolean {
  return [...document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>("main textarea, main input")].some(
    (field) => field.value !== field.defaultValue && !/^(hidden|submit|button|search|checkbox|radio)$/.test(field.type),
  );
}

function start(bar: HTMLElement): void {
  const source = bar.dataset["src"];
  const page = bar.dataset["bar"];
  if (!source || !page) return;
  const here = new URLSearchParams(location.search).get("call") ?? "";
  const tick = (): void => bar.querySelectorAll<HTMLElement>("[data-since]").forEach(run);
  const rung = new Set<string>();
  let asked = 0;
  const draw = async (): Promise<void> => {
    const mine = (asked += 1);
    const answer = await fetch(`${page}?call=${encodeURIComponent(here)}`, { credentials: "same-origin", headers: { accept: "text/html" } });
    const html = answer.ok ? await answer.text() : "";
    if (!answer.ok || mine !== asked) return;
    bar.innerHTML = html;
    tick();
  };
  const redraw = (): void => {
    draw().catch(() => {
      // The line is cut: the bar stays as it was, and the stream draws it again when it is back.
    });
  };
  const live = new EventSource(source);
  live.onmessage = (message: MessageEvent<string>) => {
    const { calls = [] } = parsed<{ calls?: { id: string; state: string }[] }>(message.data, {});
    const taken = calls.find(({ id, state }) => state === "talking" && id !== here);
    if (taken && location.pathname === "/desk/intake" && !here && !busy()) {
      location.assign(`/desk/intake?call=${taken.id}`);
      return;
    }
    const fresh = calls.filter(({ id, state }) => state === "ringing" && !rung.has(id));
    fresh.forEach(({ id }) => rung.add(id));
    redraw();
    if (fresh.length > 0) announce(bar.getAttribute("aria-label") ?? "");
  };
  bar.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !form.hasAttribute("data-quiet")) return;
    event.preventDefault();
    fetch(form.action, { method: "POST", body: new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, String(value)])), credentials: "same-origin", redirect: "manual" }).then(redraw, () => form.submit());
  });
  setInterval(tick, 1000);
  tick();
  addEventListener("pagehide", () => live.close());
}

export const calls = (): void => island("calls", start);
