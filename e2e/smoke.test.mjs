// The first thing to look at when everything fails: does the program answer, and is its front door sound?

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { axe, fits, quiet, withCity } from './harness.mjs';

const city = withCity();

test('health answers', async () => {
  const answer = await fetch(new URL('/health', city.url));
  assert.equal(answer.status, 200);
});

test('the home page has one heading, is accessible and fits a phone', async () => {
  const page = await city.page({ width: 375, height: 812, touch: true });
  await page.goto('/');
  assert.equal(await page.locator('h1').count(), 1);
  assert.equal(await page.locator('html').getAttribute('lang'), 'zh-CN');
  await axe(page);
  await fits(page);
  quiet(page);
});

test('the home page says the same without script', async () => {
  const page = await city.page({ script: false });
  const answer = await page.goto('/');
  assert.equal(answer.status(), 200);
  assert.notEqual((await page.locator('h1').innerText()).trim(), '');
});

test('an address that is not there says so, and where to go', async () => {
  const page = await city.page();
  const answer = await page.goto('/no-such-page');
  assert.equal(answer.status(), 404);
  assert.equal(await page.locator('h1').count(), 1);
  assert.ok((await page.locator('main a').count()) > 0);
});
