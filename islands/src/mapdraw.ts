// Draws the schematic map as SVG: grid, lines, names, dots, pin and scale. It knows nothing of hands and fields.
import { fill } from "./dom";
import { around, names } from "./mapnames";
import { metres, project, round125, unproject, type Place, type Point } from "./mercator";

export type Dot = Place & { label?: string; state?: string; href?: string; icon?: string; id?: string };
export type Feature = { kind: "place"; lng: number; lat: number; label: string } | { kind: "line"; pts: [number, number][]; label?: string };
export type View = { centre: Place; zoom: number; width: number; height: number };

const NS = "http://www.w3.org/2000/svg";

/** How much of the foot of the picture the scale takes. */
const SCALE_HIGH = 36;

/** One SVG element with its attributes. */
export function node(name: string, attributes: Record<string, string | number>, text?: string): SVGElement {
  const el = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) el.setAttribute(key, String(value));
  if (text !== undefined) el.textContent = text;
  return el;
}

/** Pixels of the picture for a place. */
export function onScreen(view: View, place: Place): Point {
  const middle = project(view.centre, view.zoom);
  const at = project(place, view.zoom);
  return { x: at.x - middle.x + view.width / 2, y: at.y - middle.y + view.height / 2 };
}

/** The place under a pixel of the picture. */
export function placeAt(view: View, { x, y }: Point): Place {
  const middle = project(view.centre, view.zoom);
  return unproject({ x: middle.x + x - view.width / 2, y: middle.y + y - view.height / 2 }, view.zoom);
}

function grid(view: View): SVGElement {
  const a = placeAt(view, { x: 0, y: view.height });
  const b = placeAt(view, { x: view.width, y: 0 });
  const step = round125((b.lng - a.lng) / 3);
  let d = "";
  for (let lng = Math.ceil(a.lng / step) * step; lng < b.lng; lng += step) d += `M${onScreen(view, { lng, lat: a.lat }).x.toFixed(1)} 0V${view.height}`;
  for (let lat = Math.ceil(a.lat / step) * step; lat < b.lat; lat += step) d += `M0 ${onScreen(view, { lng: a.lng, lat }).y.toFixed(1)}H${view.width}`;
  return node("path", { class: "m-grid", d });
}

/** Tiles of a city that has a tile server of its own; there is none by default. */
function tiles(view: View, template: string): SVGElement[] {
  const z = Math.round(view.zoom);
  const scale = 2 ** (view.zoom - z);
  const middle = project(view.centre, z);
  const left = middle.x - view.width / 2 / scale;
  const top = middle.y - view.height / 2 / scale;
  const out: SVGElement[] = [];
  for (let x = Math.floor(left / 256); x * 256 < left + view.width / scale; x++) {
    for (let y = Math.floor(top / 256); y * 256 < top + view.height / scale; y++) {
      const href = template.replace("{z}", String(z)).replace("{x}", String(x)).replace("{y}", String(y));
      out.push(node("image", { class: "map-tile", href, x: (x * 256 - left) * scale, y: (y * 256 - top) * scale, width: 256 * scale, height: 256 * scale }));
    }
  }
  return out;
}

/** Whether a dot stands for several, whether its words stand inside, and how large it is. */
function shape(one: Dot): { many: boolean; inside: boolean; r: number } {
  const length = [...(one.label ?? "")].length;
  const many = one.state?.startsWith("many") ?? false;
  const inside = length > 0 && (length < 3 || many);
  return { many, inside, r: many ? 9 + 3 * length : inside ? 10 : one.icon ? 13 : 6 };
}

function dot(view: View, one: Dot, words: DOMStringMap): SVGElement {
  const { x, y } = onScreen(view, one);
  if (one.state?.startsWith("object")) return object(x, y, one);
  const { many, inside, r } = shape(one);
  const name = many ? fill(words["many"], { n: one.label ?? "" }) : (one.label ?? "");
  const group = node(one.href ? "a" : "g", one.href ? { href: one.href, "aria-label": name } : {});
  group.append(node("circle", { class: `m-dot m-dot-${one.state ?? "near"}`, cx: x.toFixed(1), cy: y.toFixed(1), r }));
  if (one.icon) group.append(node("use", { class: "m-icon", href: `${words["icons"] ?? ""}#${one.icon}`, x: (x - 8).toFixed(1), y: (y - 8).toFixed(1), width: 16, height: 16 }));
  if (inside) group.append(node("text", { class: "m-num", x: x.toFixed(1), y: (y + 4).toFixed(1) }, one.label));
  else if (one.label) group.append(node("title", {}, one.label));
  return group;
}

/** An object of the city stands on a corner, in a ring that a finger meets. The boxes of the form are its equal. */
function object(x: number, y: number, one: Dot): SVGElement {
  const group = node("g", { class: "m-object", ...(one.id ? { "data-object": one.id, "aria-hidden": "true" } : {}) });
  group.append(node("circle", { class: "m-reach", cx: x.toFixed(1), cy: y.toFixed(1), r: 16 }));
  group.append(node("path", { class: `m-dot m-dot-${one.state ?? "object"}`, d: `M${x.toFixed(1)} ${y.toFixed(1)}m0-9l9 9-9 9-9-9z` }));
  if (one.label) group.append(node("title", {}, one.label));
  return group;
}

function scale(view: View): SVGElement[] {
  const perPixel = metres(view.centre.lat, view.zoom);
  const long = round125(110 * perPixel);
  const [x, y, w] = [12, view.height - 12, long / perPixel];
  const word = long >= 1000 ? `${long / 1000} km` : `${long} m`;
  // On a plate of its own: whatever lies there, the scale is read.
  const plate = node("rect", { class: "m-plate", x: 5, y: view.height - SCALE_HIGH, width: (w + 14).toFixed(1), height: SCALE_HIGH - 5, rx: 3 });
  return [plate, node("path", { class: "m-scale", d: `M${x} ${y - 5}v5h${w.toFixed(1)}v-5` }), node("text", { x: (x + w / 2).toFixed(1), y: y - 6 }, word)];
}

/** The whole picture, ready to be put into the SVG element. */
export function draw(view: View, layer: Feature[], dots: Dot[], pin: Place | undefined, template?: string, words: DOMStringMap = {}): SVGElement[] {
  const out: SVGElement[] = template ? tiles(view, template) : [grid(view)];
  for (const one of layer) {
    if (one.kind !== "line") continue;
    const points = one.pts.map(([lng, lat]) => onScreen(view, { lng, lat })).map((p) => `${p.x.toFixed(1)},${p.y.toFixed(1)}`);
    out.push(node("polyline", { class: "m-road", points: points.join(" ") }));
  }
  const taken = dots.map((one) => around(onScreen(view, one), shape(one).r + 1));
  taken.push({ left: 0, right: 140, top: view.height - SCALE_HIGH, bottom: view.height });
  // The buttons that zoom.
  taken.push({ left: view.width - 56, right: view.width, top: 0, bottom: 100 });
  if (pin) taken.push(around({ x: onScreen(view, pin).x, y: onScreen(view, pin).y - 18 }, 20));
  out.push(...names(view, layer, taken), ...dots.map((one) => dot(view, one, words)));
  if (pin) {
    const { x, y } = onScreen(view, pin);
    const group = node("g", { transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})` });
    group.append(node("path", { class: "m-pin", d: "M0 0C-9-12-12-17-12-23a12 12 0 1 1 24 0C12-17 9-12 0 0z" }), node("circle", { class: "m-pin-eye", cx: 0, cy: -23, r: 4.5 }));
    out.push(group);
  }
  out.push(...scale(view));
  return out;
}
