// Pictures of the pages, to be looked at by a person: `node shots.mjs URL FOLDER [WORD]` takes those whose
// name has the word in it. `cargo xtask shots` calls it. `node shots.mjs URL --readme FOLDER` takes the three
// pictures of the README.

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { axe, fits, openStage, shot } from './harness.mjs';
import { ALL, RESIDENT, visit } from './pages.mjs';
import { reduced } from './palette.mjs';

const WIDTHS = [375, 768, 1440];
const BYTES_MAX = 200 * 1024;

const [url, ...words] = process.argv.slice(2);
const readme = words[0] === '--readme';
const folder = readme ? words[1] : words[0];
if (!url || !folder) {
  console.error('usage: node shots.mjs URL FOLDER [WORD], or node shots.mjs URL --readme FOLDER');
  process.exit(2);
}

let faults = 0;
const stage = await openStage(url);
try {
  if (readme) await readmePictures();
  else await everything(words[1] ?? '');
} finally {
  await stage.close();
}
process.exitCode = faults === 0 ? 0 : 1;

async function everything(word) {
  if (!word) rmSync(folder, { recursive: true, force: true });
  const chosen = (list) => list.filter((entry) => entry.name.includes(word));
  for (const dark of [false, true]) {
    for (const width of WIDTHS) {
      for (const entry of chosen(ALL)) await picture(entry, { width, dark }, dark ? 'dark' : 'light');
    }
  }
  for (const entry of chosen(RESIDENT)) await picture(entry, { width: 375, elder: true }, 'elder');
  for (const entry of chosen(ALL)) await picture(entry, { width: 1440, lang: 'en' }, 'en');
}

/** One picture; what is wrong with the page is said, and the walk goes on. */
async function picture(entry, options, mode) {
  const { width, elder = false } = options;
  const page = await stage.page({ ...options, height: width < 700 ? 812 : 900 });
  const file = `${entry.name}-${width}-${mode}`;
  try {
    if (elder) await page.goto('/?mode=elder');
    await visit(page, entry);
    await shot(page, file, folder);
    await fits(page);
    await axe(page);
  } catch (error) {
    faults += 1;
    console.error(`${file}: ${error.message}`);
  } finally {
    await page.context().close();
  }
}

/** The worklist, a case and a resident's page, as the README shows them. */
async function readmePictures() {
  mkdirSync(folder, { recursive: true });
  const named = (name) => ALL.find((entry) => entry.name === name);
  await clip('worklist', named('desk-worklist'), { width: 1440, height: 900 });
  await clip('case', named('desk-case-wire'), { width: 1440, height: 900 });
  await clip('track', named('track-in-hand'), { width: 375, height: 900 });
}

async function clip(name, entry, size) {
  const page = await stage.page(size);
  await visit(page, entry);
  const path = join(folder, `${name}.png`);
  const picture = reduced(await page.screenshot({ animations: 'disabled', clip: { x: 0, y: 0, ...size } }));
  await page.context().close();
  writeFileSync(path, picture);
  const bytes = picture.length;
  console.log(`${path}  ${Math.round(bytes / 1024)} KB`);
  if (bytes <= BYTES_MAX) return;
  faults += 1;
  console.error(`${path} has ${bytes} bytes; ${BYTES_MAX} at most, so that a clone stays small`);
}
