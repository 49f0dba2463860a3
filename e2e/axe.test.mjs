// 9. Every page, light and dark, wide and narrow: axe finds nothing, nothing scrolls sideways, nothing complains.

import { test } from 'node:test';

import { axe, fits, quiet, withCity } from './harness.mjs';
import { ALL, visit } from './pages.mjs';

const city = withCity();

for (const entry of ALL) {
  test(entry.name, async () => {
    const page = await city.page();
    try {
      await visit(page, entry);
      await axe(page);
      // In the dark only colours are others.
      await page.emulateMedia({ colorScheme: 'dark' });
      await axe(page, ['color-contrast']);
      // Half of 750 and of 1440 pixels: what a window of that width is at 200 percent.
      for (const width of [720, 375]) {
        await page.setViewportSize({ width, height: 812 });
        await fits(page);
      }
      await axe(page);
      quiet(page);
    } finally {
      await page.context().close();
    }
  });
}
