// 11. The telephone: a call pops up, is taken, recognised, filed by keys alone, hung up and written up; a missed
// one is called back; a form that is being written is never left.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { axe, login, quiet, withCity } from './harness.mjs';

const city = withCity();
const KEY = 'demo-telephone-key';

/** What a telephone system tells. */
async function tell(event, callId, more = {}) {
  const body = new URLSearchParams({ event, callId, direction: 'in', from: '13900006021', to: '12345', ...more });
  const answer = await fetch(new URL(`/cti/${KEY}`, city.url), { method: 'POST', body });
  assert.equal(answer.status, 200, await answer.text());
}

test('a call pops up, is taken and filed by keys alone, hung up and written up', async () => {
  const page = await city.page();
  await login(page, 'operator');
  await page.goto('/desk/cases');
  const bar = page.locator('.callbar');
  await tell('newCall', 'j1');
  await bar.locator('.call-ringing', { hasText: '139 **** 6021' }).waitFor();
  assert.doesNotMatch(await page.content(), /13900006021/, 'the whole number is on no page');
  await axe(page);
  await page.keyboard.press('Alt+a');
  await page.waitForURL(/\/desk\/intake\?call=\d+/);
  await bar.locator('.call-talking').waitFor();
  await page.locator('[data-assist-out]', { hasText: '这个号码以前' }).waitFor();
  assert.match(await page.locator('#phone').getAttribute('placeholder'), /139 \*\*\*\* 6021/);
  await page.keyboard.type('来电人说，公园长廊里的电线打火，有人差点触电。');
  await page.locator('.blk .tag', { hasText: '特急' }).waitFor();
  const because = page.locator('mark.risk');
  assert.match((await because.allInnerTexts()).join(' '), /打火|触电/, 'the words that raised it are named');
  await page.keyboard.press('Alt+z');
  assert.equal(await page.inputValue('#urgency'), 'normal', 'one key takes the raise back');
  await page.keyboard.press('Alt+p');
  await page.keyboard.type('文化园长廊');
  await page.keyboard.press('Alt+n');
  await page.keyboard.type('测试·陈女士');
  await page.keyboard.press('Alt+e');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Alt+t');
  await page.locator('#readback', { hasText: '测试·陈女士' }).waitFor();
  await axe(page);
  await page.keyboard.press('Control+Enter');
  await page.waitForURL(/saved=\d+&call=\d+/);
  assert.match(await page.locator('h1 .no').innerText(), /^\d{4} \d{4} \d{4}$/);
  await tell('hangup', 'j1', { cause: 'normalClearing' });
  await bar.locator('.call-wrap-up').waitFor();
  await page.keyboard.press('Alt+f');
  await bar.locator('.call-wrap-up').waitFor({ state: 'detached' });
  await page.goto('/desk/calls');
  const row = page.locator('#calls tbody tr').first();
  assert.match(await row.innerText(), /139 \*\*\*\* 6021/);
  assert.match(await row.innerText(), /\d{4} \d{4} \d{4}/, 'the log knows what came of the call');
  quiet(page);
});

test('a form that is being written is not left when the telephone system says that a call was answered', async () => {
  const page = await city.page();
  await login(page, 'operator');
  await page.goto('/desk/calls');
  await page.fill('#line', '8007');
  await page.locator('button[value=no]').click();
  await page.waitForLoadState('load');
  await page.goto('/desk/intake');
  await page.fill('#text', '还没写完的话');
  await page.locator('[data-draft-state]', { hasText: '存' }).waitFor();
  await tell('newCall', 'j2', { user: '8007' });
  await tell('answer', 'j2', { user: '8007' });
  await page.locator('.call-talking [data-open-call]').waitFor();
  assert.equal(await page.inputValue('#text'), '还没写完的话');
  await page.keyboard.press('Alt+a');
  await page.waitForURL(/call=\d+/);
  assert.equal(await page.inputValue('#text'), '', 'each call has a form of its own');
  await page.goto('/desk/intake');
  assert.equal(await page.inputValue('#text'), '还没写完的话', 'and the other words are where they were');
  await page.fill('#text', '');
  await tell('hangup', 'j2');
  await page.locator('.call-wrap-up').waitFor();
  await page.keyboard.press('Alt+f');
  await page.locator('.call-wrap-up').waitFor({ state: 'detached' });
  quiet(page);
});

test('a missed call is called back, without script', async () => {
  const page = await city.page({ script: false });
  await tell('newCall', 'j3', { from: '13900007123' });
  await tell('hangup', 'j3', { cause: 'noAnswer' });
  await login(page, 'operator');
  await page.goto('/desk/calls/missed');
  const mine = page.locator('section.owed', { hasText: '7123' });
  await mine.locator('form[action$="/number"] button').click();
  assert.match(await page.locator('section.owed [role=status]').innerText(), /13900007123/);
  const shown = page.locator('section.owed', { hasText: '13900007123' });
  await shown.locator('label', { hasText: '打通了' }).first().click();
  await shown.locator('form[action$="/attempt"] button').click();
  await page.waitForURL(/\/desk\/intake\?call=\d+/);
  await page.goto('/desk/calls/missed');
  assert.equal(await page.locator('section.owed', { hasText: '7123' }).count(), 0);
  quiet(page);
});

test('a simulated call says what it is', async () => {
  const page = await city.page();
  await login(page, 'operator');
  await page.goto('/desk/calls');
  assert.match(await page.locator('.demo-call').innerText(), /演示/);
  await page.locator('.demo-call button').click();
  const bar = page.locator('.callbar');
  await bar.locator('.call-ringing').first().waitFor();
  await page.keyboard.press('Alt+a');
  await page.waitForURL(/call=\d+/);
  await bar.locator('.call-talking', { hasText: '演示' }).waitFor();
  await page.keyboard.press('Alt+g');
  await bar.locator('.call-wrap-up').waitFor();
  await page.keyboard.press('Alt+f');
  await bar.locator('.call').waitFor({ state: 'detached' });
  quiet(page);
});
