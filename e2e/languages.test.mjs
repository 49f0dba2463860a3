// 8. English is complete, and the elders' mode is large on every page of residents.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { fits, withCity } from './harness.mjs';
import { ALL, RESIDENT, visit } from './pages.mjs';
import { PHONE } from './resident.mjs';

const city = withCity();

/**
 * Where Chinese may stand on an English page: what a person wrote, and the words of theirs that a
 * rule matched. The names of the demo's people begin with 测试 and are names.
 */
const THEIRS = '.their, [lang|=zh], [aria-hidden=true], textarea, a[data-open], .c-where, mark, .case-head h1, .files a, .photos';

/** Reasons that the demo's dispatcher typed; the catalogue's own have English. */
const TYPED = ['线上吊牌写明', '线缆无主又危及行人', '市政设施由城管牵头'];

/** Element and text of everything Chinese outside what people wrote. */
function chinese([theirs, typed]) {
  const han = /[\p{Script=Han}，。：；？！（）「」、]/u;
  const own = (text) => (typed.some((words) => text.includes(words)) ? '' : text.replaceAll(/测试·\S*|测\*+/g, ''));
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const el = node.parentElement;
    if (!han.test(own(node.data)) || el.closest(theirs) || el.closest('script, style, [hidden]')) continue;
    found.push(`<${el.tagName.toLowerCase()} class="${el.className}"> ${own(node.data).trim().slice(0, 60)}`);
  }
  for (const el of document.querySelectorAll('[aria-label], [placeholder], [title], [alt]')) {
    for (const name of ['aria-label', 'placeholder', 'title', 'alt']) {
      const text = own(el.getAttribute(name) ?? '');
      if (han.test(text) && !el.closest(theirs)) found.push(`${name} of <${el.tagName.toLowerCase()}>: ${text.slice(0, 60)}`);
    }
  }
  if (document.documentElement.lang !== 'en') found.push(`the page says it is ${document.documentElement.lang}`);
  if (han.test(own(document.title)) && !document.querySelector('.case-head')) found.push(`title: ${document.title}`);
  return [...new Set(found)];
}

for (const entry of ALL.filter(({ name }) => name !== 'style')) {
  test(`${entry.name} in English`, async () => {
    const page = await city.page({ lang: 'en' });
    try {
      await visit(page, entry);
      assert.deepEqual(await page.evaluate(chinese, [THEIRS, TYPED]), []);
    } finally {
      await page.context().close();
    }
  });
}

/** What is too small for an elder: running text under 18 px, something to press under 60 px. */
function small() {
  const seen = (el) => el.getClientRects().length > 0 && getComputedStyle(el).visibility !== 'hidden';
  const name = (el) => `${el.tagName.toLowerCase()}.${el.className} “${(el.innerText || el.value || '').slice(0, 20)}”`;
  const texts = [...document.querySelectorAll('main p, main li, main dd, main label, main textarea, main input')];
  const found = texts.filter((el) => seen(el) && !el.matches('[type=file], .vh, .vh *') && parseFloat(getComputedStyle(el).fontSize) < 18).map((el) => `${name(el)} is set in ${getComputedStyle(el).fontSize}`);
  const presses = [...document.querySelectorAll('main .btn, main .choice > label, main input.in, main summary')].filter(seen);
  return found.concat(presses.filter((el) => el.getBoundingClientRect().height < 60).map((el) => `${name(el)} is ${el.getBoundingClientRect().height} px high`));
}

for (const entry of RESIDENT) {
  test(`${entry.name} for elders`, async () => {
    const page = await city.page(PHONE);
    try {
      await page.goto('/?mode=elder');
      await visit(page, entry);
      assert.equal(await page.locator('html').getAttribute('data-mode'), 'elder');
      assert.deepEqual(await page.evaluate(small), []);
      await fits(page);
    } finally {
      await page.context().close();
    }
  });
}
