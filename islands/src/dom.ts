// What every island needs: finding its elements, filling the server's sentences, knowing a typed key from a shortcut.
// No sentence is written here: words come from the page, so that both languages and every city get their own.

/** Runs `start` for each element of an island, and lets one failing island leave the others alone. */
export function island(name: string, start: (el: HTMLElement) => void): void {
  for (const el of document.querySelectorAll<HTMLElement>(`[data-island~="${name}"]`)) {
    try {
      start(el);
    } catch (error) {
      console.error(`island ${name}`, error);
    }
  }
}

/** Puts values into a sentence of the server: `{n} 件新到`. */
export function fill(sentence: string | undefined, values: Record<string, string | number>): string {
  return (sentence ?? "").replace(/\{(\w+)\}/g, (whole, key: string) => String(values[key] ?? whole));
}

/** Parses a JSON attribute; a broken one is worth nothing, never an exception in front of the reader. */
export function parsed<T>(json: string | undefined, otherwise: T): T {
  try {
    return json ? (JSON.parse(json) as T) : otherwise;
  } catch {
    return otherwise;
  }
}

/** What this device remembers; nothing where that is blocked, as in the web views of some apps: then to ask is an error. */
export function memory(): Storage | undefined {
  try {
    return localStorage ?? undefined;
  } catch {
    return undefined;
  }
}

/** True while an input method composes: such a key belongs to the sentence, not to us. */
export function composing(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229;
}

/** True where bare letters are text. */
export function typing(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && !/^(checkbox|radio|button|submit|reset|file|range|color)$/.test(target.type);
}

/** Tells a screen reader, through one polite region of the page. */
export function announce(text: string): void {
  let region = document.getElementById("say");
  if (!region) {
    region = document.createElement("p");
    region.id = "say";
    region.className = "vh";
    region.setAttribute("role", "status");
    document.body.append(region);
  }
  region.textContent = text;
}

/** The control with this id or, in the form around `near`, this name. */
export function control(near: Element, key: string): HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement | null {
  const found = document.getElementById(key) ?? near.closest("form")?.querySelector(`[name="${CSS.escape(key)}"]`) ?? null;
  if (found instanceof HTMLInputElement || found instanceof HTMLTextAreaElement || found instanceof HTMLSelectElement) return found;
  return null;
}

/** Sets a control as if a person had: drafts and suggestions hear of it. */
export function put(field: HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement, value: string): void {
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

/** The hour as a person reads it. */
export function clock(at: Date): string {
  return `${String(at.getHours()).padStart(2, "0")}:${String(at.getMinutes()).padStart(2, "0")}`;
}
