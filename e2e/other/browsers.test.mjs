// The same day in Firefox and in WebKit, which is what an iPhone has inside: a resident with a photo and a place,
// wide and as on a phone; the desk and a unit; the list by keys; the map that everybody may see.
//
// `cargo xtask test --browsers` runs it, and nothing else does: the two browsers are large. What it cannot say: how
// a telephone in a hand behaves. Sizes are those of phones; fingers, cameras and real systems are not.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { photo } from '../picture.mjs';
import { serveDemo } from '../program.mjs';
import { firefox } from './firefox.mjs';
import { webkit } from './webkit.mjs';
import { KEYS, Window } from './window.mjs';

const WIDE = { width: 1440, height: 900 };
const PHONE = { width: 375, height: 812 };
const WORDS = '测试步道的栏杆松了，一靠就晃。\n旁边是小学。';
const TAIL = '4321';

const out = join(dirname(fileURLToPath(import.meta.url)), '../out/other');
const folder = mkdtempSync(join(tmpdir(), 'duban-photo-'));
const file = join(folder, 'rail.png');
writeFileSync(file, photo('rail').buffer);

let city;
before(async () => (city = await serveDemo()));
after(async () => {
  await city?.stop();
  rmSync(folder, { recursive: true, force: true });
});

for (const launch of [firefox, webkit]) {
  describe(launch.name, () => {
    let page;
    const numbers = {};
    before(async () => (page = new Window(await launch(), city.url)));
    after(() => page?.driver.close());

    for (const [name, size] of Object.entries({ wide: WIDE, phone: PHONE })) {
      it(`a resident reports with a photo and a place, ${name}`, async () => {
        await page.person(size);
        numbers[name] = await report(page, name);
      });
      it(`and comes back from another device with the number, ${name}`, async () => {
        await page.person(size);
        await lookup(page, numbers[name]);
        assert.match(await page.text(), /旁边是小学/);
        await page.fits();
      });
    }
    it('the desk passes it on, and the unit signs, contacts and answers', () => handled(page, numbers.phone));
    it('the resident reads the answer and says what it was worth', () => judged(page, numbers.phone));
    it('the list of the desk is walked by keys', () => walked(page));
    for (const [name, size] of Object.entries({ wide: WIDE, phone: PHONE })) {
      it(`the map that everybody may see and its list, ${name}`, () => seen(page, size));
    }

    /** A test that leaves a picture behind when it fails. */
    function it(name, work) {
      test(name, async () => {
        try {
          await work();
        } catch (error) {
          mkdirSync(out, { recursive: true });
          const path = join(out, `${launch.name}-${name.replaceAll(/\W+/g, '-')}.png`);
          writeFileSync(path, await page.driver.picture());
          throw new Error(`${error.message}\n(${path})`, { cause: error });
        }
      });
    }
  });
}

/** The form from the first page to the number. On the phone the place is said in words, else set on the map by keys. */
async function report(page, kind) {
  await page.go('/');
  await page.fill('#text', WORDS.split('\n')[0]);
  await page.click('form.say button');
  await page.see('form.report');
  await page.fill('#text', WORDS.replace('\n', ''));
  await page.see('#photo, label[for=photo]');
  await page.driver.files('#photo', [file]);
  await page.see('.thumbs li');
  if (kind === 'phone') {
    await page.click('label:has([name=where][value=words])');
    await page.fill('#place', '测试步道东口');
  } else {
    await pin(page);
  }
  await page.click('label:has([name=privacy][value=contact])');
  await page.fill('#phone', `1390000${TAIL}`);
  await page.fill('#name', '测试·王女士');
  await page.fits();
  await page.click('form.report > button.btn-main');
  const url = await page.arrive(/\/track\/\d+\?new=1/);
  await page.until('the photo', () => page.run(() => (document.querySelector('.photos img')?.naturalWidth ?? 0) > 0));
  await page.fits();
  return /\/track\/(\d+)/.exec(url)[1];
}

async function pin(page) {
  await page.click('label:has([name=where][value=map])');
  await page.see('.map-live > svg');
  await page.run(() => document.querySelector('.map-live > svg').focus());
  await page.press(KEYS.enter);
  const at = () => page.run(() => Number(document.querySelector('#lng').value));
  const first = await page.until('a place from the map', at);
  await page.press(KEYS.right);
  await page.until('a place further east', async () => (await at()) > first);
}

