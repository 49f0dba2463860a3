// A unit works wherever it is: on a laptop it sees at a glance what a case is about, and on a phone in the street it
// signs, photographs and answers, though the line breaks in between.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { answer, approve, contact, dispatch, open, owner, sign, stage } from './desk.mjs';
import { fits, login, quiet, withCity } from './harness.mjs';
import { photo } from './picture.mjs';
import { PHONE, report } from './resident.mjs';

const city = withCity();
const LAPTOP = { width: 1366, height: 768 };
const WORDS = '广场北边的路灯整排不亮，晚上有老人摔倒。';

let number;

/** A matter with a photo and a telephone, which the unit `urban` has. */
test('a matter comes in with a photo and goes to its unit', async () => {
  const resident = await city.page(PHONE);
  number = await report(resident, { words: WORDS, place: '广场北边', phone: '13900005577', name: '测试·彭女士', picture: photo('lamps') });
  const centre = await city.page();
  await login(centre, 'dispatcher');
  await open(centre, number);
  if (!/城管|城市管理/.test(await owner(centre))) await dispatch(centre, 'urban', '路灯由城管部门维护。');
  quiet(centre);
});

test('text, day, photo, category and the person are seen on a laptop without a scroll or a click', async () => {
  const page = await city.page(LAPTOP);
  await login(page, 'urban');
  await open(page, number);
  const parts = {
    text: page.locator('.said', { hasText: '整排不亮' }),
    day: page.locator('.case-main .meta time').first(),
    photo: page.locator('.photos img').first(),
    category: page.locator('.crumb', { hasText: '路灯' }),
    person: page.locator('.people li', { hasText: '139 **** 5577' }),
  };
  for (const [name, part] of Object.entries(parts)) {
    await part.waitFor();
    const box = await part.boundingBox();
    const inside = box && box.x >= 0 && box.y >= 0 && box.x + box.width <= LAPTOP.width && box.y + box.height <= LAPTOP.height;
    assert.ok(inside, `${name} is at ${JSON.stringify(box)}`);
  }
  const loaded = await parts.photo.evaluate(async (img) => (await img.decode(), img.naturalWidth));
  assert.ok(loaded > 0, 'the photo is a picture');
  assert.equal(await page.evaluate(() => globalThis.scrollY), 0);
  if (process.env.DUBAN_SHOTS) await page.screenshot({ path: `${process.env.DUBAN_SHOTS}/laptop.png` });
  quiet(page);
});

test('on a phone a case is signed for, photographed and answered, and a broken line loses no word', async () => {
  const page = await city.page(PHONE);
  await login(page, 'urban');
  await open(page, number);
  await fits(page);
  await sign(page);
  await contact(page, '约好马上到场。');
  await page.locator('form#answer label:has([value="solved"])').tap();
  await page.fill('#answer-public', '换了镇流器，整排都亮了。');
  await page.setInputFiles('#answer-proof', photo('fixed', 5));
  await page.locator('[data-draft-state]', { hasText: /存/ }).first().waitFor();
  if (process.env.DUBAN_SHOTS) await page.screenshot({ path: `${process.env.DUBAN_SHOTS}/phone.png`, fullPage: true });
  await page.waitForTimeout(500);
  await page.context().setOffline(true);
  await page.locator('form#answer button.btn-main').tap();
  await page.waitForTimeout(500);
  await page.context().setOffline(false);
  await open(page, number);
  assert.equal(await page.inputValue('#answer-public'), '换了镇流器，整排都亮了。', 'what was written is still there');
  assert.ok(await page.locator('form#answer [value="solved"]').isChecked(), 'and what was chosen');
  await answer(page, { words: '换了镇流器，整排都亮了。', photo: photo('fixed', 5) });
  await fits(page);
  const reviewer = await city.page(PHONE);
  await login(reviewer, 'reviewer');
  await open(reviewer, number);
  await approve(reviewer);
  await open(page, number);
  const answers = page.locator('section[aria-labelledby=answers] .reply');
  assert.equal(await answers.count(), 1, 'it was answered once');
  assert.equal(await stage(page), '回访');
  quiet(reviewer);
});
