// What a kind of matter asks besides: on a phone while one writes, without script once the number is there; a place is
// found by its name; a photo that cannot be opened says so; an upload is seen, stopped, and counts once.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { open } from './desk.mjs';
import { axe, fits, login, quiet, withCity } from './harness.mjs';
import { photo } from './picture.mjs';
import { numberOf, PHONE, report } from './resident.mjs';

const city = withCity();
let desk;

/** A case as the desk reads it. */
async function atDesk(number) {
  if (!desk) {
    desk = await city.page();
    await login(desk, 'dispatcher');
  }
  await open(desk, number);
  return desk;
}

const send = (page) => page.locator('form.report > button.btn-main');

test('the questions follow from what is typed, keep their answers, and the desk reads them', async () => {
  const page = await city.page(PHONE);
  await page.goto('/report');
  await page.fill('#text', '测试桥头的路灯不亮。');
  await page.locator('#q-lamp_number').waitFor();
  await page.fill('#q-lamp_number', '测试-0301');
  await page.selectOption('#q-lamp_extent', 'some');
  await page.fill('#text', '测试桥头的石凳断了。');
  await page.locator('#q-lamp_number').waitFor({ state: 'detached' });
  await page.fill('#text', '测试桥头的路灯不亮，好几天了。');
  await page.locator('#q-lamp_number').waitFor();
  await page.fill('#q-lamp_number', '测试-0302');
  await page.fill('#text', '测试桥头的路灯不亮，好几天了，晚上漆黑。');
  await page.waitForTimeout(900);
  assert.equal(await page.inputValue('#q-lamp_number'), '测试-0302', 'writing on loses no answer');
  await page.reload();
  await page.locator('#q-lamp_number').waitFor();
  assert.equal(await page.inputValue('#q-lamp_number'), '测试-0302', 'nor does a reload');
  // Two of the lamp posts near the pin: one by its square on the map, one by its box and the keys.
  assert.equal(await page.locator('[name=q-which_lamps]').count(), 0, 'nothing is near no place');
  await page.check('[name=where][value=map]');
  await page.fill('#lng', '113.1655');
  await page.fill('#lat', '27.8425');
  await page.dispatchEvent('#lat', 'change');
  const lamps = page.locator('[name=q-which_lamps]');
  await lamps.first().waitFor();
  await page.locator('.map [data-object="YS-013"]').tap();
  await lamps.and(page.locator('[value="YS-012"]')).press('Space');
  assert.deepEqual(await lamps.evaluateAll((all) => all.filter((one) => one.checked).map((one) => one.value).sort()), ['YS-012', 'YS-013']);
  assert.equal(await page.locator('.map .m-dot-object-on').count(), 2, 'the map shows what was chosen');
  await fits(page);
  await axe(page);
  await page.check('[name=privacy][value=anonymous]');
  await send(page).tap();
  await page.waitForURL(/new=1&asked=1/);
  assert.equal(await page.locator('#more-asked').count(), 0, 'not asked twice');
  const staff = await atDesk(numberOf(page));
  assert.match(await staff.locator('main').innerText(), /灯杆上的编号是多少？[\s\S]*测试-0302[\s\S]*YS-01[23] 演示灯杆、YS-01[23] 演示灯杆/);
  for (const one of [page, staff]) quiet(one);
});

test('without script they come with the number, and nothing sent before is lost', async () => {
  const page = await city.page({ ...PHONE, script: false });
  const number = await report(page, { words: '测试小区门口的路灯不亮。', place: '测试小区', picture: photo('lamp', 2) });
  const fold = page.locator('#more-asked');
  assert.notEqual(await fold.getAttribute('open'), null, 'the questions are open beside the number');
  await page.fill('#q-lamp_number', '测试-0303');
  await fold.locator('button').click();
  await page.waitForURL(/done=answered/);
  assert.match(await page.locator('main').innerText(), /测试-0303/);
  assert.equal(await page.locator('.photos img').count(), 1, 'the photo is there');
  const staff = await atDesk(number);
  assert.match(await staff.locator('main').innerText(), /测试-0303/);
  quiet(staff);
});

test('an operator sees what to ask, by keys', async () => {
  const page = await city.page();
  await login(page, 'operator', '/desk/intake');
  await page.fill('#text', '来电人说，测试小区一直停电。');
  await page.locator('#q-outage_since').waitFor();
  await page.fill('#q-outage_since', '2026-01-05T07:30');
  await page.selectOption('#q-outage_extent', 'building');
  await axe(page);
  await page.fill('#phone', '13900005588');
  await page.focus('#phone');
  await page.keyboard.press('Control+Enter');
  await page.waitForURL(/saved=\d+/);
  const staff = await atDesk(/saved=(\d+)/.exec(page.url())[1]);
  assert.match(await staff.locator('main').innerText(), /整栋楼/);
  for (const one of [page, staff]) quiet(one);
});

