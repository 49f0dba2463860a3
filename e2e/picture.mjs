// A small real picture, drawn here, so that no test needs a file and no two tests share one.

import { crc32, deflateSync } from 'node:zlib';

const SIDE = 64;

/** How every PNG begins. */
export const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** A PNG of two colours that depend on `seed`, as a file for a form. */
export function photo(name, seed = name.length) {
  const row = (y) => [0, ...Array.from({ length: SIDE }, (_, x) => [(seed * 47 + x * 2) % 256, (y * 3) % 256, 120]).flat()];
  const pixels = Buffer.from(Array.from({ length: SIDE }, (_, y) => row(y)).flat());
  const head = Buffer.alloc(13);
  head.writeUInt32BE(SIDE, 0);
  head.writeUInt32BE(SIDE, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const buffer = Buffer.concat([SIGNATURE, chunk('IHDR', head), chunk('IDAT', deflateSync(pixels)), chunk('IEND', Buffer.alloc(0))]);
  return { name: `${name}.png`, mimeType: 'image/png', buffer };
}

/** One part of a PNG with its length and its checksum. */
export function chunk(kind, data) {
  const body = Buffer.concat([Buffer.from(kind, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}
