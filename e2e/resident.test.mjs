// 2. A resident on a phone: says it, keeps the number, comes back from another device, hears the answer, says it is
// not solved, and both sides see the new round.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { answer, approve, contact, dispatch, open, owner, sign, stage } from './desk.mjs';
import { axe, fits, login, quiet, withCity } from './harness.mjs';
import { photo } from './picture.mjs';
import { add, evaluate, lookup, numberOf, PHONE } from './resident.mjs';

const city = withCity();
const WORDS = '湘江边第三个凉亭的顶上破了洞，下雨天坐不了人。\n老人想歇一歇都没地方。';

let number;

test('says it with a photo and a place in words, and gets a number with a QR code', async () => {
  const page = await city.page(PHONE);
  await page.goto('/');
  await page.fill('#text', WORDS);
  await page.locator('form.say button').tap();
  await page.locator('form.report').waitFor();
  assert.equal(await page.inputValue('#text'), WORDS, 'what was begun on the first page is carried over');
  await page.setInputFiles('#photo', photo('pavilion'));
  await page.locator('.thumbs li').waitFor();
  await page.fill('#place', '湘江边第三个凉亭');
  await page.locator('label:has([name=privacy][value=contact])').tap();
  await page.fill('#phone', '139 0000 4321');
  await page.fill('#name', '测试·王女士');
  await fits(page);
  await page.locator('form.report > button.btn-main').tap();
  await page.waitForURL(/\/track\/\d+\?new=1/);
  number = numberOf(page);
  assert.equal((await page.locator('.no-big').innerText()).replaceAll(/\D/g, ''), number);
  assert.equal(await page.locator('.qr svg path').count(), 2);
  assert.ok((await page.locator('.photos img').count()) > 0, 'the photo is shown');
  const loaded = await page.locator('.photos img').first().evaluate(async (img) => (await img.decode(), img.naturalWidth));
  assert.ok(loaded > 0, 'the photo is a picture');
  await fits(page);
  await axe(page);
  quiet(page);
});

test('a wrong number and a wrong tail are refused kindly; the right ones open the page', async () => {
  const page = await city.page(PHONE);
  const wrong = number.slice(0, -1) + ((Number(number.at(-1)) + 1) % 10);
  await page.goto('/track');
  await page.fill('#number', wrong);
  await page.locator('form.lookup button').tap();
  assert.match(await page.locator('#number-e').innerText(), /有一位数字不对/);
  assert.equal(await page.inputValue('#number'), wrong, 'what was typed stays');
  await lookup(page, number, '0000');
  assert.match(await page.locator('#tail-e').innerText(), /对不上/);
  assert.ok(!(await page.content()).includes('凉亭'), 'nothing of the matter is shown');
  await fits(page);
  await axe(page);
  await page.fill('#tail', '4321');
  await page.locator('form[action$="/access"] button').tap();
  await page.locator('section[aria-labelledby=who]').waitFor();
  assert.ok((await page.locator('main').innerText()).includes('老人想歇一歇'), 'their own words are there');
  await add(page, '补充：凉亭旁边的栏杆也松了。');
  assert.ok((await page.locator('.line').innerText()).includes('栏杆也松了'));
  quiet(page);
});

test('the answer arrives, 没解决 opens a new round, and both sides see it', async () => {
  await handled();
  const page = await city.page(PHONE);
  await lookup(page, number, '4321');
  assert.ok((await page.locator('.line').innerText()).includes('凉亭顶已修补'), 'the answer is there');
  assert.ok(!(await page.content()).includes('内部的话'), 'what is internal is not');
  await axe(page);
  await evaluate(page, { solved: false, satisfaction: 'dissatisfied', words: '漏的地方没有补到。' });
  assert.match(await page.locator('main').innerText(), /第 ?2 ?次办/);
  assert.match(await page.locator('h1').innerText(), /没解决|重新办/);
  await fits(page);
  quiet(page);
  const staff = await city.page();
  await login(staff, 'urban');
  await open(staff, number);
  assert.match(await staff.locator('.crumb').innerText(), /第 ?2 ?轮/);
  assert.ok((await staff.locator('.case-past').innerText()).includes('漏的地方没有补到'), 'the unit reads why');
  quiet(staff);
});

/** The case goes to the unit, is answered with an internal remark and a photo, and is reviewed. */
async function handled() {
  const dispatcher = await city.page();
  await login(dispatcher, 'dispatcher');
  await open(dispatcher, number);
  if (!/城管|城市管理/.test(await owner(dispatcher)) || (await stage(dispatcher)) === '派单') await dispatch(dispatcher, 'urban', '凉亭归城管部门维护。');
  const unit = await city.page();
  await login(unit, 'urban');
  await open(unit, number);
  await sign(unit);
  await contact(unit, '与诉求人通话。');
  await unit.fill('#answer-internal', '内部的话：材料从库房领。');
  await answer(unit, { words: '凉亭顶已修补，泼水试过不漏。', photo: photo('roof', 9) });
  const reviewer = await city.page();
  await login(reviewer, 'reviewer');
  await open(reviewer, number);
  await approve(reviewer);
  for (const one of [dispatcher, unit, reviewer]) quiet(one);
}
