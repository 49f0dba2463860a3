// One visit to each page of a list, and everything that is asked of every page: axe in the light and in the dark,
// wide and narrow; nothing scrolls sideways; nothing complains; English is complete; elders can read it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { axe, fits, quiet, withCity } from './harness.mjs';
import { again, visit } from './pages.mjs';

const NARROW = { width: 375, height: 812 };
/** What depends on the width and the light; anything else stands in the document itself, and was asked before. */
const SEEN = [
  'color-contrast',
  'target-size',
  'link-in-text-block',
  'scrollable-region-focusable',
  'heading-order',
  'region',
  'button-name',
  'link-name',
  'label',
  'image-alt',
  'input-button-name',
  'select-name',
  'summary-name',
];
/** Half of 1440 pixels: what a window of that width is at 200 percent. Half of 750 is `NARROW`. */
const HALF = { width: 720, height: 812 };

/** A test for each page. `elder` asks for large type too; the style page is not said in two languages. */
export function walk(list, { elder = false } = {}) {
  const city = withCity();
  for (const entry of list) {
    test(entry.name, async () => {
      const page = await city.page();
      try {
        await visit(page, entry);
        await everywhere(page);
        quiet(page);
        if (entry.name !== 'style') await english(page, entry);
        if (elder) await large(page, entry);
        quiet(page);
      } finally {
        await page.context().close();
      }
    });
  }
}

/**
 * Wide in the light everything is asked; narrow in the dark what another width or other colours can change, and whether
 * what is seen there only has a name. What is seen in only one of the two, or is coloured otherwise there, is asked about
 * its colours in the other light as well.
 */
async function everywhere(page) {
  const wide = page.viewportSize();
  await axe(page);
  await page.evaluate(mark, 'wide');
  await page.setViewportSize(HALF);
  await fits(page);
  await page.setViewportSize(NARROW);
  await fits(page);
  await page.evaluate(mark, 'narrow');
  await contrast(page, '[data-narrow]');
  await page.emulateMedia({ colorScheme: 'dark' });
  await axe(page, { rules: SEEN });
  await page.setViewportSize(wide);
  await contrast(page, '[data-wide]');
  await page.emulateMedia({ colorScheme: 'light' });
}

async function contrast(page, within) {
  if ((await page.locator(within).count()) > 0) await axe(page, { rules: ['color-contrast'], within });
}

/**
 * Remembers how each element is coloured; the second time, marks what differs: `data-narrow` what is seen narrow
 * and was not seen so when wide, `data-wide` the other way about.
 */
function mark(when) {
  const look = (el) => {
    const { color, backgroundColor, visibility } = getComputedStyle(el);
    return el.getClientRects().length > 0 && visibility !== 'hidden' ? `${color} ${backgroundColor}` : '';
  };
  const all = [...document.body.querySelectorAll('*')];
  if (when === 'wide') {
    globalThis.dubanLooks = new Map(all.map((el) => [el, look(el)]));
    return;
  }
  for (const el of all) {
    const [before, now] = [globalThis.dubanLooks.get(el) ?? '', look(el)];
    if (before === now) continue;
    if (now) el.setAttribute('data-narrow', '');
    if (before) el.setAttribute('data-wide', '');
  }
}

/** Reasons that the demo's dispatcher typed; the catalogue's own have English. */
const TYPED = ['线上吊牌写明', '线缆无主又危及行人', '市政设施由城管牵头'];

/**
 * Where Chinese may stand on an English page: what a person wrote, and the words of theirs that a
 * rule matched. The names of the demo's people begin with 测试 and are names.
 */
const THEIRS = '.their, [lang|=zh], [aria-hidden=true], textarea, a[data-open], .c-where, mark, .case-head h1, .files a, .photos';

/** No word of Chinese is left, and the longer English words fit a phone. */
async function english(page, entry) {
  await page.setViewportSize(NARROW);
  await again(page, entry, { name: 'duban_lang', value: 'en' });
  assert.deepEqual(await page.evaluate(chinese, [THEIRS, TYPED]), []);
  await fits(page);
}

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

async function large(page, entry) {
  await page.context().addCookies([{ name: 'duban_lang', value: 'zh', url: page.home }]);
  await again(page, entry, { name: 'duban_mode', value: 'elder' });
  assert.equal(await page.locator('html').getAttribute('data-mode'), 'elder');
  assert.deepEqual(await page.evaluate(small), []);
  await fits(page);
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
