// 31. A city changes while it works: other hours, a checklist that is ticked, a category that moves and takes its open case
// along, seen on its way without a reload; and a register of streets that another office keeps.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';

import { open, sign } from './desk.mjs';
import { axe, fits, login, quiet, withCity } from './harness.mjs';
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

test('a register of streets is named, looked at and imported, and a new street is offered to whoever reports', async () => {
  const office = createServer((_, answer) => answer.end('code,name,name_en,division,lng,lat\nt-1,测试望江新街,Test Wangjiang New Street,430203,113.145,27.835\nt-2,,,,,\n'));
  await new Promise((ready) => office.listen(0, '127.0.0.1', ready));
  try {
    const admin = await city.page({ width: 375, height: 800 });
    await login(admin, 'admin', '/desk/city/registers');
    await admin.getByRole('link', { name: /registers\.toml/ }).click();
    const rows = ['[[register]]', 'key = "streets"', 'name = "测试·市道路名录"', 'name_en = "Test streets"', 'at = "03:30"', 'id_is = "code"', 'private = true'];
    await admin.fill('#text', [...rows, `source = "http://127.0.0.1:${office.address().port}/streets.csv"`].join('\n'));
    await admin.getByRole('button', { name: '检查并保存' }).click();
    await admin.waitForURL(/saved=1/);
    await admin.goto('/desk/city/registers');
    // The city's clock may have been quicker than the hand that imports it.
    for (const [button, outcome] of [[/先看会改什么/, '看过了，没有改'], [/现在就导入/, /导入了|没有变化/]]) {
      await admin.getByRole('button', { name: button }).click();
      // What comes of it stands there without a reload.
      await admin.locator('h1').getByText(outcome).waitFor();
      await admin.getByText('第 2 条：没有名字').waitFor();
      await fits(admin);
      await axe(admin);
      await admin.getByRole('link', { name: '地名登记', exact: true }).click();
    }
    const resident = await city.page();
    await resident.goto('/report');
    await resident.fill('#place', '测试望江');
    await resident.getByText('测试望江新街').first().waitFor();
    for (const page of [admin, resident]) quiet(page);
  } finally {
    office.close();
  }
});