test('a place is found by its name and seen on the map before it is sent', async () => {
  const page = await city.page(PHONE);
  await page.goto('/report');
  await page.fill('#text', '测试广场的喷泉不喷水。');
  await page.fill('#place', '炎帝');
  const pick = page.locator('.finds button', { hasText: '炎帝广场' });
  await pick.focus();
  await page.keyboard.press('Enter');
  assert.ok(await page.isChecked('[name=where][value=map]'), 'the map is open');
  assert.deepEqual([await page.inputValue('#lng'), await page.inputValue('#lat')], ['113.124000', '27.830000']);
  await page.locator('.map .m-pin').first().waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute('name')), 'where', 'the focus goes along');
  await axe(page);
  await page.check('[name=privacy][value=anonymous]');
  await send(page).tap();
  await page.waitForURL(/new=1/);
  const staff = await atDesk(numberOf(page));
  const map = staff.locator('[data-island~=map]').first();
  assert.ok(Math.abs(Number(await map.getAttribute('data-lng')) - 113.124) < 0.0002);
  assert.match(await staff.locator('main').innerText(), /炎帝广场/);
  for (const one of [page, staff]) quiet(one);
});

/** The beginning of a file of newer telephones; what follows no browser here can open. */
const heic = () => ({ name: 'IMG_0001.HEIC', mimeType: 'image/heic', buffer: Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypheic'), Buffer.alloc(64)]) });

test('a photo that cannot be opened says what to do, with script and without', async () => {
  const page = await city.page(PHONE);
  await page.goto('/report');
  await page.setInputFiles('#photo', [heic(), photo('fine', 2)]);
  await page.locator('.error', { hasText: '兼容性最佳' }).waitFor();
  await page.locator('.thumbs li').waitFor();
  assert.equal(await page.locator('.thumbs li').count(), 1, 'the other one stays');
  await axe(page);
  const still = await city.page({ ...PHONE, script: false });
  await still.goto('/report');
  await still.fill('#text', '测试：台阶缺了一块。');
  await still.setInputFiles('#photo', heic());
  await still.check('[name=privacy][value=anonymous]');
  await send(still).click();
  assert.match(await still.locator('#photo-e').innerText(), /截屏/);
  assert.equal(await still.inputValue('#text'), '测试：台阶缺了一块。');
  quiet(page);
});

/** A PDF too long to go at once over a thin line. */
const long = () => ({ name: 'plan.pdf', mimeType: 'application/pdf', buffer: Buffer.concat([Buffer.from('%PDF-1.4\n'), Buffer.alloc(600 * 1024, 32)]) });

test('an upload is seen on its way, stopped, sent again, and counts once', async () => {
  const page = await city.page(PHONE);
  await page.goto('/report');
  await page.fill('#text', '测试：排水沟的盖板翘起来了，见附图。');
  await page.setInputFiles('#photo', long());
  await page.locator('.thumbs li').waitFor();
  await page.check('[name=privacy][value=anonymous]');
  const line = await page.context().newCDPSession(page);
  await line.send('Network.enable');
  await line.send('Network.emulateNetworkConditions', { offline: false, latency: 50, downloadThroughput: 200_000, uploadThroughput: 60_000 });
  await send(page).tap();
  await page.locator('.upload progress').waitFor();
  await page.locator('.upload [role=status]', { hasText: /[1-9]\d?%/ }).waitFor();
  await axe(page);
  await page.locator('.upload button').tap();
  await page.locator('.upload [role=status]', { hasText: '停下了' }).waitFor();
  assert.match(page.url(), /\/report$/);
  assert.equal(await page.locator('.thumbs li').count(), 1, 'the file is still in the form');
  await line.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 });
  await send(page).tap();
  await page.waitForURL(/\/track\/\d+\?new=1/);
  const staff = await atDesk(numberOf(page));
  await staff.goto(`/desk/cases?q=${encodeURIComponent('排水沟的盖板翘起来')}`);
  assert.equal(await staff.locator('a[data-open]').count(), 1, 'it arrived once');
  for (const one of [page, staff]) quiet(one);
});

test('what is wrong with a form with a photo comes back as a page', async () => {
  const page = await city.page(PHONE);
  await page.goto('/report');
  await page.fill('#text', '测试：排水沟的盖板响。');
  await page.setInputFiles('#photo', long());
  await page.locator('.thumbs li').waitFor();
  await page.check('[name=privacy][value=contact]');
  await page.fill('#phone', '12');
  await send(page).tap();
  await page.locator('#phone-e').waitFor();
  assert.equal(await page.inputValue('#text'), '测试：排水沟的盖板响。');
  assert.ok(await page.locator('.map-live').count() > 0, 'the scripts of the page run');
  quiet(page);
});
