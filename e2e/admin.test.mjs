// 15. An administrator adds a category and a role; an operator, new in that role, uses both at once.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { login, quiet, withCity } from './harness.mjs';

const city = withCity();
const PASSWORD = 'hydrants are red 2026';

test('what an administrator adds is used at once, without a restart and without script', async () => {
  const admin = await city.page({ script: false });
  await login(admin, 'admin');
  await admin.goto('/desk');
  await admin.getByRole('link', { name: '分类', exact: true }).click();
  await admin.getByRole('link', { name: '加一条' }).click();
  await admin.locator('#f-above').selectOption('utilities.water');
  await admin.fill('#f-name', '消火栓');
  await admin.fill('#f-name-en', 'Fire hydrants');
  await admin.getByRole('button', { name: '存' }).click();
  await admin.getByRole('status').getByText('已经生效').waitFor();

  const security = await city.page({ script: false });
  await login(security, 'security');
  await security.goto('/desk/city/roles/entry');
  await security.fill('#f-key', 'night');
  await security.fill('#f-name', '夜班话务员');
  await security.fill('#f-name-en', 'Night operator');
  for (const action of ['register', 'view', 'note', 'classify']) await security.check(`[name=actions][value=${action}]`);
  await security.locator('#f-reach').selectOption('all');
  await security.getByRole('button', { name: '存' }).click();
  await security.getByRole('status').getByText('已经生效').waitFor();
  await security.goto('/desk/accounts');
  await security.fill('#login', 'yeban');
  await security.fill('#name', '测试·夜班');
  await security.locator('#unit').selectOption('hotline');
  await security.locator('#role').selectOption('night');
  await security.getByRole('button', { name: /设密码的链接/ }).click();
  const link = await security.locator('[data-link]').innerText();

  const operator = await city.page();
  await operator.goto(new URL(link).pathname);
  await operator.fill('#password', PASSWORD);
  await operator.fill('#again', PASSWORD);
  await operator.getByRole('button', { name: '设好，去登录' }).click();
  await operator.fill('#login', 'yeban');
  await operator.fill('#password', PASSWORD);
  await operator.getByRole('button', { name: '登录', exact: true }).click();
  // Somebody else touched this account: that is the first thing one is told.
  await operator.waitForURL(/\/desk\/me/);
  await operator.goto('/desk/intake');
  assert.equal(await operator.locator('option[value="utilities.water.fire-hydrants"]').count() > 0, true);
  assert.match(await operator.locator('.who').innerText(), /夜班话务员/);

  const audit = await city.page();
  await login(audit, 'audit');
  await audit.goto('/desk/changes');
  assert.match(await audit.locator('table').innerText(), /categories\.csv/);
  assert.match(await audit.locator('table').innerText(), /roles\.toml/);
  assert.match(await audit.locator('table').innerText(), /yeban/);
  for (const page of [admin, security, operator, audit]) quiet(page);
});
