// 6. Live: what arrives is announced and moves nothing; the line says whether it is up.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { login, quiet, withCity } from './harness.mjs';
import { PHONE, report } from './resident.mjs';

const city = withCity();
const rows = (page) => page.locator('a[data-open]').evaluateAll((all) => all.map((one) => one.getAttribute('href')));

test('a new request is counted, moves no row, and is shown when asked for', async () => {
  const page = await city.page();
  await login(page, 'dispatcher');
  await page.goto('/desk/cases?sort=new');
  await page.locator('[data-live-state]', { hasText: '实时' }).waitFor();
  const before = await rows(page);
  const resident = await city.page(PHONE);
  const number = await report(resident, { words: '公园的秋千断了一根链子。', place: '文化园', phone: '13900007788' });
  const news = page.locator('[data-live-new]');
  await news.waitFor();
  await page.waitForTimeout(1_500);
  assert.match(await news.innerText(), /^1 件新到/, 'one request is one, however many events it made');
  assert.deepEqual(await rows(page), before, 'no row moved');
  await page.keyboard.press('r');
  await page.waitForLoadState('load');
  await page.locator(`a[data-open][href$="${number}"]`).waitFor();
  assert.equal(await page.locator('[data-live-new]').isHidden(), true, 'and then there is no news');
  quiet(page);
});

test('somebody who reads a case hears that it changed', async () => {
  const reader = await city.page();
  await login(reader, 'dispatcher');
  const resident = await city.page(PHONE);
  const number = await report(resident, { words: '公园的跷跷板松了。', place: '文化园', phone: '13900007799' });
  await reader.goto(`/desk/cases/${number}`);
  await reader.locator('[data-live-state]', { hasText: '实时' }).waitFor();
  await resident.goto(`/track/${number}`);
  await resident.locator('details.more:has(#add-form) summary').tap();
  await resident.fill('#add', '补充：是红色那一个。');
  await resident.locator('#add-form button.btn-main').tap();
  await reader.locator('[data-live-new]').waitFor();
  assert.match(await reader.locator('[data-live-new]').innerText(), /有变化/);
  quiet(reader);
});

test('two who open the same case meet, and one is told that the other writes', async () => {
  const [first, second] = [await city.page(), await city.page()];
  await login(first, 'dispatcher');
  await login(second, 'supervisor');
  const resident = await city.page(PHONE);
  const number = await report(resident, { words: '公园的滑梯裂了一道口子。', place: '文化园', phone: '13900007711' });
  await first.goto(`/desk/cases/${number}`);
  await second.goto(`/desk/cases/${number}`);
  const warning = second.locator('.presence .note-warn');
  await second.locator('.presence', { hasText: '也在看：测试·' }).waitFor();
  assert.equal(await warning.count(), 0, 'whoever only reads is no warning');
  const note = first.locator('#note textarea');
  if (!(await note.isVisible())) await first.keyboard.press('p');
  await note.fill('先看看是不是');
  await warning.waitFor({ timeout: 20_000 });
  assert.match(await warning.innerText(), /测试·\S+ 正在这件工单上写/);
  await first.goto('/desk');
  await warning.waitFor({ state: 'detached', timeout: 20_000 });
  quiet(first);
  quiet(second);
});

test('a line that is cut says so', async () => {
  const page = await city.page();
  await login(page, 'dispatcher');
  await page.goto('/desk/cases');
  await page.locator('[data-live-state]', { hasText: '实时' }).waitFor();
  await city.stop();
  await page.locator('[data-live-state]', { hasText: '已断开' }).waitFor();
});
