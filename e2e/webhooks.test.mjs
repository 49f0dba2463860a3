// A webhook without script: made, its secret seen once, tried, and what came back read in its log.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { login, quiet, withCity } from './harness.mjs';

const city = withCity();

test('who keeps the keys adds a webhook, tries it and reads what came back', async () => {
  const page = await city.page({ script: false });
  await login(page, 'security');
  await page.goto('/desk');
  await page.getByRole('link', { name: '推送', exact: true }).click();
  await page.fill('#name', '测试·市级平台');
  await page.fill('#url', 'https://10.0.0.1/in');
  await page.getByRole('button', { name: /加上/ }).click();
  await page.getByRole('alert').getByText('这个地址不能用').waitFor();
  assert.equal(await page.inputValue('#name'), '测试·市级平台');
  await page.fill('#url', 'https://hooks.example.cn/in');
  await page.getByRole('button', { name: /加上/ }).click();
  assert.match(await page.locator('[data-secret]').innerText(), /^whsec_/);
  await page.getByRole('button', { name: '送一条试试' }).click();
  await page.getByRole('status').getByText('试送的一条排上了').waitFor();
  for (let i = 0; i < 20 && (await page.getByText('送到了').count()) === 0; i += 1) {
    await page.waitForTimeout(500);
    await page.reload();
  }
  assert.match(await page.locator('.tries').first().innerText(), /200.*没有真的发出/s);
  assert.equal(await page.locator('[data-secret]').count(), 0, 'the secret is seen once');
  quiet(page);
});
