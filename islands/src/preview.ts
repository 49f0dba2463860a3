// While a resident writes: the line others will see, and the emergency block when a word of danger falls.
// Words and block come from the server; nothing is decided here. Everything goes in as text, never as markup.
import { control, island, parsed } from "./dom";

/** The first sentence, cut for a title the way the page says (data-max characters). */
function title(text: string, max: number): string {
  const first = text.trim().split(/[\n。！？!?]/)[0]?.trim() ?? "";
  const signs = [...first];
  return signs.length > max ? `${signs.slice(0, max).join("")}…` : first;
}

function start(el: HTMLElement): void {
  const text = control(el, el.dataset["from"] ?? "");
  if (!text) return;
  const place = control(el, el.dataset["place"] ?? "");
  const words = parsed<string[]>(el.dataset["words"], []);
  const heading = el.querySelector<HTMLElement>("[data-preview-title]");
  const where = el.querySelector<HTMLElement>("[data-preview-place]");
  const danger = document.querySelector<HTMLElement>("[data-danger]");
  const before = { heading: heading?.textContent ?? "", where: where?.textContent ?? "" };
  const draw = (): void => {
    if (heading) heading.textContent = title(text.value, Number(el.dataset["max"] ?? 30)) || before.heading;
    if (where && place) where.textContent = place.value.trim() || before.where;
    const word = words.find((one) => text.value.includes(one));
    if (!danger) return;
    danger.hidden = word === undefined;
    const slot = danger.querySelector("[data-danger-word]");
    if (slot && word !== undefined && slot.textContent !== word) slot.textContent = word;
  };
  danger?.setAttribute("role", "alert");
  text.addEventListener("input", draw);
  place?.addEventListener("input", draw);
  if (text.value !== "") draw();
}

export const preview = (): void => island("preview", start);
