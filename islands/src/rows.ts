// The cursor and the ticks of a worklist. The table is whole without it: rows are links, ticks are checkboxes.

const rows = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>("[data-row]")];
const tickOf = (row: Element): HTMLInputElement | null => row.querySelector<HTMLInputElement>('input[type="checkbox"]');

/** The row the cursor is on. */
export function current(): HTMLElement | undefined {
  return rows().find((row) => row.classList.contains("cur") || row.getAttribute("aria-current") === "true");
}

/** Moves the cursor by `step` rows and focuses the row's link, so that Enter and a screen reader follow. */
export function move(step: number): boolean {
  const all = rows();
  if (all.length === 0) return false;
  const from = current();
  const at = from ? all.indexOf(from) + step : step > 0 ? 0 : all.length - 1;
  const to = all[Math.min(Math.max(at, 0), all.length - 1)];
  if (!to) return false;
  from?.classList.remove("cur");
  from?.removeAttribute("aria-current");
  to.classList.add("cur");
  to.setAttribute("aria-current", "true");
  to.querySelector<HTMLElement>("[data-open]")?.focus({ preventScroll: true });
  to.scrollIntoView({ block: "nearest" });
  return true;
}

/** Ticks or unticks the row under the cursor. */
export function tick(): boolean {
  const row = current();
  const box = row && tickOf(row);
  if (!box) return false;
  box.click();
  return true;
}

/** Opens the row under the cursor. */
export function open(): boolean {
  const link = current()?.querySelector<HTMLAnchorElement>("[data-open]");
  link?.click();
  return Boolean(link);
}

function recount(): void {
  let ticked = 0;
  const all = rows();
  for (const row of all) {
    const on = tickOf(row)?.checked ?? false;
    row.classList.toggle("sel", on);
    if (on) ticked += 1;
  }
  for (const el of document.querySelectorAll("[data-count]")) el.textContent = String(ticked);
  const head = document.querySelector<HTMLInputElement>("[data-check-all]");
  if (head) {
    head.checked = ticked > 0 && ticked === all.length;
    head.indeterminate = ticked > 0 && ticked < all.length;
  }
}

/** Keeps the count, the wash and the box of the head true to the ticks. */
export function watch(): void {
  if (!document.querySelector("[data-row]")) return;
  document.addEventListener("change", (event) => {
    const box = event.target;
    if (!(box instanceof HTMLInputElement) || box.type !== "checkbox") return;
    if (box.hasAttribute("data-check-all")) {
      for (const row of rows()) {
        const one = tickOf(row);
        if (one) one.checked = box.checked;
      }
    }
    recount();
  });
  // A browser that goes back restores ticks after the script has run.
  addEventListener("pageshow", recount);
  recount();
}
