// Where the names of a map stand: beside each other, and never on a dot, the pin, the buttons or the scale.
import { node, onScreen, type Feature, type View } from "./mapdraw";
import type { Point } from "./mercator";

export type Box = { left: number; right: number; top: number; bottom: number };
const apart = (a: Box, b: Box): boolean => a.right < b.left || b.right < a.left || a.bottom < b.top || b.bottom < a.top;
export const around = ({ x, y }: Point, r: number): Box => ({ left: x - r, right: x + r, top: y - r, bottom: y + r });

/** Half the width of a name: Chinese signs are twice as wide as letters. */
const half = (label: string): number => [...label].reduce((sum, sign) => sum + (sign < "\u2e80" ? 3.5 : 6.5), 4);

/**
 * Writes names, the nearest to the middle first: above their place, else below or beside it, and not at all where a dot,
 * the pin, the scale or another name already is.
 */
export function names(view: View, layer: Feature[], taken: Box[]): SVGElement[] {
  const middle = { x: view.width / 2, y: view.height / 2 };
  const wanted = layer.flatMap((one) => {
    if (!one.label) return [];
    const at = one.kind === "place" ? onScreen(view, one) : alongLine(view, one.pts);
    if (!at || at.x < 12 || at.y < 12 || at.x > view.width - 12 || at.y > view.height - 12) return [];
    return [{ label: one.label, at, far: Math.hypot(at.x - middle.x, at.y - middle.y) }];
  });
  wanted.sort((a, b) => a.far - b.far);
  const put: SVGElement[] = [];
  for (const { label, at } of wanted) {
    if (put.length >= 40) break;
    const wide = half(label);
    for (const [dx, dy] of [[0, -6], [0, 18], [wide + 10, 5], [-wide - 10, 5], [0, -22], [0, 34]] as const) {
      const [x, y] = [at.x + dx, at.y + dy];
      const box = { left: x - wide, right: x + wide, top: y - 11, bottom: y + 4 };
      if (box.left < 2 || box.right > view.width - 2 || box.top < 2 || box.bottom > view.height - 2) continue;
      if (!taken.every((other) => apart(box, other))) continue;
      taken.push(box);
      put.push(node("text", { class: "m-name", x: x.toFixed(1), y: y.toFixed(1) }, label));
      break;
    }
  }
  return put;
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
