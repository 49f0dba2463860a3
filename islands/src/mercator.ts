// Web mercator in pixels of 256-pixel tiles: the arithmetic of the map, apart from drawing and hands.

export type Place = { lng: number; lat: number };
export type Point = { x: number; y: number };

const size = (zoom: number): number => 256 * 2 ** zoom;
const EQUATOR_M = 40_075_016.686;

/** A place as pixels of the whole world at this zoom. */
export function project({ lng, lat }: Place, zoom: number): Point {
  const sine = Math.sin((Math.max(-85, Math.min(85, lat)) * Math.PI) / 180);
  return { x: (lng / 360 + 0.5) * size(zoom), y: (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * size(zoom) };
}

/** The place under a pixel of the world. */
export function unproject({ x, y }: Point, zoom: number): Place {
  const lng = (x / size(zoom) - 0.5) * 360;
  const lat = (Math.atan(Math.sinh(Math.PI * (1 - (2 * y) / size(zoom)))) * 180) / Math.PI;
  return { lng, lat };
}

/** Metres under one pixel at this latitude. */
export function metres(lat: number, zoom: number): number {
  return (EQUATOR_M * Math.cos((lat * Math.PI) / 180)) / size(zoom);
}

/** The place so many metres to the east and north. */
export function shift({ lng, lat }: Place, east: number, north: number): Place {
  const degree = EQUATOR_M / 360;
  return { lng: lng + east / (degree * Math.cos((lat * Math.PI) / 180)), lat: lat + north / degree };
}

/** The largest of 1, 2, 5 times a power of ten that is not above `most`. */
export function round125(most: number): number {
  const power = 10 ** Math.floor(Math.log10(most));
  return [5, 2, 1].map((n) => n * power).find((n) => n <= most) ?? power;
}
