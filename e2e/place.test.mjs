// Where it is: a pin by a tap, by keys, away from where the photo was taken; and several photos on one matter. What the
// desk then has is what was shown to the person.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { open } from './desk.mjs';
import { login, quiet, withCity } from './harness.mjs';
import { photo } from './picture.mjs';
import { numberOf, PHONE } from './resident.mjs';

const city = withCity();
/** A few metres, in degrees. */
const NEAR = 0.00008;
let desk;

/** Sends the form as it stands, anonymously; gives the number. */
async function send(page) {
  await page.check('[name=privacy][value=anonymous]');
  await page.locator('form.report > button.btn-main').click();
  await page.waitForURL(/\/track\/\d+\?new=1/);
  return numberOf(page);
}

/** What the desk's map of a case is centred on, and its pictures. */
async function atDesk(number) {
  desk ??= await signedIn();
  const page = desk;
  await open(page, number);
  const map = page.locator('[data-island~=map]').first();
  const seen = { pictures: await page.locator('main img[src*="/media/"]').count(), lng: 0, lat: 0 };
  if ((await map.count()) > 0) [seen.lng, seen.lat] = [Number(await map.getAttribute('data-lng')), Number(await map.getAttribute('data-lat'))];
  quiet(page);
  return seen;
}

async function signedIn() {
  const page = await city.page();
  await login(page, 'dispatcher');
  return page;
}

const typed = async (page) => [Number(await page.inputValue('#lng')), Number(await page.inputValue('#lat'))];

test('a stored photo and a pin elsewhere: both are kept as given', async () => {
  const page = await city.page(PHONE);
  await page.goto('/report');
  await page.fill('#text', '河堤的护栏断了一截。');
  await page.setInputFiles('#photo', photo('railing', 4));
  await page.locator('.thumbs li').waitFor();
  await page.locator('label:has([name=where][value=map])').tap();
  const svg = page.locator('.map-live > svg');
  await svg.scrollIntoViewIfNeeded();
  await svg.tap({ position: { x: 60, y: 90 } });
  const [lng, lat] = await typed(page);
  assert.ok(lng > 112 && lat > 26, `a tap sets the pin: ${lng}, ${lat}`);
  await page.locator('.map .m-pin').first().waitFor();
  const seen = await atDesk(await send(page));
  assert.ok(Math.abs(seen.lng - lng) < NEAR && Math.abs(seen.lat - lat) < NEAR, JSON.stringify([seen, lng, lat]));
  assert.equal(seen.pictures, 1);
  quiet(page);
});

test('the pin is set by keys alone and lies where it was set', async () => {
  const page = await city.page();
  await page.goto('/report');
  await page.fill('#text', '桥头的石墩倒了。');
  await page.focus('[name=where][value=words]');
  await page.keyboard.press('ArrowDown');
  assert.ok(await page.isChecked('[name=where][value=map]'), 'the arrow key opens the map');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.tagName.toLowerCase()), 'svg', 'the map has the focus');
  await page.keyboard.press('Enter');
  const [first, lat] = await typed(page);
  for (let i = 0; i < 4; i += 1) await page.keyboard.press('ArrowRight');
  const [lng] = await typed(page);
  assert.ok(lng > first && lng - first < 0.001, 'four steps of five metres to the east');
  const seen = await atDesk(await send(page));
  assert.ok(Math.abs(seen.lng - lng) < NEAR && Math.abs(seen.lat - lat) < NEAR, JSON.stringify([seen, lng, lat]));
  quiet(page);
});

test('three photos arrive as three, chosen one after the other, and one taken off does not', async () => {
  const page = await city.page(PHONE);
  await page.goto('/report');
  await page.fill('#text', '三处路面都裂了。');
  await page.setInputFiles('#photo', [photo('one', 1), photo('two', 2)]);
  await page.locator('.thumbs li').nth(1).waitFor();
  await page.setInputFiles('#photo', [photo('three', 3), photo('four', 6)]);
  await page.locator('.thumbs li').nth(3).waitFor();
  await page.locator('.thumbs li').nth(3).locator('button').tap();
  await page.locator('.thumbs li').nth(3).waitFor({ state: 'detached' });
  const number = await send(page);
  assert.equal((await atDesk(number)).pictures, 3);
  quiet(page);
});

test('an operator finds a place in the gazetteer by keys, and its pin is saved', async () => {
  const page = await city.page();
  await login(page, 'operator', '/desk/intake');
  await page.fill('#text', '来电人说，广场的喷泉池漏水，漏了一地。');
  await page.fill('#phone', '13900005577');
  await page.keyboard.press('Alt+p');
  await page.keyboard.type('炎帝广场');
  await page.locator('.picks [data-set]', { hasText: '炎帝广场' }).first().waitFor();
  await page.keyboard.press('Alt+4');
  const [lng, lat] = await typed(page);
  assert.ok(lng > 112 && lat > 26, 'the place brings its point');
  await page.locator('.map .m-pin').first().waitFor();
  await page.keyboard.press('Control+Enter');
  await page.waitForURL(/saved=\d+/);
  const seen = await atDesk(/saved=(\d+)/.exec(page.url())[1]);
  assert.ok(Math.abs(seen.lng - lng) < NEAR && Math.abs(seen.lat - lat) < NEAR, JSON.stringify([seen, lng, lat]));
  quiet(page);
});
