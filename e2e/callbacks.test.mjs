// 12. After the answer: three calls at different hours, a word that is judged, and a sample that is appealed.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { axe, login, quiet, withCity } from './harness.mjs';

const city = withCity();

test('the queue says who is called next, and an attempt moves the case to another hour', async () => {
  const page = await city.page();
  await login(page, 'caller');
  await page.goto('/desk/callbacks');
  await axe(page);
  const rows = page.locator('a[data-open]');
  const before = await rows.count();
  assert.ok(before > 0, 'the demo has somebody to call');
  const href = await rows.first().getAttribute('href');
  await page.goto(href);
  await page.locator('#callback-how').selectOption('busy');
  await page.locator('#callback button[value=no-reply]').click();
  await page.waitForLoadState('load');
  // At once again does not count: either this was refused already, or the second one is.
  if (page.url().includes('done=no-reply')) {
    await page.locator('#callback button[value=no-reply]').click();
    await page.waitForLoadState('load');
  }
  assert.match(await page.locator('main').innerText(), /换个时段/);
  await page.goto('/desk/callbacks');
  assert.ok((await page.locator(`section[aria-labelledby=later-h] a[href="${href}"]`).count()) === 1, 'it waits for another hour');
  quiet(page);
});

test('a dissatisfied word is judged by a reviewer', async () => {
  const caller = await city.page();
  await login(caller, 'caller');
  await caller.goto('/desk/callbacks');
  await caller.goto(await caller.locator('a[data-open]').last().getAttribute('href'));
  await caller.locator('#callback label:has([name=solved][value=no])').click();
  await caller.locator('#callback label:has([value=came-back])').click();
  await caller.locator('#callback button[value=reached]').click();
  await caller.waitForURL(/done=callback/);
  const reviewer = await city.page();
  await login(reviewer, 'reviewer');
  await reviewer.goto('/desk/judgements');
  await axe(reviewer);
  await reviewer.goto(await reviewer.locator('a[data-open]').first().getAttribute('href'));
  await reviewer.fill('#judge-reason', '照片对不上，重新办。');
  await reviewer.locator('#judge button[value=redo]').click();
  await reviewer.waitForURL(/done=judge/);
  assert.match(await reviewer.locator('main').innerText(), /研判：重新办理/);
  quiet(caller);
  quiet(reviewer);
});

test('a sample is drawn, marked, appealed by the operator and decided by somebody else', async () => {
  const inspector = await city.page();
  await login(inspector, 'reviewer');
  await inspector.goto('/desk/quality');
  await axe(inspector);
  await inspector.locator('form:has(#seed) button').click();
  await inspector.waitForURL(/drawn=\d+/);
  assert.match(await inspector.locator('.note-ok').innerText(), /\d+/);
  await inspector.locator('tr', { hasText: '测试·李晓' }).locator('a[data-open]').first().click();
  await inspector.waitForURL(/\/desk\/quality\/\d+/);
  const address = inspector.url();
  for (const key of ['words', 'record', 'category', 'dispatch', 'temper']) await inspector.fill(`#mark-${key}`, '10');
  await inspector.selectOption('#mark-secrecy', '1');
  await inspector.fill('#words', '开头没有报工号');
  await inspector.locator('form[action$="/marks"] button').click();
  await inspector.locator('dd', { hasText: '已检' }).waitFor();
  await axe(inspector);
  const operator = await city.page();
  await login(operator, 'operator');
  await operator.goto('/desk/quality/mine');
  await operator.locator('a[data-open]').first().click();
  await operator.fill('#words', '报了，录音里有');
  await operator.locator('form[action$="/appeal"] button').click();
  await operator.locator('dd', { hasText: '申诉中' }).waitFor();
  await inspector.goto(address);
  assert.equal(await inspector.locator('form[action$="/decision"]').count(), 0, 'whoever inspected does not decide');
  const second = await city.page();
  await login(second, 'supervisor');
  await second.goto(address);
  await second.fill('#mark-words', '15');
  await second.fill('#words', '听了录音，报了');
  await second.locator('button[value=change]').click();
  await second.locator('dd', { hasText: '已裁定' }).waitFor();
  assert.match(await second.locator('main').innerText(), /55/);
  for (const page of [inspector, operator, second]) quiet(page);
});
