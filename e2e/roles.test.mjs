// 15. Everybody's task of the day, in both languages, by keys alone: a resident with large type on a phone says
// something, and each role of the city pack does its part, from its door on the login page to the end.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { stage } from './desk.mjs';
import { fits, quiet, throughDoor, withCity } from './harness.mjs';
import { lookup, PHONE, report } from './resident.mjs';

const city = withCity();

/** Cases on one page of a list. */
const PAGE = 50;

/** Presses Tab until something has the focus; a page that needs more than `max` is no page for a keyboard. */
async function reach(page, selector, max = 60) {
  const there = () => page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector);
  for (let i = 0; i < max; i += 1) {
    if (await there()) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not reach ${selector} on ${page.url()}`);
}

/** Reaches a field and writes into it. */
async function write(page, selector, words) {
  await reach(page, selector);
  await page.keyboard.type(words);
}

/** Reaches a list to choose from and goes down to a value. */
async function choose(page, selector, value) {
  await reach(page, selector);
  const steps = await page.locator(selector).evaluate((list, key) => [...list.options].findIndex((one) => one.value === key) - list.selectedIndex, value);
  for (let i = 0; i < steps; i += 1) await page.keyboard.press('ArrowDown');
  assert.equal(await page.inputValue(selector), value);
}

async function keep(page, done) {
  await page.keyboard.press('Control+Enter');
  await page.waitForURL(new RegExp(`done=${done}`));
}

/** Somebody of the staff at their door, in a language. */
async function staff(who, lang) {
  const page = await city.page({ lang });
  await throughDoor(page, who);
  assert.equal(await page.locator('html').getAttribute('lang'), lang);
  return page;
}

/** Finds a case by its number, as written on a slip of paper. */
async function byNumber(page, number) {
  await page.keyboard.press('/');
  await page.keyboard.type(number);
  await page.keyboard.press('Enter');
  await page.waitForURL(new RegExp(`/desk/cases/${number}`));
}

/** What each role does with the case that the resident brought, in the order of the day. */
const DAY = [
  ['dispatcher', async (page) => {
    await page.keyboard.press('d');
    await choose(page, '#dispatch-unit', 'urban');
    await write(page, '#dispatch-reason', '公园设施由城管维护 / parks belong to it');
    await keep(page, 'dispatch');
  }],
  ['urban', async (page) => {
    await page.keyboard.press('s');
    await page.waitForURL(/done=sign/);
    await page.keyboard.press('c');
    await write(page, '#contact-note', '约好下午到场 / agreed on the afternoon');
    await keep(page, 'contact');
    await page.keyboard.press('w');
    await reach(page, '[name=outcome]');
    await page.keyboard.press('Space');
    await write(page, '#answer-public', '扶手已经焊牢 / the rail is welded');
    await write(page, '#answer-proof-words', '维修单 演示-0505');
    await keep(page, 'answer');
  }],
  ['reviewer', async (page) => {
    await page.keyboard.press('v');
    await page.waitForURL(/done=approve/);
  }],
  ['caller', async (page) => {
    await page.keyboard.press('c');
    await reach(page, '[name=solved]', 3);
    await page.keyboard.press('Space');
    await write(page, '#callback-words', '修好了，谢谢 / thank you');
    await keep(page, 'callback');
  }],
];

/** What the others do, each from its own first page to its end. */
const OTHERS = {
  operator: async (page) => {
    await page.waitForURL(/\/desk\/intake$/);
    await reach(page, '#text', 1);
    await page.keyboard.type('来电人说，公交站牌倒了 / the sign of the bus stop fell');
    await page.keyboard.press('Alt+n');
    await page.keyboard.type('测试·邓先生');
    await page.keyboard.press('Tab');
    await page.keyboard.type('13900007788');
    await page.keyboard.press('Alt+p');
    await page.keyboard.type('测试路口');
    await page.keyboard.press('Control+Enter');
    await page.waitForURL(/saved=\d+/);
    assert.match(await page.locator('h1 .no').innerText(), /^\d{4} \d{4} \d{4}$/);
  },
  supervisor: async (page) => {
    await page.goto('/desk/cases?due=overdue');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/desk\/cases\/\d+/);
    await page.keyboard.press('p');
    await write(page, '#note-text', '今天办完 / today, please');
    await keep(page, 'note');
    assert.match(await page.locator('.case-past').innerText(), /today, please/);
  },
  leader: async (page) => {
    await page.keyboard.press('g');
    await page.keyboard.press('f');
    await page.waitForURL(/\/desk\/figures/);
    await reach(page, 'main a[href*="figure="]');
    const said = Number(/\d+/.exec(await page.evaluate(() => document.activeElement.textContent))[0]);
    await page.keyboard.press('Enter');
    await page.waitForURL(/figure=/);
    assert.equal(await page.locator('a[data-open]').count(), Math.min(said, PAGE), 'the number opens what it counts');
  },
  editor: async (page) => {
    await page.goto('/desk/phrases');
    await write(page, '#p-title', '测试：到场前');
    await write(page, '#p-body', '我们今天到场 / we come today');
    await page.keyboard.press('Control+Enter');
    await page.locator('section[aria-labelledby=own] .phrase-rows', { hasText: 'we come today' }).waitFor();
    await page.goto('/desk/cases');
    assert.equal(await page.locator('a[data-open]').count(), 0, 'and sees no case');
  },
  admin: async (page) => {
    await page.goto('/desk/notices');
    await reach(page, '.tbl-notices td a');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/desk\/notices\/\d+/);
    await page.goto('/desk/cases');
    assert.equal(await page.locator('a[data-open]').count(), 0, 'and sees no case');
  },
};

for (const lang of ['zh-CN', 'en']) {
  test(`a resident with large type, and each role by keys, in ${lang}`, async () => {
    const resident = await city.page({ ...PHONE, lang });
    await resident.goto('/?mode=elder');
    const number = await report(resident, { words: '测试公园的扶手松了 / the rail is loose', place: '测试公园', phone: '13900006677', name: '测试·温女士' });
    await fits(resident);
    for (const [who, act] of DAY) {
      const page = await staff(who, lang);
      await byNumber(page, number);
      await act(page);
      if (who === 'caller') assert.equal(await stage(page), lang === 'en' ? 'Closed' : '办结');
      quiet(page);
      await page.context().close();
    }
    await lookup(resident, number);
    assert.equal(await resident.locator('html').getAttribute('data-mode'), 'elder');
    assert.match(await resident.locator('main').innerText(), /the rail is welded/);
    await fits(resident);
    quiet(resident);
  });

  for (const [who, act] of Object.entries(OTHERS)) {
    test(`${who} by keys, in ${lang}`, async () => {
      const page = await staff(who, lang);
      await act(page);
      quiet(page);
      await page.context().close();
    });
  }
}
