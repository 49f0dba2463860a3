// What everybody may see: a resident on a phone publishes words and takes them back, another joins, somebody takes
// theirs back, the map and its list say the same by keyboard, and a form sent without a network arrives once.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { open } from './desk.mjs';
import { axe, fits, login, quiet, withCity } from './harness.mjs';
import { numberOf, PHONE } from './resident.mjs';

const city = withCity();
const WORDS = '公交站的座椅断了一条腿，请打13900004321找测试·王女士。';

/** Fills the form and sends it with what others may see; gives the number. */
async function say(page, words, share) {
  await page.goto('/report');
  await page.fill('#text', words);
  await page.check('[name=where][value=list]');
  await page.selectOption('#division', { index: 1 });
  await page.check('[name=privacy][value=anonymous]');
  await page.check(`[name=share][value=${share}]`);
  if (share === 'words') await page.locator('[data-share-words]', { hasText: '＊＊＊' }).waitFor();
  await page.locator('form.report > button.btn-main').click();
  await page.waitForURL(/\/track\/\d+\?new=1/);
  return numberOf(page);
}

/** The page that everybody sees, as one more stranger; its status and its words. */
async function everybody(number) {
  const page = await city.page();
  const answer = await page.goto(`/requests/${number}`);
  const seen = { status: answer.status(), words: await page.locator('main').innerText() };
  await page.context().close();
  return seen;
}

test('words are masked, wait for the desk, appear, and are taken off by the person', async () => {
  const page = await city.page(PHONE);
  const number = await say(page, WORDS, 'words');
  const before = await everybody(number);
  assert.equal(before.status, 200, 'the facts are there at once');
  assert.ok(!before.words.includes('座椅'), 'the words wait');
  const desk = await city.page();
  await login(desk, 'dispatcher');
  await open(desk, number);
  await desk.locator('details.act-more > summary').click();
  await desk.locator('#moderate > summary').click();
  assert.ok(!(await desk.inputValue('#moderate-words')).includes('13900004321'), 'the desk gets them masked');
  await desk.fill('#moderate-reason', '看过了，可以公开');
  await desk.locator('#moderate button[value=shown]').click();
  await desk.waitForURL(/done=moderate/);
  const shown = await everybody(number);
  assert.match(shown.words, /座椅断了一条腿，请打＊＊＊/);
  await page.goto(`/track/${number}`);
  await fits(page);
  await axe(page);
  const fold = page.locator('section[aria-labelledby=shared] details');
  await fold.locator('summary').tap();
  await fold.locator('[name=share][value=nothing]').check();
  await fold.locator('button').tap();
  await page.waitForURL(/done=shared/);
  assert.equal((await everybody(number)).status, 404, 'gone for everybody');
  for (const one of [page, desk]) quiet(one);
});

test('another person joins with a number of their own, and takes it back', async () => {
  const first = await city.page();
  const number = await say(first, '社区门口的台阶缺了一块砖。', 'facts');
  const page = await city.page(PHONE);
  await page.goto(`/requests/${number}`);
  await fits(page);
  await axe(page);
  await page.locator('a[href$="/voices"]').tap();
  await page.fill('#text', '我妈也在那儿绊了一下。');
  await page.check('[name=privacy][value=anonymous]');
  await axe(page);
  await page.locator('form.report button.btn-main').tap();
  await page.waitForURL(/\/track\/\d+\?new=1/);
  const own = numberOf(page);
  assert.notEqual(own, number);
  assert.match((await everybody(number)).words, /2 人遇到/);
  assert.ok(!(await first.goto(`/track/${number}`).then(() => first.content())).includes('绊了一下'));
  const fold = page.locator('section[aria-labelledby=withdraw] details');
  await fold.locator('summary').tap();
  await page.fill('#reason', '已经补上了');
  await fold.locator('button').tap();
  await page.waitForURL(/done=withdrawn/);
  assert.match(await page.locator('h1').innerText(), /撤回/);
  assert.doesNotMatch((await everybody(number)).words, /2 人遇到/);
  assert.match((await everybody(number)).words, /正在办/, 'the first person still waits');
  for (const one of [first, page]) quiet(one);
});

test('the map by keyboard and its list hold the same, and the list needs no map', async () => {
  const page = await city.page();
  await page.goto('/map');
  await page.locator('.map-live').waitFor();
  const svg = page.locator('.map-live > svg');
  await svg.focus();
  await page.keyboard.press('+');
  await page.locator('.map-live a').first().waitFor();
  // Tiles that arrive later draw the map anew: the dots are waited for until they stand.
  await page.waitForLoadState('networkidle');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement?.tagName.toLowerCase()), 'a', 'a dot has the focus');
  await page.setViewportSize({ width: 1300, height: 900 });
  await page.waitForTimeout(300);
  assert.equal(await page.evaluate(() => document.activeElement?.tagName.toLowerCase()), 'a', 'and keeps it when the map is drawn anew');
  const name = await page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
  assert.match(name, /件|，/);
  await page.keyboard.press('Enter');
  await page.waitForURL(/z=\d+|\/requests\/\d+/);
  const still = await city.page({ script: false });
  await still.goto('/map?z=11');
  const total = Number(/(\d+)/.exec(await still.locator('#seen').innerText())[1]);
  assert.ok(total > 0, 'the demo has something to show');
  const dots = await still.locator('.map .m-dot').evaluateAll((all) => all.length);
  assert.ok(dots > 0 && dots <= total);
  const rows = await still.locator('section[aria-labelledby=seen] a.row').count();
  assert.equal(rows, total <= 60 ? total : 0, 'the list beside it holds what the map counts');
  await still.goto('/map?z=14');
  const near = Number(/(\d+)/.exec(await still.locator('#seen').innerText())[1]);
  assert.equal(await still.locator('section[aria-labelledby=seen] a.row').count(), near, 'and so it does near by');
  await still.goto('/requests');
  assert.ok((await still.locator('section[aria-labelledby=seen] a.row').count()) > 0);
  for (const one of [page, still]) quiet(one);
});

test('a form sent without a network waits with its words and arrives once', async () => {
  const page = await city.page(PHONE);
  const words = '断网时说的：桥下的排水沟满了。';
  await page.goto('/report');
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.context().setOffline(true);
  await page.goto('/report');
  await page.fill('#text', words);
  await page.check('[name=privacy][value=anonymous]');
  await page.locator('form.report > button.btn-main').tap();
  await page.locator('[data-outbox]').waitFor();
  assert.match(await page.locator('[data-outbox]').innerText(), /网通了自动交/);
  await page.context().setOffline(false);
  await page.locator('[data-outbox] a').waitFor();
  const number = /\/track\/(\d+)/.exec(await page.locator('[data-outbox] a').getAttribute('href'))[1];
  await page.reload();
  await page.goto(`/track/${number}`);
  assert.ok((await page.locator('main').innerText()).includes(words), 'this device may open it');
  const desk = await city.page();
  await login(desk, 'dispatcher');
  await desk.goto(`/desk/cases?q=${encodeURIComponent('桥下的排水沟满了')}`);
  assert.equal(await desk.locator('a[data-open]').count(), 1, 'it arrived once');
  quiet(desk);
});
