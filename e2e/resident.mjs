// What a resident does: say one thing, keep the number, come back with it.

import assert from 'node:assert/strict';

/** A phone as most people hold it. */
export const PHONE = { width: 375, height: 812, touch: true };

/**
 * Fills the report form and sends it; ends on the page with the number, which is given back.
 * The privacy is `contact` with a telephone, `anonymous` without one.
 */
export async function report(page, { words, place = '', phone = '', name = '', picture }) {
  await page.goto('/report');
  await page.fill('#text', words);
  if (picture) await page.setInputFiles('#photo', picture);
  if (place) {
    await page.check('[name=where][value=words]');
    await page.fill('#place', place);
  }
  await page.check(`[name=privacy][value=${phone ? 'contact' : 'anonymous'}]`);
  if (phone) {
    await page.fill('#phone', phone);
    if (name) await page.fill('#name', name);
  }
  await page.locator('form.report > button.btn-main').click();
  await page.waitForURL(/\/track\/\d+\?new=1/);
  return numberOf(page);
}

/** The number in the address of a tracking page. */
export const numberOf = (page) => /\/track\/(\d+)/.exec(page.url())?.[1];

/** From the first page to one's own matter, with the number and the last four digits of the telephone. */
export async function lookup(page, number, tail) {
  await page.goto('/');
  await page.fill('#number', number);
  await page.locator('form.lookup button').click();
  await page.waitForURL(new RegExp(`/track/${number}`));
  if (tail === undefined) return;
  await page.fill('#tail', tail);
  await page.locator('form[action$="/access"] button').click();
  await page.locator('main h1').waitFor();
}

/** The person's verdict on the answer. */
export async function evaluate(page, { solved, satisfaction, words }) {
  const form = page.locator('form#rate');
  await form.locator(`[name=solved][value=${solved ? 'yes' : 'no'}]`).check();
  if (satisfaction) await form.locator(`[name=satisfaction][value=${satisfaction}]`).check();
  if (words) await form.locator('[name=words]').fill(words);
  await form.locator('button').click();
  await page.waitForURL(/done=heard/);
  assert.equal(await page.locator('.note-ok').count(), 1, 'the page says that it was heard');
}

/** Adds words to one's matter. */
export async function add(page, words) {
  const fold = page.locator('details.more:has(#add-form)');
  if ((await fold.getAttribute('open')) === null) await fold.locator('summary').click();
  await page.fill('#add', words);
  await page.locator('#add-form button.btn-main').click();
  await page.waitForURL(/done=added/);
}
