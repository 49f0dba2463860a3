// A resident on a phone asks to be mailed what is new around a place, confirms it by the link in the mail, and ends it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { axe, fits, quiet, withCity } from './harness.mjs';
import { PHONE } from './resident.mjs';

const city = withCity();

/** The address in the outbox of the demonstration that begins with these words. */
async function linkIn(page, words) {
  await page.goto('/demo/outbox');
  const found = new RegExp(`${words}/[0-9a-f-]+`).exec(await page.locator('main').innerText());
  assert.ok(found, `no address of ${words} in the outbox`);
  return found[0];
}

test('a place is chosen by name, confirmed by mail, seen and ended', async () => {
  const page = await city.page(PHONE);
  await page.goto('/requests');
  await page.locator('main a[href^="/alerts"]').tap();
  await page.fill('#mail', 'reader.test');
  await page.locator('form.report button.btn-main').tap();
  await page.locator('[role=alert]').waitFor();
  await fits(page);
  await axe(page);
  assert.equal(await page.inputValue('#mail'), 'reader.test', 'what was typed stays');
  await page.locator('#place').pressSequentially('神农公');
  await page.locator('.finds button').first().tap();
  await page.waitForFunction(() => document.querySelector('#lng').value !== '');
  await page.selectOption('#metres', '1000');
  await page.fill('#mail', 'reader.test@example.cn');
  await page.locator('form.report button.btn-main').tap();
  await page.waitForURL(/sent=1/);
  await axe(page);
  await page.goto(await linkIn(page, '/alerts/confirm'));
  assert.match(await page.locator('main dl').innerText(), /神农公园周围 1000 米/);
  await fits(page);
  await axe(page);
  await page.locator('main form button').tap();
  await page.waitForURL(/done=confirmed/);
  await fits(page);
  await axe(page);
  await page.locator('button[value=end-all]').tap();
  await page.waitForURL(/done=ended-all/);
  assert.equal(await page.locator('.watches').count(), 0);
  await axe(page);
  quiet(page);
});
