// Around a case: a unit returns it and the centre decides; it is taken in person; somebody outside
// reports on a task by a link, on a phone and without an account; all of it without script too.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { dispatch, open, sign, unfold } from './desk.mjs';
import { login, withCity } from './harness.mjs';
import { lookup, PHONE, report } from './resident.mjs';

const city = withCity();

let number;

/** Opens the menu of the steps and unfolds one of its forms. */
async function fromMenu(page, step) {
  const menu = page.locator('details.act-more');
  if ((await menu.getAttribute('open')) === null) await menu.locator('> summary').click();
  return unfold(page, step);
}

async function staff(who, options) {
  const page = await city.page(options);
  await login(page, who);
  return page;
}

test('a unit returns a case, the centre upholds it and sends it elsewhere', async () => {
  const resident = await city.page(PHONE);
  number = await report(resident, { words: '巷口弱电箱的门掉了，线露在外面。', place: '巷口', phone: '13900004466', name: '测试·唐女士' });
  const centre = await staff('dispatcher');
  await open(centre, number);
  await dispatch(centre, 'power', '来电人说是电箱。');
  const unit = await staff('power');
  await open(unit, number);
  await sign(unit);
  const form = await fromMenu(unit, 'ask-return');
  await form.locator('[name=ground]').selectOption('not-ours');
  await form.locator('[name=words]').fill('是通信公司的箱子。');
  await form.locator('button').click();
  await unit.waitForURL(/done=ask-return/);

  await centre.goto('/desk/cases?waits=return');
  await centre.locator(`a[href="/desk/cases/${number}"]`).first().click();
  await centre.locator('#decide-return [name=words]').fill('核实了，不是供电设施。');
  await centre.locator('#decide-return button[value=uphold]').click();
  await centre.waitForURL(/done=return-upheld/);
  const gone = await unit.goto(`/desk/cases/${number}`);
  assert.equal(gone.status(), 404, 'it left the unit');
  await dispatch(centre, 'urban', '先由城管牵头围挡。');

  const page = await city.page(PHONE);
  await lookup(page, number, '4466');
  assert.match(await page.locator('.line').innerText(), /正在另找单位/);
});

test('a case is taken in person, and a task goes to somebody outside', async () => {
  const unit = await staff('urban', { script: false });
  await open(unit, number);
  await sign(unit);
  await unit.locator('form[action$="/handler"] button').first().click();
  await unit.waitForURL(/done=assign/);
  await unit.goto('/desk/cases?handler=me');
  assert.ok((await unit.locator('table').innerText()).includes('弱电箱'));

  await open(unit, number);
  const form = await fromMenu(unit, 'give-task');
  await form.locator('[name=party]').fill('测试·围挡队');
  await form.locator('[name=words]').fill('围起来，挂警示牌。');
  await form.locator('[name=due]').fill(soon());
  await form.locator('button').click();
  const link = new URL(await unit.locator('.note [data-island=copy]').innerText()).pathname;

  const outside = await city.page({ ...PHONE, script: false });
  await outside.goto(link);
  const seen = await outside.locator('main').innerText();
  assert.ok(seen.includes('挂警示牌') && !seen.includes('唐女士') && !seen.includes('弱电箱的门'), seen);
  await outside.fill('#words', '围好了，牌子挂上了。');
  await outside.locator('button[value=done]').click();
  await outside.waitForURL(/done=1/);
  await open(unit, number);
  assert.match(await unit.locator('.tasks').innerText(), /围好了/);
});

/** A day within the next week, as a date field wants it. */
function soon() {
  return new Date(Date.now() + 6 * 86_400_000).toISOString().slice(0, 10);
}
