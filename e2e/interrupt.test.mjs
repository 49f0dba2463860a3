// 1b. Ctrl-C in the middle of an import: what was imported is whole, the program says what it did, and running the
// same command again completes it.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { duban, environment, folder, program } from './program.mjs';

const ROWS = 3_000;
/** So many bytes in the database's log say that rows are being written. */
const BUSY_BYTES = 3 << 20;
const WAIT_MS_MAX = 120_000;

test('an import that is interrupted says what it did, is consistent, and goes on', async () => {
  const place = folder();
  const data = join(place.path, 'city');
  const table = join(place.path, 'export.csv');
  writeFileSync(table, rows());
  const made = await duban(['key', 'add', '--data', data, '--city', 'zhuzhou', '--name', 'e2e']);
  assert.equal(made.code, 0, made.stderr);
  const words = ['import', '--data', data, '--mapping', 'generic-12345', table];

  const stopped = await interrupted(words, data);
  assert.equal(stopped.code, 130, stopped.stderr);
  assert.match(stopped.stderr, /已停下。已导入的都在/);
  const first = JSON.parse(stopped.stdout);
  assert.ok(first.stopped && first.imported > 0 && first.imported < ROWS, stopped.stdout);
  await sound(data, first.imported);

  const again = await duban(words);
  assert.equal(again.code, 0, again.stderr);
  const second = JSON.parse(again.stdout);
  assert.deepEqual([second.already, second.imported], [first.imported, ROWS - first.imported]);
  await sound(data, ROWS);
  place.drop();
});

/** Starts an import and presses Ctrl-C once rows are being written. */
async function interrupted(words, data) {
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'], env: environment });
  const out = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) child[name].setEncoding('utf8').on('data', (text) => (out[name] += text));
  const closed = new Promise((resolve) => child.once('close', (code) => resolve({ code, ...out })));
  const until = Date.now() + WAIT_MS_MAX;
  while (child.exitCode === null && bytes(data) < BUSY_BYTES && Date.now() < until) await new Promise((wake) => setTimeout(wake, 20));
  child.kill('SIGINT');
  return closed;
}

function bytes(data) {
  const size = (name) => {
    try {
      return statSync(join(data, name)).size;
    } catch {
      return 0;
    }
  };
  return size('duban.db') + size('duban.db-wal');
}

async function sound(data, cases) {
  const checked = await duban(['check', '--data', data, '--json']);
  assert.equal(checked.code, 0, checked.stdout + checked.stderr);
  const found = JSON.parse(checked.stdout);
  assert.deepEqual(found.faults, []);
  assert.equal(found.cases, cases, 'every row that was counted is there, and no other');
}

function rows() {
  const lines = ['工单编号,工单标题,诉求内容,受理时间,诉求类型,紧急程度,诉求来源,问题分类,所属区域,事发地址,经度,纬度,来电人,联系电话,是否公开,答复内容,办结时间'];
  for (let n = 0; n < ROWS; n += 1) {
    const at = `2025-${String(1 + (n % 12)).padStart(2, '0')}-${String(1 + (n % 28)).padStart(2, '0')} 09:${String(n % 60).padStart(2, '0')}`;
    lines.push(`INT-${n},第 ${n} 盏路灯不亮,测试路第 ${n} 盏路灯不亮。,${at},求助,,电话,,芦淞区,测试路 ${n} 号,,,测试·王女士,13900001001,公开,,`);
  }
  return `${lines.join('\n')}\n`;
}
