// A small map of one's own: drag, wheel, pinch, buttons and keys over a schematic drawing. No picture is fetched
// from anywhere unless the city names a tile server. The server's drawing stays when this cannot start.
import { announce, control, fill, island, parsed, put } from "./dom";
import { draw, onScreen, placeAt, type Dot, type Feature, type View } from "./mapdraw";
import { tileSource } from "./maptiles";
import { shift, type Place, type Point } from "./mercator";

const [OUT, IN] = [8, 19];
const CLOSE = 17;
const STEP_M = 5;
const PAN_PX = 48;

function start(el: HTMLElement): void {
  const at = { lng: Number(el.dataset["lng"]), lat: Number(el.dataset["lat"]) };
  if (!Number.isFinite(at.lng) || !Number.isFinite(at.lat)) return;
  const view: View = { centre: at, zoom: Number(el.dataset["zoom"] ?? 15), width: 0, height: 0 };
  const dots = parsed<Dot[]>(el.dataset["points"], []);
  const layer = parsed<Feature[]>(el.dataset["layer"], []);
  const picks = (el.dataset["pick"] ?? "").split(",").filter(Boolean).map((key) => control(el, key));
  const [lngField, latField] = picks;
  const canPick = Boolean(lngField && latField);
  let pin: Place | undefined = canPick || el.hasAttribute("data-no-pin") ? undefined : { ...at };
  if (lngField?.value && latField?.value) pin = { lng: Number(lngField.value), lat: Number(latField.value) };
  if (pin && canPick) view.centre = { ...pin };

  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("tabindex", "0");
  svg.setAttribute("role", "group");
  svg.setAttribute("aria-label", el.dataset["name"] ?? "");
  const feed = el.dataset["src"] ? tileSource(el.dataset["src"], () => repaint()) : undefined;
  const form = el.closest("form");
  /** The boxes of the same form that are objects of the city: what a box says, the map shows. */
  const boxes = (): HTMLInputElement[] => (canPick ? [...(form?.querySelectorAll<HTMLInputElement>("input[data-lng][type=checkbox]") ?? [])] : []);
  const objects = (): Dot[] => boxes().map((box) => ({
    lng: Number(box.dataset["lng"]), lat: Number(box.dataset["lat"]), id: box.value, state: box.checked ? "object-on" : "object", label: box.closest("label")?.textContent?.trim() ?? box.value,
  }));
  const paint = (): void => {
    view.width = el.clientWidth;
    view.height = el.clientHeight;
    if (view.width === 0) return;
    svg.setAttribute("viewBox", `0 0 ${view.width} ${view.height}`);
    const focused = svg.contains(document.activeElement) ? document.activeElement?.getAttribute("href") : null;
    svg.replaceChildren(...draw(view, layer, [...(feed?.(view) ?? []), ...dots, ...objects()], pin, el.dataset["tiles"], el.dataset));
    // Whoever stands on a dot stays on it, or on the map where it is gone.
    if (focused) (svg.querySelector<SVGElement>(`a[href="${CSS.escape(focused)}"]`) ?? svg).focus();
  };
  let [waiting, own] = [0, false];
  const list = document.querySelector<HTMLAnchorElement>("a[data-map-here]");
  /** The list beside the map is the server's: it follows when one asks for it. */
  const follow = (): void => {
    if (!feed || !list) return;
    const to = new URL(list.dataset["mapHere"] ?? "", location.href);
    to.searchParams.set("at", `${view.centre.lng.toFixed(5)},${view.centre.lat.toFixed(5)}`);
    to.searchParams.set("z", String(Math.round(view.zoom)));
    list.href = to.pathname + to.search;
    list.hidden = false;
  };
  const repaint = (): void => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(paint);
  };
  const nearest = (place: Place): string => {
    const all = layer.filter((one) => one.kind === "place").map((one) => ({ label: one.label, d: Math.hypot(one.lng - place.lng, one.lat - place.lat) }));
    return all.sort((a, b) => a.d - b.d)[0]?.label ?? "";
  };
  const pick = (place: Place): void => {
    pin = place;
    own = true;
    if (lngField) put(lngField, place.lng.toFixed(6));
    if (latField) put(latField, place.lat.toFixed(6));
    own = false;
    announce(fill(el.dataset["say"], { lng: place.lng.toFixed(5), lat: place.lat.toFixed(5), near: nearest(place) }));
    repaint();
  };
  const pan = (dx: number, dy: number): void => {
    view.centre = placeAt(view, { x: view.width / 2 + dx, y: view.height / 2 + dy });
    follow();
    repaint();
  };
  const zoom = (by: number, about: Point = { x: view.width / 2, y: view.height / 2 }): void => {
    const kept = placeAt(view, about);
    view.zoom = Math.min(IN, Math.max(OUT, view.zoom + by));
    const now = onScreen(view, kept);
    pan(now.x - about.x, now.y - about.y);
  };

  const hands = new Map<number, Point>();
  let moved = 0;
  const here = (event: PointerEvent | WheelEvent): Point => {
    const box = svg.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  svg.addEventListener("pointerdown", (event) => {
    if (hands.size === 0) moved = 0;
    hands.set(event.pointerId, here(event));
  });
  svg.addEventListener("pointermove", (event) => {
    const before = hands.get(event.pointerId);
    if (!before) return;
    const now = here(event);
    const other = [...hands].find(([id]) => id !== event.pointerId)?.[1];
    moved += Math.hypot(now.x - before.x, now.y - before.y);
    // Capture only a real drag: a captured click would never reach the link of a dot.
    if (moved > 5) svg.setPointerCapture(event.pointerId);
    hands.set(event.pointerId, now);
    if (other) {
      const ratio = Math.hypot(now.x - other.x, now.y - other.y) / Math.max(1, Math.hypot(before.x - other.x, before.y - other.y));
      zoom(Math.log2(ratio), { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 });
    } else if (moved > 5) pan(before.x - now.x, before.y - now.y);
  });
  const lift = (event: PointerEvent): void => {
    const tapped = hands.delete(event.pointerId) && hands.size === 0 && moved <= 5 && event.type === "pointerup";
    if (!tapped || !canPick || (event.target as Element).closest("a")) return;
    const object = (event.target as Element).closest<SVGElement>("[data-object]")?.dataset["object"];
    const box = boxes().find((one) => one.value === object);
    if (box) box.click();
    else pick(placeAt(view, here(event)));
  };
  svg.addEventListener("pointerup", lift);
  svg.addEventListener("pointercancel", lift);
  svg.addEventListener("click", (event) => {
    if (moved > 5) event.preventDefault();
  });
  svg.addEventListener("wheel", (event) => {
    // The page keeps its scroll until the map has been asked for, by a click, a tab or Ctrl.
    if (!event.ctrlKey && !svg.contains(document.activeElement)) return;
    event.preventDefault();
    zoom(-event.deltaY / 300, here(event));
  }, { passive: false });
  const arrows: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  svg.addEventListener("keydown", (event) => {
    if (event.target !== svg || event.altKey || event.ctrlKey || event.metaKey) return;
    const arrow = arrows[event.key];
    if (arrow && canPick && !event.shiftKey) {
      pick(shift(pin ?? view.centre, arrow[0] * STEP_M, -arrow[1] * STEP_M));
      const spot = onScreen(view, pin ?? view.centre);
      if (spot.x < 20 || spot.y < 40 || spot.x > view.width - 20 || spot.y > view.height - 20) view.centre = { ...(pin ?? view.centre) };
    } else if (arrow) pan(arrow[0] * PAN_PX, arrow[1] * PAN_PX);
    else if (event.key === "+" || event.key === "=") zoom(1);
    else if (event.key === "-") zoom(-1);
    else if (event.key === "Enter" && canPick) pick(pin ?? { ...view.centre });
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  const tools = document.createElement("div");
  tools.className = "map-tools";
  for (const [sign, name, by] of [["＋", el.dataset["zoomin"], 1], ["－", el.dataset["zoomout"], -1]] as const) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn";
    button.textContent = sign;
    button.setAttribute("aria-label", name ?? sign);
    button.addEventListener("click", () => zoom(by));
    tools.append(button);
  }
  el.replaceChildren(svg, tools);
  el.classList.add("map-live");
  // Someone else (a chosen suggestion, a restored draft) may set the fields: the pin follows them.
  for (const field of [lngField, latField]) {
    field?.addEventListener("change", () => {
      if (own || !lngField?.value || !latField?.value) return;
      pin = { lng: Number(lngField.value), lat: Number(latField.value) };
      view.centre = { ...pin };
      // Near enough to tell one lamp post from the next.
      view.zoom = Math.max(view.zoom, CLOSE);
      repaint();
    });
  }
  form?.addEventListener("duban:grown", repaint);
  form?.addEventListener("change", (event) => {
    if ((event.target as HTMLElement).matches("input[data-lng]")) repaint();
  });
  new ResizeObserver(repaint).observe(el);
  paint();
}

export const map = (): void => island("map", start);
