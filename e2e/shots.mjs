// Pictures of the pages: `node shots.mjs URL FOLDER`. `cargo xtask shots` calls it.

import { rmSync } from 'node:fs';

import { axe, fits, login, openStage, shot } from './harness.mjs';

/**
 * Name, where it is, and who looks (nobody: a resident). Instead of an address, a function leads
 * there from a page that is already open.
 */
const PAGES = [
  ['resident-home', '/'],
  ['resident-report', '/report'],
  ['resident-track', '/track'],
  ['login', '/desk'],
  ['desk-worklist', '/desk', 'dispatcher'],
  ['desk-new', '/desk/new', 'operator'],
  ['desk-case', firstCase, 'dispatcher'],
  ['desk-figures', '/desk/figures', 'supervisor'],
  ['desk-unit', '/desk', 'handler'],
  ['style', '/style'],
  ['not-found', '/no-such-page'],
];
const WIDTHS = [375, 768, 1440];

async function firstCase(page) {
  await page.goto('/desk');
  await page.locator('main a[data-open]').first().click();
}

const [url, folder] = process.argv.slice(2);
if (!url || !folder) {
  console.error('usage: node shots.mjs URL FOLDER, for example: node shots.mjs http://127.0.0.1:8080 out');
  process.exit(2);
}
rmSync(folder, { recursive: true, force: true });

let faults = 0;
const stage = await openStage(url);
try {
  for (const dark of [false, true]) {
    for (const width of WIDTHS) {
      for (const entry of PAGES) await picture(entry, width, dark);
    }
  }
} finally {
  await stage.close();
}
process.exitCode = faults === 0 ? 0 : 1;

/** One picture; what is wrong with the page is said, and the walk goes on. */
async function picture([name, where, role], width, dark) {
  const page = await stage.page({ width, height: width < 700 ? 812 : 900, dark });
  const file = `${name}-${width}-${dark ? 'dark' : 'light'}`;
  try {
    if (role) await login(page, role);
    if (typeof where === 'function') await where(page);
    else await page.goto(where);
    await page.waitForLoadState('load');
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
