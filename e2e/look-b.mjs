// not committed: pictures for looking
import { mkdirSync } from 'node:fs';
import { openStage, shot } from './harness.mjs';
import { ALL, visit } from './pages.mjs';
const [url, folder, mode, ...names] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const stage = await openStage(url);
const modes = {
  w375: { width: 375, height: 812 }, w768: { width: 768, height: 900 }, w1440: { width: 1440, height: 900 },
  d1440: { width: 1440, height: 900, dark: true }, d375: { width: 375, height: 812, dark: true }, en1440: { width: 1440, height: 900, lang: 'en' }, en375: { width: 375, height: 812, lang: 'en' },
  zoom: { width: 720, height: 450 }, elder: { width: 375, height: 812, elder: true }, print: { width: 1440, height: 900 },
};
for (const name of names) {
  const entry = ALL.find((e) => e.name === name);
  const opt = modes[mode];
  const page = await stage.page(opt);
  try {
    if (opt.elder) await page.goto('/?mode=elder');
    await visit(page, entry);
    if (mode === 'print') await page.pdf({ path: `${folder}/${name}.pdf`, format: 'A4', preferCSSPageSize: true });
    else await page.screenshot({ path: `${folder}/${name}-${mode}.png`, fullPage: true, animations: 'disabled' });
    console.log(name, mode);
  } catch (e) { console.log(name, mode, e.message); }
  await page.context().close();
}
await stage.close();