async function lookup(page, number) {
  await page.go('/');
  await page.fill('#number', number);
  await page.click('form.lookup button');
  await page.arrive(new RegExp(`/track/${number}`));
  await page.fill('#tail', TAIL);
  await page.click('form[action$="/access"] button');
  await page.see('section[aria-labelledby=who]');
}

/** By the form of the login page. */
async function enter(page, who) {
  await page.person();
  await page.go('/desk');
  await page.click(`.demo form:has([value="${who}"]) button`);
  await page.arrive(/^\/desk(?!\/login)/);
}

/** By the number in the field for finding. */
async function openCase(page, number) {
  await page.fill('#find', number);
  await page.press(KEYS.enter);
  await page.arrive(new RegExp(`/desk/cases/${number}`));
}

async function handled(page, number) {
  await enter(page, 'dispatcher');
  await openCase(page, number);
  assert.equal(await page.count('.photos img') > 0, true, 'the desk sees the photo');
  await page.press('d');
  await page.choose('#dispatch-unit', 'urban');
  await page.fill('#dispatch-reason', '步道设施由城管维护');
  await page.click('details#dispatch form button');
  await page.arrive(/done=dispatch/);
  await enter(page, 'urban');
  await openCase(page, number);
  await page.click('form[action$="/signature"] button');
  await page.arrive(/done=sign/);
  await page.press('c');
  await page.fill('#contact-note', '约好下午到场');
  await page.click('details#contact form button');
  await page.arrive(/done=contact/);
  await page.click('form#answer label:has([value=solved])');
  await page.fill('#answer-public', '栏杆已经焊牢');
  await page.driver.files('form#answer [name=proof]', [file]);
  await page.see('form#answer [name=proof]:not([aria-busy])');
  await page.fill('#answer-proof-words', '维修单 测试-0606');
  await page.click('form#answer button.btn-main');
  await page.arrive(/done=answer/);
  await enter(page, 'reviewer');
  await openCase(page, number);
  await page.click('form[action$="/review"] button[value=approve]');
  await page.arrive(/done=approve/);
}

async function judged(page, number) {
  await page.person(PHONE);
  await lookup(page, number);
  assert.match(await page.text(), /栏杆已经焊牢/);
  await page.click('form#rate label:has([name=solved][value=yes])');
  await page.click('form#rate label:has([name=satisfaction])');
  await page.click('form#rate button');
  await page.arrive(/done=heard/);
  await page.see('.note-ok');
  await page.fits();
}

async function walked(page) {
  await enter(page, 'dispatcher');
  await page.go('/desk/cases');
  await page.press('j');
  await page.press('j');
  const chosen = () => page.run(() => [...document.querySelectorAll('[data-row]')].findIndex((row) => row.matches('.cur')));
  assert.equal(await chosen(), 1, 'the second row is marked');
  await page.press('k');
  assert.equal(await chosen(), 0);
  const href = await page.run(() => document.querySelector('[data-row].cur a[data-open]').getAttribute('href'));
  await page.press(KEYS.enter);
  await page.arrive(new RegExp(href.split('?')[0]));
  await page.press('?');
  await page.see('dialog[open]');
  await page.press('\uE00C');
  await page.until('no dialog', async () => (await page.count('dialog[open]')) === 0);
  await page.go('/desk/cases');
  await page.press('/');
  await page.press('njx');
  assert.equal(await page.run(() => document.querySelector('#find').value), 'njx', 'letters in a field are letters');
}

async function seen(page, size) {
  await page.person(size);
  await page.go('/map');
  await page.see('.map-live > svg');
  await page.run(() => document.querySelector('.map-live > svg').focus());
  await page.press('+');
  await page.see('.map-live a');
  await page.fits();
  await page.reach('.map-live a');
  await page.press(KEYS.enter);
  await page.arrive(/z=\d+|\/requests\/\d+/);
  await page.go('/map?z=14');
  const total = Number(/\d+/.exec(await page.text('#seen'))[0]);
  const rows = await page.count('section[aria-labelledby=seen] a.row');
  assert.ok(total > 0 && rows === total, `the list has ${rows} rows of ${total}`);
  await page.fits();
  await page.go('/requests');
  await page.fits();
  await page.click('section[aria-labelledby=seen] a.row');
  await page.arrive(/\/requests\/\d+/);
  await page.fits();
}
