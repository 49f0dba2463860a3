// The deposit of a bicycle card: a resident finds out which kind it is; a clerk takes it down, a colleague reviews it, the
// cashier sends it to the bank; the bank returns it, it is mended, goes out again and is paid.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { axe, fits, login, quiet, withCity } from './harness.mjs';
import { PHONE } from './resident.mjs';

const city = withCity();

test('scenario 3: judged on the phone, taken down, reviewed, sent, returned by the bank, mended and paid', async () => {
  const phone = await city.page(PHONE);
  await phone.goto('/services');
  await phone.locator('main a[href="/services/bicycle-deposit"]').tap();
  await phone.waitForURL(/bicycle-deposit/);
  for (const answer of ['personal', 'other', 'lost']) {
    await fits(phone);
    await phone.locator(`main input[value="${answer}"]`).check();
    await phone.locator('main form button.btn-main').tap();
    await phone.waitForURL((url) => url.search.includes(`=${answer}`));
  }
  assert.match(await phone.locator('h1').innerText(), /个人窗口办的卡/);
  const said = await phone.locator('main').innerText();
  assert.match(said, /没有截止日期/);
  assert.match(said, /10\.00/);
  await fits(phone);
  await axe(phone);

  const clerk = await city.page();
  await login(clerk, 'clerk');
  await clerk.goto('/desk/hall/new?service=bicycle-deposit');
  await clerk.fill('#number', '0218 4471');
  await clerk.locator('button[value=look]').first().click();
  await clerk.locator('input[name=q-card][value=lost]').check();
  await clerk.locator('button[value=look]').last().click();
  assert.match(await clerk.locator('.big-sum').innerText(), /203\.50/);
  assert.equal(await clerk.locator('input[name=signed]').isChecked(), false);
  for (const paper of await clerk.locator('input[name=paper]').all()) await paper.check();
  await clerk.fill('#f-name', '测试·路女士');
  await clerk.fill('#f-id', '110105194912310020');
  await clerk.fill('#f-account', '6228 4804 0256 4890 018');
  await clerk.fill('#f-account-name', '测试·路女士');
  await clerk.locator('input[name=signed]').check();
  await clerk.locator('button[value=submit]').click();
  await clerk.locator('#wrong').waitFor();
  assert.equal(await clerk.inputValue('#f-account'), '6228 4804 0256 4890 018', 'what was typed stays');
  await axe(clerk);
  await clerk.fill('#f-id', '11010519491231002X');
  // Who sees the sum again signs again.
  await clerk.locator('input[name=signed]').check();
  await clerk.locator('button[value=submit]').click();
  await clerk.waitForURL(/applications\/H/);
  const number = clerk.url().split('/').pop();
  await axe(clerk);

  const reviewer = await city.page();
  await login(reviewer, 'hall-reviewer');
  const cashier = await city.page();
  await login(cashier, 'cashier');
  const approved = async () => {
    await reviewer.goto(`/desk/hall/applications/${number}`);
    await reviewer.locator('button[value=approve]').click();
    await reviewer.locator('button[value=approve]').waitFor({ state: 'detached' });
  };
  const answered = async (state) => {
    await cashier.goto('/desk/hall/payouts');
    await cashier.locator('form button.btn-main').click();
    await cashier.waitForURL(/payouts\/B/);
    const reference = await cashier.locator('tbody tr', { hasText: number }).locator('td').nth(1).innerText();
    await cashier.fill('#answer', `业务编号,状态,失败原因\n${reference},${state}\n`);
    await cashier.locator('form button.btn-main').click();
    await cashier.waitForURL(/paid=/);
  };
  await approved();
  await answered('失败,户名不符');
  await clerk.goto(`/desk/hall/applications/${number}`);
  assert.match(await clerk.locator('.note-warn').innerText(), /钱还在账上/);
  await clerk.fill('#f-account', '6228480402564890026');
  await clerk.locator('input[name=signed]').check();
  await clerk.locator('form[action$="/mending"] button').click();
  await clerk.locator('form[action$="/mending"]').waitFor({ state: 'detached' });
  await approved();
  await answered('成功,');
  await axe(cashier);
  await reviewer.goto(`/desk/hall/applications/${number}`);
  assert.match(await reviewer.locator('h1').innerText(), /已到账/);
  await cashier.goto('/desk/hall/books');
  assert.match(await cashier.locator('.note-ok').innerText(), /三方一致/);
  await axe(cashier);
  for (const page of [phone, clerk, reviewer, cashier]) quiet(page);
});
