// Pictures of the pages, to be looked at by a person: `node shots.mjs URL FOLDER [WORD]` takes those whose
// name has the word in it. `cargo xtask shots` calls it. `node shots.mjs URL --readme FOLDER` takes the three
// pictures of the README.

import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { fits, openStage, shot } from './harness.mjs';
import { again, ALL, RESIDENT, visit } from './pages.mjs';
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
  for (const entry of ALL.filter(({ name }) => name.includes(word))) {
    const page = await stage.page({ width: 1440 });
    try {
      await visit(page, entry);
      for (const dark of [false, true]) await widths(page, entry.name, dark);
      await paper(page, entry.name);
      if (RESIDENT.includes(entry)) await other(page, entry, 'elder', { name: 'duban_mode', value: 'elder' }, [375]);
      await page.context().clearCookies({ name: 'duban_mode' });
      await other(page, entry, 'en', { name: 'duban_lang', value: 'en' }, [375, 1440]);
    } catch (error) {
      wrong(entry.name, error);
    } finally {
      await page.context().close();
    }
  }
}

/** The page in three widths, and as it is at 200 percent in a window of 1440 pixels. */
async function widths(page, name, dark) {
  await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' });
  for (const width of WIDTHS) await picture(page, `${name}-${width}-${dark ? 'dark' : 'light'}`, width);
  if (!dark) await picture(page, `${name}-200-percent`, 720, 450);
}

/** One picture; what is wrong with the page is said, and the walk goes on. */
async function picture(page, file, width, height = width < 700 ? 812 : 900) {
  await page.setViewportSize({ width, height });
  await shot(page, file, folder);
  await fits(page).catch((error) => wrong(file, error));
}

/** As it comes out of a printer, where `pdftoppm` can make pictures of it. */
async function paper(page, name) {
  await page.emulateMedia({ colorScheme: 'light' });
  const path = join(folder, `${name}-print`);
  await page.pdf({ path: `${path}.pdf`, format: 'A4', printBackground: true });
  if (spawnSync('pdftoppm', ['-r', '60', '-png', `${path}.pdf`, path]).status === 0) rmSync(`${path}.pdf`);
}

/** The same page for somebody with another preference. */
async function other(page, entry, mode, cookie, at) {
  await page.setViewportSize({ width: at[0], height: 812 });
  await again(page, entry, cookie);
  for (const width of at) await picture(page, `${entry.name}-${width}-${mode}`, width);
}

function wrong(name, error) {
  faults += 1;
  console.error(`${name}: ${error.message}`);
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
