// 15. A receipt proves what was said: it is downloaded, checked without a network, and a changed one is found out.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { axe, fits, quiet, withCity } from './harness.mjs';
import { PHONE, report } from './resident.mjs';

const city = withCity();

test('a receipt is kept on the phone, holds without a network, and a changed word is found out', async () => {
  const page = await city.page(PHONE);
  const number = await report(page, { words: '小区门口的井盖松了，车压过去直响。', place: '神农小区门口', phone: '13900005588', name: '测试·汪女士' });
  await page.goto(`/track/${number}`);
  let text = '';
  for (let tries = 0; !text && tries < 20; tries += 1) {
    const link = page.locator(`a[href="/track/${number}/receipt"]`);
    const [download] = await Promise.all([page.waitForEvent('download', { timeout: 2_000 }).catch(() => null), link.click()]);
    if (download) text = await readFile(await download.path(), 'utf8');
    else await page.goto(`/track/${number}`);
  }
  assert.match(text, /^duban-receipt\/v1\n/);
  await page.goto('/verify');
  await axe(page);
  await fits(page);
  await page.context().setOffline(true);
  const state = page.locator('[data-verify-state]');
  const local = page.locator('button', { hasText: '在这台设备上验' });
  await page.fill('#receipt', text.replace('井盖', '路灯'));
  await local.click();
  await state.filter({ hasText: '没有通过' }).waitFor();
  await page.fill('#receipt', text);
  await local.click();
  await state.filter({ hasText: number }).waitFor();
  await page.context().setOffline(false);
  await page.locator('form.report button.btn-main').click();
  await page.locator('.note-ok').waitFor();
  assert.match(await page.locator('.note-ok').innerText(), /是真的，没有改过[\s\S]*井盖松了/);
  await page.fill('#receipt', text.replace('井盖', '路灯'));
  await page.locator('form.report button.btn-main').click();
  await page.locator('.note-must', { hasText: '不一样' }).waitFor();
  page.complaints = page.complaints.filter((line) => !line.includes('422'));
  quiet(page);
});
