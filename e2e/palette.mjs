// Makes a screenshot small: a PNG of at most 256 colours. Pages are paper, ink and a few tones between,
// so nobody sees the difference; photographs would.

import { deflateSync, inflateSync } from 'node:zlib';

import { chunk, SIGNATURE } from './picture.mjs';

const COLOURS_MAX = 256;

/** The same picture with a palette. */
export function reduced(png) {
  const { width, height, bytes, pixels } = decode(png);
  const counts = new Map();
  const keys = new Uint32Array(width * height);
  for (let i = 0; i < keys.length; i += 1) {
    const at = i * bytes;
    keys[i] = (pixels[at] << 16) | (pixels[at + 1] << 8) | pixels[at + 2];
    counts.set(keys[i], (counts.get(keys[i]) ?? 0) + 1);
  }
  const palette = [...counts].sort((a, b) => b[1] - a[1]).slice(0, COLOURS_MAX).map(([key]) => key);
  const index = new Map();
  for (const key of counts.keys()) index.set(key, nearest(palette, key));
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) rows[y * (width + 1) + 1 + x] = index.get(keys[y * width + x]);
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 3, 0, 0, 0], 8);
  const colours = Buffer.from(palette.flatMap((key) => [key >> 16, (key >> 8) & 255, key & 255]));
  return Buffer.concat([SIGNATURE, chunk('IHDR', head), chunk('PLTE', colours), chunk('IDAT', deflateSync(rows, { level: 9 })), chunk('IEND', Buffer.alloc(0))]);
}

/** The place in the palette of the colour that looks most like `key`. */
function nearest(palette, key) {
  const apart = (one) => Math.abs((one >> 16) - (key >> 16)) + Math.abs(((one >> 8) & 255) - ((key >> 8) & 255)) + Math.abs((one & 255) - (key & 255));
  let best = 0;
  for (let i = 0, least = Infinity; i < palette.length && least > 0; i += 1) {
    const distance = apart(palette[i]);
    if (distance < least) [best, least] = [i, distance];
  }
  return best;
}

/** The pixels of a PNG as a browser writes it: eight bits a channel, colours with or without alpha, not interlaced. */
function decode(png) {
  const parts = [];
  let head;
  for (let at = SIGNATURE.length; at < png.length; at += 12 + png.readUInt32BE(at)) {
    const kind = png.toString('latin1', at + 4, at + 8);
    const data = png.subarray(at + 8, at + 8 + png.readUInt32BE(at));
    if (kind === 'IHDR') head = data;
    if (kind === 'IDAT') parts.push(data);
  }
  const bytes = { 2: 3, 6: 4 }[head[9]];
  if (head[8] !== 8 || !bytes || head[12] !== 0) throw new Error('this PNG is not one that a browser writes');
  const [width, height] = [head.readUInt32BE(0), head.readUInt32BE(4)];
  return { width, height, bytes, pixels: unfiltered(inflateSync(Buffer.concat(parts)), width * bytes, height, bytes) };
}

function unfiltered(raw, row, height, bytes) {
  const out = Buffer.alloc(row * height);
  for (let y = 0; y < height; y += 1) {
    const filter = raw[y * (row + 1)];
    for (let x = 0; x < row; x += 1) {
      const at = y * row + x;
      const left = x >= bytes ? out[at - bytes] : 0;
      const up = y > 0 ? out[at - row] : 0;
      const corner = x >= bytes && y > 0 ? out[at - row - bytes] : 0;
      out[at] = raw[y * (row + 1) + 1 + x] + guess(filter, left, up, corner);
    }
  }
  return out;
}

/** What each of the five filters of the format adds again. */
function guess(filter, left, up, corner) {
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  if (filter !== 4) return 0;
  const by = left + up - corner;
  const [a, b, c] = [Math.abs(by - left), Math.abs(by - up), Math.abs(by - corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}
