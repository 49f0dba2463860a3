// 13. The numbers: on the wall, in the report, and for everybody.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { login, quiet, withCity } from './harness.mjs';

const city = withCity();

const read = async (locator) => Number((await locator.innerText()).replaceAll(/[,+]/g, ''));

test('each number of the wallboard opens the list that it counts', async () => {
  const page = await city.page({ width: 1920, height: 1080 });
  await login(page, 'supervisor');
  await page.goto('/desk/figures');
  await page.locator('a[href="/board/desk"]').click();
  await page.locator('[data-board-state]', { hasText: '实时' }).waitFor();
  const wanted = await page.locator('.b-tiles dd a, .b-late a').all();
  assert.ok(wanted.length >= 6, 'five numbers of the city, and the units that are late');
  const list = await city.page();
  await login(list, 'supervisor');
  for (const link of wanted) {
    const [n, href] = [await read(link), await link.getAttribute('href')];
    await list.goto(href);
    assert.equal(await list.locator('a[data-open]').count(), Math.min(n, 50), `${href} lists what the wall counts`);
  }
  quiet(page);
});

test('the wall without script asks for itself anew, and reads on a phone', async () => {
  const page = await city.page({ width: 375, script: false });
  await login(page, 'supervisor');
  await page.goto('/board/desk');
  assert.match(await page.content(), /http-equiv="refresh"/);
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 375);
});

test('a week is reported, kept as it was, and its numbers open their cases', async () => {
  const page = await city.page();
  await login(page, 'supervisor');
  await page.goto('/desk/figures');
  await page.locator('a[href="/desk/reports"]').click();
  await page.locator('.views a', { hasText: '周报' }).click();
  await page.locator('h1, h2', { hasText: '周报' }).first().waitFor();
  const sum = page.locator('tr.sum a').first();
  const [n, href] = [await read(sum), await sum.getAttribute('href')];
  const list = await city.page();
  await login(list, 'supervisor');
  await list.goto(href);
  assert.equal(await list.locator('a[data-open]').count(), Math.min(n, 50), `${href} lists what the report counts`);
  await page.locator('form[action^="/desk/reports"] button', { hasText: '定稿' }).click();
  await page.waitForURL(/\/desk\/reports\/\d+/);
  assert.match(await page.locator('main').innerText(), /定稿/);
  await page.locator('form[action$="/proof"] button').click();
  await page.locator('[role=status]').first().waitFor();
  assert.match(await page.locator('[role=status]').first().innerText(), /一致|相同|没有变/);
  quiet(page);
});

test('everybody finds the public figures from the first page, and takes them as a file', async () => {
  const page = await city.page({ width: 375, script: false });
  await page.goto('/');
  await page.locator('footer a[href="/stats"]').click();
  await page.locator('h1').waitFor();
  const link = page.locator('a[href^="/data/"][href*=".csv"]').first();
  const reply = await page.request.get(await link.getAttribute('href'));
  assert.equal(reply.status(), 200);
  assert.match(reply.headers()['content-type'], /text\/csv/);
  assert.doesNotMatch(await reply.text(), /测试|139\d{8}/, 'no person is in it');
});
