// 3. Without script: the resident's whole way, the staff's whole way, and the operator's intake with its check button.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { answer, approve, callback, contact, dispatch, find, numberOf, open, sign, stage } from './desk.mjs';
import { login, throughDoor, withCity } from './harness.mjs';
import { photo } from './picture.mjs';
import { add, evaluate, lookup, PHONE, report } from './resident.mjs';

const city = withCity();
const plain = (options) => city.page({ ...options, script: false });

let number;

test('a resident says it, comes back and adds to it', async () => {
  const page = await plain(PHONE);
  number = await report(page, { words: '公园北门的石凳断了一条腿，坐上去会翻。', place: '公园北门', phone: '13900004455', name: '测试·刘师傅', picture: photo('bench', 3) });
  const later = await plain(PHONE);
  await lookup(later, number, '4455');
  await add(later, '补充：旁边还有一条也松了。');
  assert.ok((await later.locator('.line').innerText()).includes('旁边还有一条'));
});

test('a form with mistakes comes back with everything that was typed', async () => {
  const page = await plain(PHONE);
  await page.goto('/report');
  await page.fill('#text', '石凳断了。');
  await page.fill('#place', '公园北门');
  await page.check('[name=privacy][value=contact]');
  await page.fill('#phone', '123');
  await page.locator('form.report > button.btn-main').click();
  assert.match(await page.locator('#phone-e').innerText(), /电话号码/);
  assert.deepEqual([await page.inputValue('#text'), await page.inputValue('#place'), await page.inputValue('#phone')], ['石凳断了。', '公园北门', '123']);
  await page.locator('.note-must a').first().click();
  assert.match(page.url(), /#phone$/, 'the summary leads to the field');
});

test('staff take it from the list to the callback', async () => {
  const acts = [
    ['dispatcher', (p) => dispatch(p, 'urban', '公园设施由城管部门维护。')],
    ['urban', (p) => sign(p)],
    ['urban', (p) => contact(p, '与诉求人通话。')],
    ['urban', (p) => answer(p, { words: '石凳已换新，旁边一条也加固了。', photo: photo('mended', 5) })],
    ['reviewer', (p) => approve(p)],
    ['caller', (p) => callback(p, { solved: false, satisfaction: 'dissatisfied', words: '旁边一条还是晃。' })],
    ['urban', (p) => contact(p, '再次到场。')],
    ['urban', (p) => answer(p, { words: '两条都换新了。', proof: '维修单 演示-0303' })],
    ['reviewer', (p) => approve(p)],
  ];
  const people = {};
  for (const [who, act] of acts) {
    people[who] ??= await signedIn(who);
    await open(people[who], number);
    await act(people[who]);
  }
  const resident = await plain(PHONE);
  await lookup(resident, number, '4455');
  await evaluate(resident, { solved: true, satisfaction: 'satisfied', words: '这次好了。' });
  await open(people.caller, number);
  assert.match(await stage(people.caller), /办结/);
});

test('the operator checks, then saves; an answer at once closes', async () => {
  const page = await plain();
  await throughDoor(page, 'operator', '/desk/intake');
  await page.fill('#text', '来电人说，小区路口的路灯整晚不亮。');
  await page.fill('#place', '建设中路');
  await page.fill('#phone', '13900004466');
  await page.selectOption('#division', '430203002');
  await page.locator('.intake-side button[value=check]').click();
  assert.ok((await page.locator('.intake-side').innerText()).includes('路灯'), 'suggestions are on the page');
  assert.equal(await page.inputValue('#text'), '来电人说，小区路口的路灯整晚不亮。', 'the text is still there');
  await page.locator('button[value=dispatch]').click();
  await page.waitForURL(/saved=\d+/);
  assert.match(await page.locator('h1 .no').innerText(), /^\d{4} \d{4} \d{4}$/);
  await page.locator('a[data-new]').click();
  await page.fill('#text', '来电人问，办居住证要带什么。');
  await page.fill('#phone', '13900004477');
  await page.locator('#direct-box summary').click();
  await page.fill('#direct', '带身份证和租房合同，到派出所窗口办理。');
  await page.locator('button[value=direct]').click();
  await page.waitForURL(/saved=\d+/);
  await page.locator('a.btn-l[href^="/desk/cases/"]').click();
  assert.match(await stage(page), /办结/);
});

test('search, filters and bulk signing work as plain forms', async () => {
  const page = await signedIn('urban');
  await page.goto('/desk/cases?stage=dispatched');
  const boxes = page.locator('[name=case]');
  const before = await boxes.count();
  assert.ok(before >= 1, 'the unit has cases to sign');
  // Some of them it only assists with: those are skipped, and said.
  for (let at = 0; at < before; at += 1) await boxes.nth(at).check();
  await page.locator('.bulk button[value=sign]').click();
  assert.match(await page.locator('.note').innerText(), /还什么都没有改/);
  await page.locator('.batch-sure button').click();
  assert.match(await page.locator('.note').innerText(), /签收/);
  const staff = await signedIn('dispatcher');
  await find(staff, '石凳断了一条腿');
  assert.equal(numberOf(staff), number);
});

async function signedIn(who) {
  const page = await plain();
  await login(page, who);
  return page;
}
