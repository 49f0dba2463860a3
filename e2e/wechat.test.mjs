// A web view of WeChat on Android: no service worker, nothing to share with, nothing kept, no file handed out by a
// link. To report with a photo and to follow one's matter must not need any of them.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { fits, quiet, withCity } from './harness.mjs';
import { photo } from './picture.mjs';
import { add, lookup, numberOf, PHONE } from './resident.mjs';

const city = withCity();
const WECHAT =
  'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/130.0.0.0 Mobile Safari/537.36 XWEB/1300 MMWEBSDK/20240501 MicroMessenger/8.0.50(0x28003200) WeChat/arm64 Language/zh_CN';

/** Before any script of a page: what such a view lacks is not there, and what is blocked throws when it is touched. */
function poorer() {
  const own = [Navigator.prototype, ['serviceWorker', 'share', 'canShare', 'clipboard', 'mediaDevices', 'locks', 'storage']];
  for (const name of own[1]) delete own[0][name];
  for (const name of ['localStorage', 'sessionStorage', 'indexedDB', 'caches']) {
    Object.defineProperty(globalThis, name, {
      get() {
        throw new DOMException(`${name} is blocked`, 'SecurityError');
      },
    });
  }
  for (const name of ['Notification', 'BroadcastChannel', 'SharedWorker', 'showSaveFilePicker']) delete globalThis[name];
}

/** A window of that view. */
async function view() {
  const page = await city.page({ ...PHONE, userAgent: WECHAT });
  await page.addInitScript(poorer);
  return page;
}

test('says it with a photo, comes back with the number, and adds a word', async () => {
  const page = await view();
  await page.goto('/report');
  const lacks = await page.evaluate(() => {
    const blocked = (name) => {
      try {
        return !globalThis[name];
      } catch {
        return true;
      }
    };
    return [/MicroMessenger/.test(navigator.userAgent), !('serviceWorker' in navigator), !('share' in navigator), blocked('localStorage'), blocked('indexedDB')];
  });
  assert.deepEqual(lacks, [true, true, true, true, true], 'the view is as poor as it should be');
  assert.equal(await page.locator('input[type=file][capture]').count(), 0, 'a phone may choose from its library too');
  await page.fill('#text', '测试凉亭的木凳塌了一头。');
  await page.setInputFiles('#photo', photo('bench'));
  await page.locator('.thumbs li').waitFor();
  await page.locator('label:has([name=where][value=words])').tap();
  await page.fill('#place', '测试凉亭');
  await page.locator('label:has([name=privacy][value=contact])').tap();
  await page.fill('#phone', '13900003311');
  await page.locator('form.report > button.btn-main').tap();
  await page.waitForURL(/\/track\/\d+\?new=1/);
  const number = numberOf(page);
  assert.equal((await page.locator('.no-big').innerText()).replaceAll(/\D/g, ''), number, 'the number stands there to be written down');
  const size = await page.locator('.photos img').first().evaluate(async (img) => (await img.decode(), img.naturalWidth));
  assert.ok(size > 0, 'the photo arrived');
  await fits(page);
  quiet(page);

  const later = await view();
  await lookup(later, number, '3311');
  assert.match(await later.locator('main').innerText(), /木凳塌了一头/);
  await add(later, '塌的是靠河的那一头。');
  assert.match(await later.locator('main').innerText(), /靠河的那一头/);
  await fits(later);
  quiet(later);
});

test('whoever cannot be handed a file by a link still reads the receipt and the rules on a page', async () => {
  const page = await view();
  for (const address of ['/', '/privacy', '/verify', '/map', '/requests', '/stats']) {
    await page.goto(address);
    await page.locator('main h1').first().waitFor();
    await fits(page);
  }
  quiet(page);
});
