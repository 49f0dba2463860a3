// 10. A phone on a thin line: each page for everybody weighs little and asks nobody else, and the form is there in time
// over 3G.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { quiet, withCity } from './harness.mjs';
import { RESIDENT, visit } from './pages.mjs';
import { PHONE } from './resident.mjs';

const city = withCity();
const BYTES_MAX = 100 * 1024;

/** Slow 3G, as browsers' own tools have it. */
const THIN = { offline: false, latency: 400, downloadThroughput: 50_000, uploadThroughput: 50_000 };
const READY_MS_MAX = 8_000;

/** How long nothing may be on its way before a page counts as whole. */
const STILL_MS = 100;

/**
 * A window that knows nothing and keeps nothing; `seen` says what the page that it shows now cost, with all that its
 * scripts fetched: each page that is gone to begins at nothing.
 */
async function counted(conditions) {
  const page = await city.page(PHONE);
  const line = await page.context().newCDPSession(page);
  await line.send('Network.enable');
  await line.send('Network.setCacheDisabled', { cacheDisabled: true });
  await line.send('Network.setBypassServiceWorker', { bypass: true });
  if (conditions) await line.send('Network.emulateNetworkConditions', conditions);
  const seen = { bytes: 0, hosts: new Set(), pending: new Set() };
  line.on('Network.requestWillBeSent', ({ requestId, type, loaderId, request }) => {
    if (type === 'Document' && requestId === loaderId) Object.assign(seen, { bytes: 0, hosts: new Set(), pending: new Set() });
    if (request.url.startsWith('data:')) return;
    seen.pending.add(requestId);
    seen.hosts.add(new URL(request.url).host);
  });
  line.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (seen.pending.delete(requestId)) seen.bytes += encodedDataLength;
  });
  line.on('Network.loadingFailed', ({ requestId }) => seen.pending.delete(requestId));
  return { page, seen };
}

/** Waits until nothing has been on its way for a moment. */
async function whole({ page, seen }) {
  let since = Date.now();
  while (Date.now() - since < STILL_MS) {
    await page.waitForTimeout(STILL_MS / 4);
    if (seen.pending.size > 0) since = Date.now();
  }
}

let window;

for (const entry of RESIDENT) {
  test(`${entry.name} weighs at most ${BYTES_MAX / 1024} KiB and asks nobody else`, async () => {
    window ??= await counted();
    const { page, seen } = window;
    await page.context().clearCookies();
    await visit(page, entry);
    await whole(window);
    assert.ok(seen.bytes > 0 && seen.bytes <= BYTES_MAX, `${page.url()} has ${seen.bytes} bytes`);
    assert.deepEqual([...seen.hosts], [new URL(city.url).host]);
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
