// 4. The keyboard alone: a call is taken, the list is walked, a case is stepped through, and no key ever eats a text.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { numberOf, stage } from './desk.mjs';
import { login, quiet, withCity } from './harness.mjs';
import { WIRE } from './pages.mjs';

const city = withCity();

/** Where the focus is: the id, or the name, or the element. */
const focus = (page) => page.evaluate(() => document.activeElement.id || document.activeElement.getAttribute('name') || document.activeElement.tagName.toLowerCase());

/** Presses Tab until the focus is in a place; a page that needs more than `max` is no page for a keyboard. */
async function tabTo(page, where, max = 40) {
  for (let i = 0; i < max; i += 1) {
    if ((await focus(page)) === where) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not reach ${where}; the focus is on ${await focus(page)}`);
}

test('an operator takes a call without the mouse', async () => {
  const page = await city.page();
  await login(page, 'operator');
  await page.goto('/desk/cases');
  await page.locator('main h1').waitFor();
  await page.keyboard.press('n');
  await page.waitForURL(/\/desk\/intake$/);
  assert.equal(await focus(page), 'text', 'the text comes first');
  await page.keyboard.type('来电人说，公园的秋千断了一根链子，孩子摔下来过。n x j 都是字。');
  await tabTo(page, 'name');
  await page.keyboard.type('测试·陈女士');
  await page.keyboard.press('Tab');
  assert.equal(await focus(page), 'phone');
  await page.keyboard.type('13900005566');
  await page.keyboard.press('Alt+p');
  assert.equal(await focus(page), 'place', 'Alt P goes to the place');
  await page.keyboard.type('芦淞区建设街道文化园');
  await page.keyboard.press('Escape');
  assert.equal(await page.inputValue('#place'), '芦淞区建设街道文化园', 'Esc leaves the field and loses nothing');
  assert.match(await page.inputValue('#text'), /秋千/);
  await page.focus('#text');
  await page.keyboard.press('Control+Enter');
  await page.waitForURL(/saved=\d+/);
  assert.match(await page.locator('h1 .no').innerText(), /^\d{4} \d{4} \d{4}$/);
  await page.keyboard.press('n');
  await page.waitForURL(/\/desk\/intake$/);
  quiet(page);
});

test('a key that is pressed while an input method composes is no shortcut', async () => {
  const page = await city.page();
  await login(page, 'dispatcher');
  await page.goto('/desk/cases');
  const address = page.url();
  await page.evaluate(() => {
    for (const key of ['n', 'j', '/', '?']) {
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, isComposing: true }));
    }
    document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'n', keyCode: 229, bubbles: true, cancelable: true }));
  });
  await page.waitForTimeout(200);
  assert.equal(page.url(), address);
  assert.equal(await page.locator('[data-row].cur').count(), 0);
  assert.equal(await page.locator('dialog[open]').count(), 0);
  await page.focus('#find');
  await page.keyboard.type('njx?/');
  assert.equal(await page.inputValue('#find'), 'njx?/', 'letters in a field are letters');
  quiet(page);
});

/** Walks down to the first case that waits for this unit's own signature: where it only assists, there is nothing to tick. */
async function toTickable(page) {
  const own = () => page.locator('[data-row].cur [name=case]').count();
  const rows = await page.locator('[data-row]').count();
  for (let i = 0; i <= rows; i += 1) {
    if ((await own()) === 1) return;
    await page.keyboard.press('j');
  }
  throw new Error('no case waits for the signature of this unit');
}

test('the list is walked with j, k, x and Enter; / searches; ? shows the keys', async () => {
  const page = await city.page();
  await login(page, 'urban');
  await page.goto('/desk/cases?stage=dispatched');
  const current = () => page.locator('[data-row]').evaluateAll((rows) => rows.findIndex((row) => row.classList.contains('cur')));
  await page.keyboard.press('j');
  assert.equal(await current(), 0);
  await page.keyboard.press('j');
  await page.keyboard.press('k');
  assert.equal(await current(), 0);
  await toTickable(page);
  await page.keyboard.press('x');
  assert.equal(await page.locator('[data-count]').innerText(), '1');
  await page.keyboard.press('x');
  assert.equal(await page.locator('[data-count]').innerText(), '0');
  await page.keyboard.press('?');
  await page.locator('dialog[open]').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('dialog[open]').waitFor({ state: 'detached' });
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/desk\/cases\/\d+/);
  await page.keyboard.press('/');
  assert.equal(await focus(page), 'find');
  await page.keyboard.type(WIRE);
  await page.keyboard.press('Enter');
  await page.waitForURL(/q=/);
  await page.keyboard.press('g');
  await page.keyboard.press('f');
  await page.waitForURL(/\/desk\/figures/);
  quiet(page);
});

test('a case goes from signature to answer by keys alone', async () => {
  const page = await city.page();
  await login(page, 'urban');
  await page.goto('/desk/cases?stage=dispatched&owner=mine');
  await toTickable(page);
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/desk\/cases\/\d+/);
  const number = numberOf(page);
  await page.keyboard.press('s');
  await page.waitForURL(/done=sign/);
  await page.keyboard.press('c');
  assert.equal(await focus(page), 'way', 'the first field of the form has the focus');
  await tabTo(page, 'contact-note');
  await page.keyboard.type('与诉求人通话，下午到场。');
  await page.keyboard.press('Escape');
  assert.equal(await page.inputValue('#contact-note'), '与诉求人通话，下午到场。');
  await page.focus('#contact-note');
  await page.keyboard.press('Control+Enter');
  await page.waitForURL(/done=contact/);
  await page.keyboard.press('w');
  await tabTo(page, 'outcome');
  await page.keyboard.press('Space');
  await tabTo(page, 'answer-public');
  await page.keyboard.type('已到场处理完毕。');
  await tabTo(page, 'answer-proof-words');
  await page.keyboard.type('维修单 演示-0404');
  await page.keyboard.press('Control+Enter');
  await page.waitForURL(/done=answer/);
  assert.equal(numberOf(page), number);
  assert.match(await stage(page), /审核/);
  quiet(page);
});

test('Tab shows where it is, and the first stop skips to the content', async () => {
  const page = await city.page();
  await page.goto('/');
  await page.keyboard.press('Tab');
  const skip = page.locator('a.skip');
  assert.ok(await skip.evaluate((link) => link === document.activeElement && link.getBoundingClientRect().top >= 0), 'the skip link is the first stop and is seen');
  await page.keyboard.press('Enter');
  assert.match(page.url(), /#main$/);
});
