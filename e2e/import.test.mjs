// 1. A city that begins: its accounts, its old work orders from a table, and one of them from the list to the figures.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { answer, approve, callback, contact, dispatch, find, numberOf, open, sign, stage } from './desk.mjs';
import { quiet, signIn, withCity } from './harness.mjs';
import { photo } from './picture.mjs';
import { duban, folder, serve } from './program.mjs';

const PASSWORD = '演示-duban-2026';
const STAFF = [
  ['li', '测试·李晓', 'hotline', 'operator'],
  ['zhou', '测试·周岚', 'hotline', 'dispatcher'],
  ['sun', '测试·孙队', 'urban', 'handler'],
  ['he', '测试·何琴', 'hotline', 'reviewer'],
  ['song', '测试·宋佳', 'hotline', 'caller'],
  ['lin', '测试·林主任', 'hotline', 'leader'],
];

/** A time of the last hours, as an export writes it, so that the figures of this month count it. */
const now = new Date(Date.now() + 8 * 3_600_000);
const at = (minutes) => new Date(now.getTime() - minutes * 60_000).toISOString().slice(0, 16).replace('T', ' ');

const HEAD = '工单编号,工单标题,诉求内容,受理时间,诉求类型,紧急程度,诉求来源,问题分类,所属区域,事发地址,经度,纬度,来电人,联系电话,是否公开,答复内容,办结时间';
const ROWS = [
  `E2E-001,凉亭漏雨,"湘江边的凉亭顶上破了洞，一下雨就漏，坐不了人。",${at(50)},求助,,电话,,芦淞区,湘江边凉亭,,,测试·王女士,13900001001,公开,,`,
  `E2E-002,楼道灯不亮,"楼道的声控灯坏了三天，晚上摸黑上楼。",${at(40)},求助,,微信公众号,,荷塘区,月塘街道某小区,,,测试·李先生,13900001002,公开,,`,
  `E2E-003,感谢公交司机,"表示感谢，司机师傅把落下的书包送回来了。",${at(30)},感谢,,网站,,天元区,公交车上,,,测试·张阿姨,13900001003,公开,,`,
  `E2E-004,没有时间的一行,"这一行没有受理时间。",,求助,,电话,,芦淞区,某处,,,测试·无,13900001004,公开,,`,
  `E2E-005,不存在的日子,"这一行的日子不存在。",2026-02-30 10:00,求助,,电话,,芦淞区,某处,,,测试·无,13900001005,公开,,`,
  `E2E-006,少了几格的一行,"这一行没有写完",${at(20)}`,
];

const city = withCity(beginCity);

/** A new city with its accounts and one imported table. */
async function beginCity() {
  const place = folder();
  const data = join(place.path, 'city');
  const table = join(place.path, 'export.csv');
  writeFileSync(table, `${HEAD}\n${ROWS.join('\n')}\n`);
  for (const [login, name, unit, role] of STAFF) {
    const words = ['user', 'add', '--data', data, '--city', 'zhuzhou', '--login', login, '--name', name, '--unit', unit, '--role', role];
    const made = await duban(words, `${PASSWORD}\n`);
    assert.equal(made.code, 0, made.stderr);
  }
  const first = await duban(['import', '--data', data, '--mapping', 'generic-12345', table]);
  const second = await duban(['import', '--data', data, '--mapping', 'generic-12345', table]);
  const served = await serve(['serve', '--data', data, '--city', 'zhuzhou']);
  return { ...served, first, second, stop: () => served.stop().finally(place.drop) };
}

test('good rows come in, bad ones go to a file with line and reason, and twice is once', () => {
  const summary = JSON.parse(city.first.stdout);
  assert.deepEqual([summary.imported, summary.rejected, summary.read], [3, 3, 6], city.first.stderr);
  const rejects = readFileSync(summary.rejects_file, 'utf8').trim().split(/\r?\n/);
  assert.equal(rejects.length, 4, 'a head and three rows');
  for (const [id, line, reason] of [['E2E-004', 5, '没有受理时间'], ['E2E-005', 6, '没有这一天'], ['E2E-006', 7, '格']]) {
    const row = rejects.find((one) => one.includes(id));
    assert.ok(row, `${id} is in the rejects`);
    assert.match(row, new RegExp(`(^|,)"?${line}"?(,|$)`), `${id} names its line`);
    assert.ok(row.includes(reason), `${row} says why`);
  }
  const again = JSON.parse(city.second.stdout);
  assert.deepEqual([again.imported, again.already], [0, 3], city.second.stderr);
});

test('an imported case is found, dispatched, handled, answered, reviewed, called back and counted', async () => {
  const page = await city.page();
  await signIn(page, 'zhou', PASSWORD);
  await find(page, '凉亭');
  const number = numberOf(page);
  assert.match(await page.locator('h1').innerText(), /凉亭/);
  await dispatch(page, 'urban', '凉亭归城管部门维护。');
  const acts = [
    ['sun', (p) => sign(p)],
    ['sun', (p) => contact(p, '与诉求人通话，明天上午到场。')],
    ['sun', (p) => answer(p, { words: '凉亭顶已修补，泼水试过不漏。', photo: photo('pavilion') })],
    ['he', (p) => approve(p)],
    ['song', (p) => callback(p, { solved: true, satisfaction: 'satisfied', words: '修好了，谢谢。' })],
  ];
  const people = { zhou: page };
  for (const [who, act] of acts) {
    people[who] ??= await signedIn(who);
    await open(people[who], number);
    await act(people[who]);
  }
  assert.match(await stage(people.song), /办结/);
  await figuresShow(number);
  for (const one of Object.values(people)) quiet(one);
});

async function signedIn(who) {
  const page = await city.page();
  await signIn(page, who, PASSWORD);
  return page;
}

/** The leader's numbers count it, and each opens the list with it. */
async function figuresShow(number) {
  const page = await signedIn('lin');
  await page.goto('/desk/figures');
  for (const figure of ['in', 'closed', 'solved']) {
    await page.goto('/desk/figures');
    const link = page.locator(`main a[href*="figure=${figure}&"]`).first();
    const said = Number(/\d+/.exec(await link.innerText())?.[0]);
    assert.ok(said >= 1, `${figure} counts it`);
    await page.goto(await link.getAttribute('href'));
    assert.equal(await page.locator('a[data-open]').count(), said, `the list of ${figure} has as many rows as the number says`);
    assert.equal(await page.locator(`a[data-open][href$="${number}"]`).count(), 1, `the list of ${figure} has the case`);
  }
  quiet(page);
}
