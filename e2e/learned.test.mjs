// 32. The desk learns: a city brings its past along, learns from it by a command, and an operator chooses by one key what
// the past suggests; the administrator reads how well it does.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { axe, fits, quiet, signIn, withCity } from './harness.mjs';
import { duban, folder, serve } from './program.mjs';

const PASSWORD = '演示-duban-2026';
const NOISE = ['半夜还在打桩', '搅拌机轰轰响', '电钻吵得孩子哭', '渣土车整夜鸣笛', '切割钢筋刺耳', '低音炮到三点', '挖机凌晨开工', '振动棒嗡嗡叫'];
const DARK = ['路灯一盏都不亮', '灯杆被撞歪了', '台阶黑得看不见', '灯罩掉下来挂着', '整条街晚上漆黑', '灯泡一闪一闪', '楼道感应灯坏了', '隧道照明灭了一半'];
const AROUND = ['老人出门最难受', '打过物业电话没人管', '请尽快派人来看看', '已经一个多星期', '邻居们都有意见', '希望给个答复', '不知道归哪个部门', '下雨天更厉害', '我拍了照片', '小区门口右手边', '上次说好又这样', '孩子马上要考试', '能不能先应个急'];
const HEAD = '工单编号,工单标题,诉求内容,受理时间,诉求类型,紧急程度,诉求来源,问题分类,所属区域,事发地址,经度,纬度,来电人,联系电话,是否公开,答复内容,办结时间';

const now = new Date(Date.now() + 8 * 3_600_000);
const at = (minutes) => new Date(now.getTime() - minutes * 60_000).toISOString().slice(0, 16).replace('T', ' ');

/** What the nth person said years ago, and what it turned out to be. */
function row(n) {
  const half = Math.floor(n / 2);
  const [own, category] = n % 2 === 0 ? [NOISE, 'environment.noise.construction'] : [DARK, 'utilities.lighting.dark'];
  const said = [own[half % 8], AROUND[(half * 3) % 13], own[(half + 1 + Math.floor(half / 8)) % 8], AROUND[(half * 5 + Math.floor(half / 13) + 1) % 13]];
  const phone = `139${String(n).padStart(8, '0')}`;
  return `L-${n},${said[0]},"${said.join('，')}。",${at(90_000 + n)},投诉,,电话,${category},芦淞区,某处,,,测试·来电人,${phone},公开,已处理。,${at(80_000 + n)}`;
}

const city = withCity(async () => {
  const place = folder();
  const data = join(place.path, 'city');
  const table = join(place.path, 'export.csv');
  writeFileSync(table, `${HEAD}\n${Array.from({ length: 320 }, (_, n) => row(n)).join('\n')}\n`);
  for (const [login, role] of [['li', 'operator'], ['guan', 'administrator']]) {
    const words = ['user', 'add', '--data', data, '--city', 'zhuzhou', '--login', login, '--name', `测试·${login}`, '--unit', 'hotline', '--role', role];
    const made = await duban(words, `${PASSWORD}\n`);
    assert.equal(made.code, 0, made.stderr);
  }
  const early = await duban(['learn', '--data', data, '--only', 'category']);
  await duban(['import', '--data', data, '--mapping', 'generic-12345', table]);
  const learned = await duban(['learn', '--data', data, '--only', 'category', '--json']);
  const served = await serve(['serve', '--data', data, '--city', 'zhuzhou']);
  return { ...served, early, learned, stop: () => served.stop().finally(place.drop) };
});

test('a city that has closed too little is told how much is missing, and one that has learned gets a report', () => {
  assert.notEqual(city.early.code, 0);
  assert.match(city.early.stdout, /300 are needed/);
  const [made] = JSON.parse(city.learned.stdout);
  assert.deepEqual([made.came, made.version, made.in_force, made.report.cases], ['made', 1, true, 320], city.learned.stderr);
});

test('an operator sees what the past suggests, and one key chooses it', async () => {
  const page = await city.page();
  await signIn(page, 'li', PASSWORD);
  await page.goto('/desk/intake');
  await page.focus('#text');
  await page.keyboard.type('工地上搅拌机轰轰响，半夜还在打桩');
  const learned = page.locator('[data-learned]');
  await learned.getByText('施工噪声').first().waitFor();
  assert.match(await learned.innerText(), /\d+ %/);
  await page.keyboard.press('Alt+8');
  assert.equal(await page.inputValue('#category'), 'environment.noise.construction');
  assert.equal(await page.inputValue('#text'), '工地上搅拌机轰轰响，半夜还在打桩', 'no key went into the text');
  await axe(page);
  quiet(page);
});

test('the administrator reads how well it does, on a telephone too', async () => {
  const page = await city.page({ viewport: { width: 375, height: 800 } });
  await signIn(page, 'guan', PASSWORD);
  await page.goto('/desk/city/learning');
  await page.getByText('宏平均 F1').first().waitFor();
  await page.getByText('每一类').first().click();
  await axe(page);
  await fits(page);
  quiet(page);
});
