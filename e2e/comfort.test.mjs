// 14. What saves time: kept views, several cases at once, prepared texts, a case on paper, a list on a map.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { find } from './desk.mjs';
import { login, quiet, withCity } from './harness.mjs';
import { WIRE } from './pages.mjs';

const city = withCity();

test('a filter is kept under a name, comes back with it, and is removed', async () => {
  const page = await city.page();
  await login(page, 'dispatcher');
  await page.goto('/desk/cases?due=overdue');
  const listed = await page.locator('a[data-open]').count();
  await page.locator('summary', { hasText: '存成常用' }).click();
  await page.fill('#keep-name', '该催的');
  await page.locator('.keep-box form button.btn-main').click();
  await page.goto('/desk/cases');
  await page.locator('.views-own a', { hasText: '该催的' }).click();
  assert.match(page.url(), /due=overdue/);
  assert.equal(await page.locator('a[data-open]').count(), listed);
  const colleague = await city.page();
  await login(colleague, 'supervisor');
  await colleague.goto('/desk/cases');
  assert.equal(await colleague.locator('.views-own').count(), 0, 'what was not shared is nobody else’s');
  await page.locator('summary', { hasText: '存成常用' }).click();
  await page.locator('form[action$="/removal"] button').click();
  await page.waitForLoadState('load');
  assert.equal(await page.locator('.views-own').count(), 0);
  quiet(page);
});

test('a note on several cases at once says of each whether it was left', async () => {
  const page = await city.page();
  await login(page, 'dispatcher');
  await page.goto('/desk/cases?due=overdue');
  const boxes = page.locator('[name=case]');
  const numbers = [];
  for (const at of [0, 1]) {
    await boxes.nth(at).check();
    numbers.push(await boxes.nth(at).getAttribute('value'));
  }
  await page.locator('.bulk summary', { hasText: '批注' }).click();
  await page.fill('#bulk-note', '已打电话催过');
  await page.locator('.bulk button[value=note]').click();
  await page.locator('.batch-sure').waitFor();
  for (const number of numbers) await page.locator(`main .rows a[href="/desk/cases/${number}"]`).waitFor();
  await page.locator('.batch-sure button').click();
  await page.locator('.note-ok').waitFor();
  for (const number of numbers) await page.locator(`main .rows a[href="/desk/cases/${number}"]`).waitFor();
  await page.goto(`/desk/cases/${numbers[1]}`);
  assert.match(await page.locator('.case-past').innerText(), /已打电话催过/);
  quiet(page);
});

test('a prepared text is put where one writes, with what is known filled in', async () => {
  const page = await city.page();
  await login(page, 'cable');
  await find(page, WIRE);
  const field = page.locator('#answer textarea[name=public]');
  await field.fill('您好。');
  const own = page.locator('#answer details.picks').first();
  await own.locator('summary').click();
  await own.locator('a[data-text]').first().click();
  const text = await field.inputValue();
  assert.match(text, /^您好。\n.{5,}/su, 'what was written stands before it');
  assert.doesNotMatch(text, /[{}]/, 'no variable is left to the reader');
  quiet(page);
});

test('a case is a PDF with its number, and the list is on a map whose numbers are the list’s', async () => {
  const page = await city.page();
  await login(page, 'dispatcher');
  await find(page, WIRE);
  const reply = await page.request.get(await page.locator('a[href$="/sheet.pdf"]').getAttribute('href'));
  assert.equal(reply.headers()['content-type'], 'application/pdf');
  const body = await reply.body();
  assert.equal(body.subarray(0, 5).toString(), '%PDF-');
  assert.ok(body.length > 5_000 && body.length < 3_000_000, `${body.length} bytes`);
  await page.goto('/desk/cases');
  await page.locator('a', { hasText: '看地图' }).click();
  const dots = page.locator('.list-map a[href^="/desk/cases/"]');
  await dots.first().waitFor();
  const href = await dots.first().getAttribute('href');
  assert.equal(await page.locator(`a[data-open][href="${href}"]`).count(), 1, 'a dot is a case of the list');
  quiet(page);
});
