// 10. A phone on a thin line: the first page and the form weigh little, and are there in time over 3G.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { quiet, withCity } from './harness.mjs';
import { PHONE } from './resident.mjs';

const city = withCity();
const BYTES_MAX = 100 * 1024;

/** Slow 3G, as browsers' own tools have it. */
const THIN = { offline: false, latency: 400, downloadThroughput: 50_000, uploadThroughput: 50_000 };
const READY_MS_MAX = 8_000;

/** A page whose transferred bytes are counted, as the network saw them. */
async function counted(conditions) {
  const page = await city.page(PHONE);
  const line = await page.context().newCDPSession(page);
  await line.send('Network.enable');
  if (conditions) await line.send('Network.emulateNetworkConditions', conditions);
  let bytes = 0;
  line.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
  return { page, bytes: () => bytes };
}

for (const address of ['/', '/report', '/track', '/requests', '/map']) {
  test(`${address} weighs at most ${BYTES_MAX / 1024} KiB and asks nobody else`, async () => {
    const { page, bytes } = await counted();
    const asked = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(address, { waitUntil: 'networkidle' });
    assert.ok(bytes() > 0 && bytes() <= BYTES_MAX, `${address} has ${bytes()} bytes`);
    assert.deepEqual(asked.filter((url) => new URL(url).host !== new URL(city.url).host && !url.startsWith('data:')), []);
    quiet(page);
  });
}

test('over 3G the form is there in time and can be sent', async () => {
  const { page } = await counted(THIN);
  const start = Date.now();
  await page.goto('/report', { waitUntil: 'load' });
  assert.ok(Date.now() - start < READY_MS_MAX, `it took ${Date.now() - start} ms`);
  await page.fill('#text', '公园的长椅断了。');
  await page.check('[name=privacy][value=anonymous]');
  await page.locator('form.report > button.btn-main').click();
  await page.waitForURL(/\/track\/\d+\?new=1/);
  quiet(page);
});
