// 31. A city changes while it works: other hours, a checklist that is ticked, and a category that moves and takes its open
// case along, seen on its way without a reload.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { open, sign } from './desk.mjs';
import { login, quiet, withCity } from './harness.mjs';
import { report } from './resident.mjs';

const city = withCity();

test('hours are set, a checklist is ticked, and both stay when the category of the open case moves', async () => {
  const admin = await city.page();
  await login(admin, 'admin', '/desk/city/hours');
  await admin.fill('[name=from1]', '08:30');
  await admin.getByRole('button', { name: '存' }).click();
  await admin.getByText('存好了').waitFor();

  const resident = await city.page();
  const number = await report(resident, { words: '测试路口的窨井盖松了，车一过就响。', place: '测试路口' });
  const handler = await city.page();
  await login(handler, 'urban', `/desk/cases/${number}`);
  await sign(handler);
  for (const item of await handler.locator('#checklist [name=item]').all()) await item.check();
  await handler.getByRole('button', { name: /记下清单/ }).click();
  await handler.waitForURL(/done=/);
  const ticked = await handler.locator('#checklist [name=item]:checked').count();
  assert.ok(ticked >= 3, `${ticked} items`);

  await admin.goto('/desk/replace?kind=category&from=utilities.drainage.cover');
  await admin.locator('label:has([name=how][value=below])').click();
  await admin.locator('#below').selectOption('roads.surface');
  await admin.getByRole('button', { name: '看看会改什么' }).click();
  await admin.fill('#words', '井盖归道路设施');
  await admin.getByRole('button', { name: /就这样改，并转 \d+ 件/ }).click();
  await admin.waitForURL(/\/desk\/moves/);
  // Nobody reloads: the page says by itself that it is through.
  await admin.locator('.move-row', { hasText: '井盖归道路设施' }).getByText('转完了').waitFor();
  assert.match(await admin.locator('#say').innerText(), /转完了/);

  await open(handler, number);
  assert.match(await handler.locator('main').innerText(), /道路设施 › 井盖/);
  assert.equal(await handler.locator('#checklist [name=item]:checked').count(), ticked, 'what was ticked stays ticked');
  for (const page of [admin, resident, handler]) quiet(page);
});
