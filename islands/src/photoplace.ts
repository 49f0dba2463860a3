// A photo often knows where it was taken. Its beginning, where cameras write that, is shown to the server, and the place
// is offered to the person; nothing is filled in unasked.
import { announce, control, fill, parsed, put } from "./dom";

const HEAD_BYTES = 256 * 1024;
type Found = { lng: string; lat: string; near: string } | null;

/** Asks for the place of the first of these photos that has one, and offers it beside the field. */
export async function offerPlace(input: HTMLInputElement, files: File[]): Promise<void> {
  const [lng, lat] = [control(input, "lng"), control(input, "lat")];
  const address = input.dataset["place"];
  if (!address || !lng || !lat || lng.value !== "" || input.parentElement?.parentElement?.querySelector("[data-place]")) return;
  for (const file of files) {
    const body = new FormData();
    body.append("photo", file.slice(0, HEAD_BYTES, file.type), "photo");
    const answer = await fetch(address, { method: "POST", body }).catch(() => undefined);
    const found = answer?.ok ? parsed<Found>(await answer.text(), null) : null;
    if (!found) continue;
    const line = document.createElement("p");
    line.dataset["place"] = "";
    line.textContent = fill(input.dataset["placeAsk"], found);
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn";
    button.textContent = input.dataset["placeUse"] ?? "";
    button.addEventListener("click", () => {
      const way = input.form?.querySelector<HTMLInputElement>("input[name=where][value=map]");
      if (way) way.checked = true;
      put(lng, found.lng);
      put(lat, found.lat);
      line.textContent = fill(input.dataset["placeUsed"], found);
    });
    line.append(" ", button);
    (input.closest("label.add") ?? input).after(line);
    announce(fill(input.dataset["placeAsk"], found));
    return;
  }
}
