// "My present place": found, refused, and still one's own words.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { withCity } from './harness.mjs';

const stage = withCity();
const HERE = { latitude: 27.8312, longitude: 113.1234, accuracy: 38 };

test('a resident lets the telephone say where they are, and can still move the pin', async () => {
  const page = await stage.page({ width: 375, height: 812, touch: true });
  await page.context().grantPermissions(['geolocation']);
  await page.context().setGeolocation(HERE);
  await page.goto('/report');
  await page.getByRole('button', { name: '我现在的位置' }).click();
  await page.locator('.here [role=status]', { hasText: '38 米' }).waitFor();
  assert.equal(await page.inputValue('#lng'), '113.123400');
  assert.equal(await page.inputValue('#lat'), '27.831200');
  assert.ok(await page.isChecked('[name=where][value=map]'), 'the map with the pin is open');
  await page.locator('.map .m-pin').first().waitFor();
  assert.deepEqual(page.complaints, []);
});

test('who refuses is told what else there is, and keeps what they wrote', async () => {
  const page = await stage.page({ width: 375, height: 812, touch: true });
  await page.goto('/report');
  await page.fill('#text', '测试：路口的井盖响');
  await page.getByRole('button', { name: '我现在的位置' }).click();
  await page.locator('.here [role=status]', { hasText: '没有允许' }).waitFor();
  assert.equal(await page.inputValue('#text'), '测试：路口的井盖响');
  await page.fill('#place', '桥头');
  await page.check('[name=privacy][value=anonymous]');
  await page.locator('form.report > button.btn-main').click();
  await page.waitForURL(/\/track\/\d+\?new=1/);
});

test('an operator at a counter does the same, and the pin proposes a division', async () => {
  const page = await stage.page();
  await page.context().grantPermissions(['geolocation']);
  await page.context().setGeolocation(HERE);
  const { login } = await import('./harness.mjs');
  await login(page, 'operator', '/desk/intake');
  await page.getByRole('button', { name: '我现在的位置' }).click();
  await page.locator('.here [role=status]', { hasText: '38 米' }).waitFor();
  await page.getByRole('button', { name: /离炎帝广场/ }).click();
  assert.equal(await page.inputValue('#division'), '430211');
});

test('without script the button is not there', async () => {
  const page = await stage.page({ script: false });
  await page.goto('/report');
  assert.equal(await page.locator('.here').isVisible(), false);
});
