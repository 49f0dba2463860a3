// Draws the schematic map as SVG: grid, lines, names, dots, pin and scale. It knows nothing of hands and fields.
import { fill } from "./dom";
import { metres, project, round125, unproject, type Place, type Point } from "./mercator";

export type Dot = Place & { label?: string; state?: string; href?: string; icon?: string };
export type Feature = { kind: "place"; lng: number; lat: number; label: string } | { kind: "line"; pts: [number, number][]; label?: string };
export type View = { centre: Place; zoom: number; width: number; height: number };

const NS = "http://www.w3.org/2000/svg";

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

/** Writes names, the nearest to the middle first, and leaves out the ones that would lie on another. */
function names(view: View, layer: Feature[]): SVGElement[] {
  const middle = { x: view.width / 2, y: view.height / 2 };
  const wanted = layer.flatMap((one) => {
    if (!one.label) return [];
    const at = one.kind === "place" ? onScreen(view, one) : alongLine(view, one.pts);
    if (!at || at.x < 12 || at.y < 12 || at.x > view.width - 12 || at.y > view.height - 12) return [];
    return [{ label: one.label, at, wide: [...one.label].length * 6.5 + 8, far: Math.hypot(at.x - middle.x, at.y - middle.y) }];
  });
  wanted.sort((a, b) => a.far - b.far);
  const put: typeof wanted = [];
  for (const one of wanted) {
    if (put.length < 40 && put.every((two) => Math.abs(one.at.x - two.at.x) > one.wide + two.wide || Math.abs(one.at.y - two.at.y) > 18)) put.push(one);
  }
  return put.map(({ label, at }) => node("text", { class: "m-name", x: at.x.toFixed(1), y: (at.y - 6).toFixed(1) }, label));
}

/** Where a line's name goes: a third along what of it is in sight. */
function alongLine(view: View, pts: [number, number][]): Point | undefined {
  const at = pts.map(([lng, lat]) => onScreen(view, { lng, lat }));
  for (let i = 1; i < at.length; i++) {
    const [a, b] = [at[i - 1] as Point, at[i] as Point];
    for (const t of [0.35, 0.5, 0.2, 0.65, 0.8]) {
      const p = { x: a.x + (b.x - a.x) * t, y: a.y + (b.y - a.y) * t };
      if (p.x > 30 && p.y > 20 && p.x < view.width - 50 && p.y < view.height - 20) return p;
    }
  }
  return undefined;
}

function dot(view: View, one: Dot, words: DOMStringMap): SVGElement {
  const { x, y } = onScreen(view, one);
  const label = [...(one.label ?? "")];
  const many = one.state?.startsWith("many") ?? false;
  const inside = label.length > 0 && (label.length < 3 || many);
  const name = many ? fill(words["many"], { n: one.label ?? "" }) : (one.label ?? "");
  const group = node(one.href ? "a" : "g", one.href ? { href: one.href, "aria-label": name } : {});
  const r = many ? 9 + 3 * label.length : inside ? 10 : one.icon ? 13 : 6;
  group.append(node("circle", { class: `m-dot m-dot-${one.state ?? "near"}`, cx: x.toFixed(1), cy: y.toFixed(1), r }));
  if (one.icon) group.append(node("use", { class: "m-icon", href: `${words["icons"] ?? ""}#${one.icon}`, x: (x - 8).toFixed(1), y: (y - 8).toFixed(1), width: 16, height: 16 }));
  if (inside) group.append(node("text", { class: "m-num", x: x.toFixed(1), y: (y + 4).toFixed(1) }, one.label));
  else if (one.label) group.append(node("title", {}, one.label));
  return group;
}

function scale(view: View): SVGElement[] {
  const perPixel = metres(view.centre.lat, view.zoom);
  const long = round125(110 * perPixel);
  const [x, y, w] = [12, view.height - 12, long / perPixel];
  const word = long >= 1000 ? `${long / 1000} km` : `${long} m`;
  return [node("path", { class: "m-scale", d: `M${x} ${y - 5}v5h${w.toFixed(1)}v-5` }), node("text", { x: (x + w / 2).toFixed(1), y: y - 6 }, word)];
}

/** The whole picture, ready to be put into the SVG element. */
export function draw(view: View, layer: Feature[], dots: Dot[], pin: Place | undefined, template?: string, words: DOMStringMap = {}): SVGElement[] {
  const out: SVGElement[] = template ? tiles(view, template) : [grid(view)];
  for (const one of layer) {
    if (one.kind !== "line") continue;
    const points = one.pts.map(([lng, lat]) => onScreen(view, { lng, lat })).map((p) => `${p.x.toFixed(1)},${p.y.toFixed(1)}`);
    out.push(node("polyline", { class: "m-road", points: points.join(" ") }));
  }
  out.push(...names(view, layer), ...dots.map((one) => dot(view, one, words)));
  if (pin) {
    const { x, y } = onScreen(view, pin);
    const group = node("g", { transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})` });
    group.append(node("path", { class: "m-pin", d: "M0 0C-9-12-12-17-12-23a12 12 0 1 1 24 0C12-17 9-12 0 0z" }), node("circle", { class: "m-pin-eye", cx: 0, cy: -23, r: 4.5 }));
    out.push(group);
  }
  out.push(...scale(view));
  return out;
}
