// What every page costs: `node table.mjs URL` prints a table in Markdown of bytes that came over the line, requests
// and milliseconds until it was loaded, each page in a window that knows nothing yet.

import { openStage } from './harness.mjs';
import { DESK, RESIDENT, visit } from './pages.mjs';

const [url] = process.argv.slice(2);
if (!url) {
  console.error('usage: node table.mjs URL');
  process.exit(2);
}
const stage = await openStage(url);
try {
  for (const [heading, list] of [['For everybody', RESIDENT], ['Desk', DESK]]) {
    console.log(`\n### ${heading}\n\n| page | KiB | requests | ms |\n|---|---:|---:|---:|`);
    for (const entry of list.filter(({ typed }) => !typed)) console.log(await row(entry));
  }
} finally {
  await stage.close();
}

/** Goes to the page as its people do, then once more with nothing kept, which is what is measured. */
async function row(entry) {
  const page = await stage.page({ width: 1440 });
  try {
    await visit(page, entry);
    const line = await page.context().newCDPSession(page);
    await line.send('Network.enable');
    await line.send('Network.setCacheDisabled', { cacheDisabled: true });
    await line.send('Network.setBypassServiceWorker', { bypass: true });
    const sum = { bytes: 0, requests: 0 };
    line.on('Network.loadingFinished', ({ encodedDataLength }) => {
      sum.bytes += encodedDataLength;
      sum.requests += 1;
    });
    await page.goto(page.url(), { waitUntil: 'load' });
    const ms = await page.evaluate(() => Math.round(performance.getEntriesByType('navigation')[0].loadEventEnd));
    await page.waitForTimeout(300); // what scripts fetch after the load belongs to the page too
    return `| ${entry.name} | ${(sum.bytes / 1024).toFixed(1)} | ${sum.requests} | ${ms} |`;
  } finally {
    await page.context().close();
  }
}
