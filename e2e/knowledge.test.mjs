// What can be answered at once, and what is known already: an operator answers from the knowledge base and joins a caller to
// a known case, by keys alone; a resident reads the answer and does not need to file.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { axe, login, quiet, withCity } from './harness.mjs';

const city = withCity();
const ASKED = '我妈在外地住院了，想问医保怎么报销，要不要备案';

test('an operator answers a call from the knowledge base by keys alone', async () => {
  const page = await city.page();
  await login(page, 'operator');
  await page.goto('/desk/intake');
  await page.keyboard.type(ASKED);
  await page.locator('.ready', { hasText: '异地就医怎么备案' }).waitFor();
  await axe(page);
  await page.keyboard.press('Alt+i');
  await page.keyboard.type('13900006021');
  await page.keyboard.press('Alt+k');
  assert.match(await page.inputValue('#direct'), /国家医保服务平台/);
  await page.keyboard.press('Alt+l');
  await page.waitForURL(/saved=\d+/);
  await page.locator('a', { hasText: '看这件工单' }).click();
  await page.getByText('照知识库答复：异地就医怎么备案（第 1 版）').first().waitFor();
  quiet(page);
});

test('a resident reads the answer before they file, and does not need to', async () => {
  const page = await city.page();
  await page.goto('/report');
  await page.fill('#text', ASKED);
  const answer = page.locator('.ready details', { hasText: '异地就医怎么备案' });
  await answer.locator('summary').click();
  await axe(page);
  await answer.locator('a').click();
  await page.locator('button[value=helped]').click();
  await page.locator('.note-ok', { hasText: '不用再交了' }).waitFor();
  await page.goto('/report');
  assert.equal(await page.inputValue('#text'), '', 'nothing of it is kept on the device either');
  quiet(page);
});

test('a second caller about a known matter is joined to it by one key, and a supervisor takes them out again', async () => {
  const page = await city.page();
  await login(page, 'operator');
  const told = async (text, phone) => {
    await page.goto('/desk/intake');
    await page.keyboard.press('Alt+t');
    await page.keyboard.type(text);
    await page.fill('#lng', '113.135000');
    await page.fill('#lat', '27.835000');
    await page.keyboard.press('Alt+i');
    await page.keyboard.type(phone);
  };
  await told('测试搅拌站半夜噪音特别大，睡不着', '13900006021');
  await page.keyboard.press('Control+Enter');
  await page.waitForURL(/saved=\d+/);
  const first = await page.locator('h1 .no').innerText();
  await told('测试搅拌站晚上噪音', '13900006022');
  await page.locator('.ready', { hasText: '今天，同样的词' }).first().waitFor();
  await axe(page);
  await page.keyboard.press('Alt+m');
  await page.waitForURL(/saved=\d+/);
  await page.getByText('并入了工单').waitFor();
  const second = await page.locator('h1 .no').innerText();
  assert.notEqual(second, first, 'a number of their own');
  await login(page, 'supervisor');
  await page.goto(`/desk/cases/${second.replaceAll(' ', '')}`);
  const parting = page.locator('form[action$="/parting"]');
  await page.locator('details:has(form[action$="/parting"])').first().evaluate((fold) => { fold.open = true; });
  await page.locator('details:has(form[action$="/parting"])').last().evaluate((fold) => { fold.open = true; });
  await parting.locator('[name=reason]').fill('是另一家搅拌站');
  await parting.locator('button').last().click();
  await page.waitForURL(/done=part/);
  await page.goto(`/desk/cases/${second.replaceAll(' ', '')}`);
  assert.equal(await page.locator('h1').first().isVisible(), true);
  assert.match(page.url(), new RegExp(second.replaceAll(' ', '')));
  quiet(page);
});
