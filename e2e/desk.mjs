// What staff do on a case page and in the worklist, in steps that several journeys share. Every step
// is done the way a hand does it, with and without script; each says what the page must say after it.

import assert from 'node:assert/strict';

/** The number in the address of a case page. */
export const numberOf = (page) => /\/desk\/cases\/(\d+)/.exec(page.url())?.[1];

/** Finds one case by words in the search field of the top bar and opens it. */
export async function find(page, words) {
  if (!page.url().includes('/desk')) await page.goto('/desk');
  await page.fill('#find', words);
  await Promise.all([page.waitForURL(/q=|\/desk\/cases\/\d/), page.press('#find', 'Enter')]);
  if (numberOf(page)) return;
  await page.locator('a[data-open]').first().click();
  await page.waitForURL(/\/desk\/cases\/\d+/);
}

/** Opens a case by its number. */
export async function open(page, number) {
  const answer = await page.goto(`/desk/cases/${number}`);
  assert.equal(answer.status(), 200, `the case ${number} is shown`);
}

/** Unfolds the form of a step, unless it is unfolded already. */
export async function unfold(page, step) {
  const fold = page.locator(`details#${step}`);
  if ((await fold.getAttribute('open')) === null) await fold.locator('> summary').click();
  return fold.locator('form');
}

/** Presses the button of a step's form and waits for the page that says it is done. */
async function press(page, button, done) {
  await button.click();
  await page.waitForURL(new RegExp(`done=${done}`));
  await page.locator('.note-ok[role=status]').waitFor();
}

/** Sends the case to a unit of one's own choice, with the reason that the resident reads. */
export async function dispatch(page, unit, reason) {
  const form = await unfold(page, 'dispatch');
  await form.locator('[name=unit]').selectOption(unit);
  await form.locator('[name=reason]').fill(reason);
  await press(page, form.locator('button'), 'dispatch');
}

export const sign = (page) => press(page, page.locator('form[action$="/signature"] button'), 'sign');

/** Records that the person was spoken to. */
export async function contact(page, words) {
  const form = await unfold(page, 'contact');
  await form.locator('[name=note]').fill(words);
  await press(page, form.locator('button'), 'contact');
}

/** Writes an answer. `photo` is a file for the page; `proof` is proof in words. */
export async function answer(page, { outcome = 'solved', words, photo, proof }) {
  const form = page.locator('form#answer');
  await form.locator(`label:has([value="${outcome}"])`).click();
  await form.locator('[name=public]').fill(words);
  if (photo) {
    await form.locator('[name=proof]').setInputFiles(photo);
    await form.locator('[name=proof]:not([aria-busy])').waitFor({ state: 'attached' });
  }
  if (proof) await form.locator('[name=proof_words]').fill(proof);
  await press(page, form.locator('button.btn-main'), 'answer');
}

export const approve = (page) => press(page, page.locator('form[action$="/review"] button[value=approve]'), 'approve');

/** Records what the person said on the telephone. */
export async function callback(page, { solved, satisfaction, words }) {
  const form = await unfold(page, 'callback');
  await form.locator(`label:has([name=solved][value=${solved ? 'yes' : 'no'}])`).click();
  if (satisfaction) await form.locator('[name=satisfaction]').selectOption(satisfaction);
  if (words) await form.locator('[name=words]').fill(words);
  await press(page, form.locator('button[value=reached]'), 'callback');
}

/** The stop that the case page marks as the present one; of a closed case, the last. */
export async function stage(page) {
  const name = (stop) => stop.evaluate((li) => li.firstChild.textContent.trim());
  const now = page.locator('.track [aria-current=step]');
  return (await now.count()) > 0 ? name(now) : name(page.locator('.track li.done').last());
}

/** The unit that has the case, as its page says. */
export const owner = async (page) => (await page.locator('section[aria-labelledby=owners] dd').first().innerText()).trim();
