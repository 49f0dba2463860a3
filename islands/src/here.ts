// "My present place": asks the browser once, on a click, and puts the answer into the two fields of the pin. A
// refusal is an answer too: the form says what else can be done, and nothing is lost. Without this the button is not there.
import { control, fill, island, put } from "./dom";

const WAIT_MS = 20_000;

function start(el: HTMLElement): void {
  const button = el.querySelector("button");
  const say = el.querySelector<HTMLElement>("[role=status]");
  const [lng, lat] = (el.dataset["pick"] ?? "").split(",").map((key) => control(el, key));
  if (!button || !say || !lng || !lat || !navigator.geolocation) return;
  el.hidden = false;
  const tell = (sentence: string | undefined): void => {
    button.disabled = false;
    say.textContent = sentence ?? "";
  };
  const found = ({ coords }: GeolocationPosition): void => {
    const way = document.querySelector<HTMLInputElement>(el.dataset["way"] ?? "no-way");
    if (way && !way.checked) way.click();
    // Both before anybody hears of it: a pin with half a place would jump.
    lng.value = coords.longitude.toFixed(6);
    put(lat, coords.latitude.toFixed(6));
    put(lng, lng.value);
    tell(fill(el.dataset["found"], { m: Math.max(1, Math.round(coords.accuracy)) }));
  };
  const failed = (error: GeolocationPositionError): void => {
    tell(error.code === error.PERMISSION_DENIED ? el.dataset["refused"] : el.dataset["failed"]);
  };
  button.addEventListener("click", () => {
    button.disabled = true;
    say.textContent = el.dataset["looking"] ?? "";
    navigator.geolocation.getCurrentPosition(found, failed, { enableHighAccuracy: true, timeout: WAIT_MS, maximumAge: 60_000 });
  });
}

export const here = (): void => island("here", start);
