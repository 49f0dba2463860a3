// 24. A member of staff sets up a second factor, comes in with it from another browser, and ends the first session.
// All of it without script.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';

import { axe, fits, login, quiet, withCity } from './harness.mjs';

const city = withCity();

/** What an app on the telephone shows (RFC 6238). */
function code(secret, at = Date.now()) {
  const bits = [...secret.replaceAll(' ', '')].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const tag = createHmac('sha1', key).update(step).digest();
  return String((tag.readUInt32BE(tag.at(-1) & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

test('a second factor is set up, asked for, and the session elsewhere is ended', async () => {
  const first = await city.page({ script: false, width: 375 });
  await login(first, 'leader', '/desk/me');
  await first.fill('#sf-pw', 'duban-demo');
  await first.getByRole('button', { name: '设置', exact: true }).click();
  const secret = await first.locator('[data-secret]').innerText();
  await fits(first);
  await first.fill('#sf-code', '000000');
  await first.getByRole('button', { name: '启用' }).click();
  await first.getByRole('alert').getByText('动态码不对').waitFor();
  assert.equal(await first.locator('[data-secret]').innerText(), secret, 'the same secret is shown again');
  await first.fill('#sf-code', code(secret));
  await first.getByRole('button', { name: '启用' }).click();
  const codes = await first.locator('[data-codes] code').allInnerTexts();
  assert.equal(codes.length, 10);

  const second = await city.page();
  await second.goto('/desk/login');
  await second.fill('#login', 'leader');
  await second.fill('#password', 'duban-demo');
  await second.getByRole('button', { name: '登录', exact: true }).click();
  await second.getByRole('heading', { name: /输入动态码/ }).waitFor();
  await axe(second);
  await second.fill('#code', 'ABCD-EFGH-IJKL');
  await second.getByRole('button', { name: '登录', exact: true }).click();
  await second.getByRole('alert').getByText('恢复码').waitFor();
  await second.fill('#code', codes[0]);
  await second.getByRole('button', { name: '登录', exact: true }).click();
  await second.waitForURL(/\/desk\/cases/);
  await second.goto('/desk/me');
  await second.getByText('还有 9 个恢复码').waitFor();
  await second.getByRole('button', { name: '结束别处所有的登录' }).click();
  await second.getByRole('status').getByText('马上退出').waitFor();
  await first.goto('/desk/me');
  assert.match(first.url(), /\/desk\/login/, 'it is out at once');
  quiet(first);
  quiet(second);
});
