// A short video from a telephone to the desk: chosen, seen on its way, played on both sides; and ticked boxes and a proof
// with a bar on the case page. The film is recorded by the browser itself.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { contact, dispatch, open, sign } from './desk.mjs';
import { axe, fits, login, quiet, withCity } from './harness.mjs';
import { numberOf, PHONE, report } from './resident.mjs';

const city = withCity();

/** Two seconds of a moving square, as this browser records them. */
async function film(page) {
  const bytes = await page.evaluate(async () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 240 });
    const pen = canvas.getContext('2d');
    const recorder = new MediaRecorder(canvas.captureStream(20), { mimeType: 'video/webm' });
    const parts = [];
    recorder.addEventListener('dataavailable', (event) => parts.push(event.data));
    const done = new Promise((end) => recorder.addEventListener('stop', end));
    recorder.start();
    for (let n = 0; n < 20; n += 1) {
      pen.fillStyle = `hsl(${n * 18} 80% 50%)`;
      pen.fillRect(0, 0, 320, 240);
      await new Promise((next) => setTimeout(next, 80));
    }
    recorder.stop();
    await done;
    return [...new Uint8Array(await new Blob(parts).arrayBuffer())];
  });
  return { name: '测试·冒水.webm', mimeType: 'video/webm', buffer: Buffer.from(bytes) };
}

/** That the first video of a page has been read so far that it could begin. */
async function plays(page) {
  const video = page.locator('video').first();
  await video.evaluate((el) => el.play().catch(() => undefined));
  await page.waitForFunction(() => {
    const el = document.querySelector('video');
    return el.readyState >= 2 && el.videoWidth === 320 && !el.error;
  });
}

test('a resident sends a short video; they and the desk can play it', async () => {
  const page = await city.page(PHONE);
  await page.goto('/report');
  const chosen = await film(page);
  await page.fill('#text', '井盖一直往外冒水，拍了一段。');
  await page.setInputFiles('#photo', chosen);
  await page.locator('.thumbs li').first().waitFor();
  await page.check('[name=privacy][value=anonymous]');
  await fits(page);
  await axe(page);
  await page.locator('form.report > button.btn-main').click();
  await page.waitForURL(/\/track\/\d+\?new=1/);
  const number = numberOf(page);
  await plays(page);
  await fits(page);
  await axe(page);
  const desk = await city.page();
  await login(desk, 'dispatcher');
  await open(desk, number);
  await plays(desk);
  await axe(desk);
  for (const one of [page, desk]) quiet(one);
});

test('a proof is seen on its way from the case page', async () => {
  const phone = await city.page(PHONE);
  await report(phone, { words: '公园的长椅断了一条腿。', phone: '13900007711' });
  const number = numberOf(phone);
  const dispatcher = await city.page();
  await login(dispatcher, 'dispatcher');
  await open(dispatcher, number);
  await dispatch(dispatcher, 'urban', '公园设施由城管部门维护。');
  const page = await city.page();
  await login(page, 'urban');
  await open(page, number);
  await sign(page);
  await contact(page, '与诉求人通话。');
  const proof = await film(page);
  await page.locator('form#answer label:has([value=solved])').click();
  await page.fill('#answer-public', '长椅已经修好。');
  await page.setInputFiles('#answer-proof', { ...proof, buffer: Buffer.concat([proof.buffer, Buffer.from([0xec, 0x28, 0, 0]), Buffer.alloc(0x80000)]) });
  const line = await page.context().newCDPSession(page);
  await line.send('Network.enable');
  await line.send('Network.emulateNetworkConditions', { offline: false, latency: 50, downloadThroughput: 400_000, uploadThroughput: 90_000 });
  await page.locator('form#answer button.btn-main').click();
  await page.locator('form#answer .upload progress').waitFor();
  await axe(page);
  await line.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 });
  await page.waitForURL(/done=/);
  await plays(page);
  for (const one of [phone, dispatcher, page]) quiet(one);
});
