// Fetches what lies in sight of a map, tile by tile, as one moves. A tile that does not come is asked for again
// when one moves on; the list below the map holds the same.
import { project } from "./mercator";
import { fill } from "./dom";
import type { Dot, View } from "./mapdraw";

const TILE = 256;
const KEEP_MS = 15_000;
const ZOOM_MAX = 18;
type Held = { at: number; dots: Dot[] };

/** What to draw of `view` now; `arrived` is called when there is more. */
export function tileSource(template: string, arrived: () => void): (view: View) => Dot[] {
  const held = new Map<string, Held>();
  const asked = new Set<string>();
  const ask = (key: string, address: string): void => {
    if (asked.has(key)) return;
    asked.add(key);
    fetch(address, { headers: { accept: "application/json" } })
      .then(async (answer) => {
        if (!answer.ok) throw new Error(String(answer.status));
        held.set(key, { at: Date.now(), dots: (await answer.json()) as Dot[] });
        arrived();
      })
      .catch(() => undefined)
      .finally(() => asked.delete(key));
  };
  return (view) => {
    const z = Math.min(ZOOM_MAX, Math.round(view.zoom));
    const scale = 2 ** (view.zoom - z);
    const middle = project(view.centre, z);
    const [half, high] = [view.width / 2 / scale, view.height / 2 / scale];
    const last = 2 ** z - 1;
    const dots: Dot[] = [];
    for (let x = Math.floor((middle.x - half) / TILE); x * TILE < middle.x + half; x++) {
      for (let y = Math.floor((middle.y - high) / TILE); y * TILE < middle.y + high; y++) {
        if (x < 0 || y < 0 || x > last || y > last) continue;
        const key = `${z}/${x}/${y}`;
        const known = held.get(key);
        if (!known || Date.now() - known.at > KEEP_MS) ask(key, fill(template, { z, x, y }));
        if (known) dots.push(...known.dots);
      }
    }
    return dots;
  };
}
