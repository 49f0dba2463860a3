// A click on a number selects it whole (the style sheet does that) and copies it without its gaps.
import { announce, island } from "./dom";

function start(el: HTMLElement): void {
  if (!navigator.clipboard) return;
  el.tabIndex = 0;
  el.setAttribute("role", "button");
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText((el.textContent ?? "").replace(/\s/g, ""));
    } catch {
      return;
    }
    const word = el.dataset["copied"] ?? "";
    announce(word);
    const note = document.createElement("span");
    note.className = "saved copied";
    note.setAttribute("aria-hidden", "true");
    note.textContent = word;
    el.after(note);
    setTimeout(() => note.remove(), 1500);
  };
  el.addEventListener("click", () => void copy());
  el.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    void copy();
  });
}

export const copy = (): void => island("copy", start);
