// 5. Nothing that somebody typed is lost: not by a reload, not by a broken line, not by a colleague who was faster.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { contact, dispatch, open, sign } from './desk.mjs';
import { login, quiet, withCity } from './harness.mjs';
import { numberOf, PHONE, report } from './resident.mjs';

const city = withCity();
const WORDS = '公园的亭子柱子裂了，\n第二行：看着要倒。';

/** The word that says it is kept has come. */
const kept = (page) => page.locator('[data-draft-state]', { hasText: /存|都在/ }).first().waitFor();

test("a resident's words survive a reload and a broken line, and are gone after success", async () => {
  const page = await city.page(PHONE);
  await page.goto('/report');
  await page.fill('#text', WORDS);
  await page.fill('#place', '文化园的亭子');
  await page.check('[name=privacy][value=contact]');
  await page.fill('#phone', '13900006677');
  await kept(page);
  await page.waitForTimeout(400);
  await page.reload();
  assert.deepEqual([await page.inputValue('#text'), await page.inputValue('#place'), await page.inputValue('#phone')], [WORDS, '文化园的亭子', '13900006677']);
  await page.context().setOffline(true);
  await page.locator('[data-draft-state]', { hasText: '断网' }).waitFor();
  await page.fill('#text', `${WORDS}\n断网时写的。`);
  await page.waitForTimeout(500);
  await page.locator('form.report > button.btn-main').click();
  await page.context().setOffline(false);
  await page.goto('/report');
  assert.equal(await page.inputValue('#text'), `${WORDS}\n断网时写的。`, 'what was written offline is kept');
  await page.locator('form.report > button.btn-main').click();
  await page.waitForURL(/\/track\/\d+\?new=1/);
  await page.goto('/report');
  assert.equal(await page.inputValue('#text'), '', 'after success the form is empty');
  assert.equal(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.includes('draft')).length), 0);
  quiet(page);
});

test('a ticked box survives a reload, and one that was unticked stays so', async () => {
  const page = await city.page(PHONE);
  await page.goto('/report');
  await page.fill('#text', '楼下工地夜里施工，噪声太大睡不着。');
  const boxes = page.locator('[type=checkbox][name*=noise_when]');
  await boxes.nth(1).waitFor();
  await boxes.nth(0).check();
  await boxes.nth(1).check();
  await boxes.nth(0).uncheck();
  await page.waitForTimeout(500);
  await page.reload();
  await boxes.nth(1).waitFor();
  await page.waitForFunction(() => document.querySelectorAll('[type=checkbox][name*=noise_when]')[1].checked);
  assert.equal(await boxes.nth(0).isChecked(), false);
  quiet(page);
});

test('sending one form three times is one request', async () => {
  const page = await city.page(PHONE);
  await page.goto('/report');
  const addresses = await page.evaluate(async (form) => {
    const send = () => {
      const body = new FormData();
      for (const [name, value] of Object.entries({ form, text: '公园的滑梯裂了。', privacy: 'anonymous' })) body.append(name, value);
      return fetch('/report', { method: 'POST', body }).then((answer) => answer.url);
    };
    return Promise.all([send(), send(), send()]);
  }, await page.inputValue('[name=form]'));
  const numbers = addresses.map((url) => /\/track\/(\d+)/.exec(url)?.[1]);
  assert.ok(numbers[0], addresses[0]);
  assert.equal(new Set(numbers).size, 1, numbers.join(' '));
});

test("an operator's words survive a reload and a broken line", async () => {
  const page = await city.page();
  await login(page, 'operator');
  await page.goto('/desk/intake');
  await page.fill('#text', WORDS);
  await page.fill('#place', '文化园的亭子');
  await page.waitForTimeout(500);
  await page.reload();
  assert.equal(await page.inputValue('#text'), WORDS);
  await page.context().setOffline(true);
  await page.locator('[data-draft-state]', { hasText: '已断开' }).waitFor();
  await page.fill('#name', '测试·罗先生');
  await page.waitForTimeout(500);
  await page.context().setOffline(false);
  await page.reload();
  assert.equal(await page.inputValue('#name'), '测试·罗先生');
  await page.fill('#phone', '13900006699');
  await page.locator('button[value=dispatch].btn-main').click();
  await page.waitForURL(/saved=\d+/);
  await page.goto('/desk/intake');
  assert.equal(await page.inputValue('#text'), '', 'after success the form is empty');
  quiet(page);
});

test('of two people on one case the slower one keeps the answer that was typed', async () => {
  const resident = await city.page(PHONE);
  await report(resident, { words: '公园的亭子掉瓦。', phone: '13900007700' });
  const number = numberOf(resident);
  const dispatcher = await city.page();
  await login(dispatcher, 'dispatcher');
  await open(dispatcher, number);
  await dispatch(dispatcher, 'urban', '亭子由城管部门维护。');
  const [slow, fast] = [await city.page(), await city.page()];
  for (const page of [slow, fast]) await login(page, 'urban');
  await open(slow, number);
  await sign(slow);
  await contact(slow, '与诉求人通话。');
  await slow.locator('form#answer label:has([value=solved])').click();
  await slow.fill('#answer-public', '已经换了瓦，这是慢的一位写的。');
  await slow.fill('#answer-proof-words', '维修单 演示-0505');
  await open(fast, number);
  await contact(fast, '另一位同事又打了一次电话。');
  await slow.locator('form#answer button.btn-main').click();
  await slow.locator('.note-must').waitFor();
  assert.equal(await slow.inputValue('#answer-public'), '已经换了瓦，这是慢的一位写的。', 'the answer is still in its field');
  assert.ok((await slow.locator('.case-past').innerText()).includes('另一位同事'), 'the page shows what the other did');
  await slow.locator('form#answer button.btn-main').click();
  await slow.waitForURL(/done=answer/);
  for (const page of [slow, fast, dispatcher]) quiet(page);
});
