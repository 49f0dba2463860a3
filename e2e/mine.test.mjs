// A resident on a phone confirms the number they left by a code, and sees everything that was left with it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { axe, fits, quiet, withCity } from './harness.mjs';
import { PHONE, report } from './resident.mjs';

const city = withCity();

/** The newest code in the outbox of the demonstration. */
async function code(page) {
  await page.goto('/demo/outbox');
  const found = /验证码 (\d{6})/.exec(await page.locator('main').innerText());
  assert.ok(found, 'no code in the outbox');
  return found[1];
}

test('a resident on a phone confirms a number by a code and sees everything that was left with it', async () => {
  const page = await city.page(PHONE);
  const words = '测试路口的灯又不亮了';
  await report(page, { words, phone: '139 0000 6689' });
  await report(page, { words, phone: '139 0000 6688' });
  const matter = page.url().replace(/\?.*/, '');
  await page.locator('form[action$="/code"] button').tap();
  await page.waitForURL(/done=code-sent/);
  await fits(page);
  const digits = await code(page);
  await page.goto(matter);
  await page.fill('#code-phone', digits === '000000' ? '000001' : '000000');
  await page.locator('form[action$="/confirmation"] button').tap();
  await page.locator('#code-phone-e').waitFor();
  await fits(page);
  await axe(page);
  await page.fill('#code-phone', digits);
  await page.locator('form[action$="/confirmation"] button').tap();
  await page.waitForURL(/done=confirmed/);
  assert.match(await page.locator('section[aria-labelledby=contact]').innerText(), /已确认/);
  await fits(page);
  await axe(page);

  const other = await city.page(PHONE);
  await other.goto('/track');
  await other.locator('main a[href="/mine"]').tap();
  await other.waitForURL(/\/mine$/);
  await fits(other);
  await axe(other);
  await other.fill('#contact', '0731 2883 5396');
  await other.locator('main form button').tap();
  await other.locator('#contact-e').waitFor();
  assert.equal(await other.inputValue('#contact'), '0731 2883 5396', 'what was typed stays');
  await other.fill('#contact', '13900006689');
  await other.locator('main form button').tap();
  await other.waitForURL(/done=sent/);
  await fits(other);
  await axe(other);
  await other.fill('#code', await code(page));
  await other.locator('main form button.btn-main').tap();
  await other.waitForURL(/\/mine$/);
  assert.match(await other.locator('main .rows').first().innerText(), new RegExp(words));
  await fits(other);
  await axe(other);
  await other.locator('main .rows a').first().tap();
  await other.waitForURL(/\/track\//);
  assert.match(await other.locator('main').innerText(), new RegExp(words), 'its page opens without the tail');
  await other.goto('/mine');
  await other.locator('form[action="/mine/leave"] button').first().tap();
  await other.waitForURL(/done=left/);
  assert.equal(await other.locator('#contact').count(), 1);
  quiet(page);
  quiet(other);
});
