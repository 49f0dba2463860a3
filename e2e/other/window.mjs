// What a person does in a window of any browser. The two browsers beside this file say how: `firefox.mjs` and
// `webkit.mjs` each give `run`, `go`, `size`, `click`, `press`, `files`, `forget` and `picture`.
//
// Deliberately not here: Chromium. Its journeys stand in the folder above and prove more than this.

import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';

const WAIT_MS_MAX = 20_000;
const LOOK_MS = 100;

/** A window of a browser; `driver` is what the file of that browser gives. */
export class Window {
  constructor(driver, home) {
    Object.assign(this, { driver, home });
  }

  /** Runs a function in the page; what it is given and gives is JSON. */
  run(work, ...args) {
    return this.driver.run(`return (${work})(...arguments)`, args);
  }

  go(path) {
    return this.driver.go(new URL(path, this.home).href);
  }

  /** Somebody else sits down, with another window. */
  async person({ width = 1440, height = 900 } = {}) {
    await this.driver.size(width, height);
    await this.driver.forget();
    this.width = width;
  }

  url() {
    return this.run(() => location.pathname + location.search);
  }

  /** Waits until `look` gives something; a page that is just going is asked once more. */
  async until(what, look) {
    const end = Date.now() + WAIT_MS_MAX;
    for (let last; ; await pause(LOOK_MS)) {
      try {
        last = await look();
        if (last) return last;
      } catch (error) {
        last = error;
      }
      if (Date.now() > end) throw new Error(`${await this.url()}: ${what} did not come; last seen: ${last}`);
    }
  }

  arrive(pattern) {
    return this.until(`an address like ${pattern}`, async () => {
      const url = await this.url();
      return pattern.test(url) && (await this.run(() => document.readyState)) === 'complete' ? url : '';
    });
  }

  /** Waits until an element is there and seen. */
  see(selector) {
    return this.until(selector, () => this.run((wanted) => (document.querySelector(wanted)?.getClientRects().length ?? 0) > 0, selector));
  }

  /** Presses with the pointer, where the element is. */
  async click(selector) {
    await this.see(selector);
    await this.run((wanted) => document.querySelector(wanted).scrollIntoView({ block: 'center', behavior: 'instant' }), selector);
    await this.driver.click(selector);
  }

  /** Types over what a field says. */
  async fill(selector, words) {
    await this.see(selector);
    await this.run((wanted) => document.querySelector(wanted).focus(), selector);
    await this.run(() => document.activeElement.select());
    await this.driver.press(words);
    assert.equal(await this.run((wanted) => document.querySelector(wanted).value, selector), words);
  }

  /** Chooses from a list; the lists that browsers unfold are windows of their own, which no driver sees. */
  async choose(selector, value) {
    await this.see(selector);
    await this.run((wanted, key) => {
      const list = document.querySelector(wanted);
      list.value = key;
      for (const kind of ['input', 'change']) list.dispatchEvent(new Event(kind, { bubbles: true }));
    }, selector, value);
    assert.equal(await this.run((wanted) => document.querySelector(wanted).value, selector), value);
  }

  press(keys) {
    return this.driver.press(keys);
  }

  /** Tab, until something has the focus. */
  async reach(selector, max = 60) {
    for (let i = 0; i < max; i += 1) {
      if (await this.run((wanted) => document.activeElement?.matches(wanted) ?? false, selector)) return;
      await this.press(KEYS.tab);
    }
    throw new Error(`Tab does not reach ${selector} on ${await this.url()}`);
  }

  text(selector = 'main') {
    return this.run((wanted) => document.querySelector(wanted)?.innerText ?? '', selector);
  }

  count(selector) {
    return this.run((wanted) => document.querySelectorAll(wanted).length, selector);
  }

  /** Nobody scrolls sideways. */
  async fits() {
    const wide = await this.run(() => document.documentElement.scrollWidth);
    assert.ok(wide <= this.width, `${await this.url()} is ${wide} px wide in a window of ${this.width} px`);
  }
}

/** Keys that write nothing, as WebDriver names them. */
export const KEYS = { tab: '\uE004', enter: '\uE007', right: '\uE014', down: '\uE015', space: ' ' };
