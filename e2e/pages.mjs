// Every page that a person can meet, with how to get there: for pictures, for axe, for both languages.
//
// `who` is a login of the demo (nobody: a resident). `go` is an address, or leads there from nothing. `typed` says
// that the page answers what somebody typed, so that its address alone does not bring it back.

import { find, numberOf } from './desk.mjs';
import { enter } from './harness.mjs';

/** The case that the demo tells most about: a wire grown through a tree. */
export const WIRE = '电线长进香樟';

/** The units of the demo that have an account each. */
const HANDLERS = ['urban', 'water', 'power', 'hejiatu', 'drainage', 'traffic', 'bus', 'transport', 'housing', 'green', 'ecology', 'labour'];

export const RESIDENT = [
  { name: 'resident-home', go: '/' },
  { name: 'resident-report', go: '/report' },
  { name: 'resident-report-errors', typed: true, go: reportWithErrors },
  { name: 'resident-receipt', go: receipt },
  { name: 'resident-lookup', go: '/track' },
  { name: 'resident-lookup-error', go: '/track?number=260104004178' },
  { name: 'resident-tail', go: tail },
  { name: 'track-received', go: trackHeld },
  { name: 'track-dispatched', go: track('stage=dispatched') },
  { name: 'track-in-hand', go: track(`q=${WIRE}`) },
  { name: 'track-in-review', go: track('stage=in-review') },
  { name: 'track-callback', go: track('stage=callback') },
  { name: 'track-closed', go: track(`q=路灯整条街不亮`) },
  { name: 'track-late', go: track('due=overdue') },
  { name: 'public-list', go: '/requests' },
  { name: 'public-list-empty', go: '/requests?top=education&county=430225&state=done' },
  { name: 'public-map', go: '/map' },
  { name: 'public-map-near', go: '/map?z=14' },
  { name: 'public-matter', go: publicMatter },
  { name: 'public-voice', go: publicVoice },
  { name: 'resident-report-words', typed: true, go: reportWithWords },
  { name: 'track-own', go: trackOwn },
  { name: 'alerts', go: '/alerts' },
  { name: 'alerts-sent', go: '/alerts?sent=1' },
  { name: 'mine', go: '/mine' },
  { name: 'public-figures', go: '/stats' },
  { name: 'hall-services', go: '/services' },
  { name: 'hall-which', go: '/services/bicycle-deposit' },
  { name: 'hall-situation', go: '/services/bicycle-deposit?how=personal&print=bike&card=lost' },
  { name: 'verify-receipt', go: '/verify' },
  { name: 'resident-privacy', go: '/privacy' },
  { name: 'answers', go: '/answers' },
  { name: 'answer', go: answer },
  { name: 'demo-outbox', go: '/demo/outbox' },
  { name: 'track-asked', go: track('waits=person') },
  { name: 'task-outside', go: outside },
  { name: 'not-found', go: '/no-such-page' },
];

export const DESK = [
  { name: 'login', go: '/desk/login' },
  { name: 'login-wrong', typed: true, go: wrongPassword },
  { name: 'desk-worklist', who: 'dispatcher', go: '/desk/cases' },
  { name: 'desk-worklist-filter', typed: true, who: 'dispatcher', go: filter },
  { name: 'desk-empty', who: 'dispatcher', go: '/desk/cases?q=nosuchword&stage=received' },
  { name: 'desk-unit', who: 'urban', go: '/desk/cases' },
  { name: 'desk-intake', who: 'operator', go: '/desk/intake' },
  { name: 'desk-intake-suggestions', typed: true, who: 'operator', go: intake },
  { name: 'desk-intake-errors', typed: true, who: 'operator', go: intakeWithErrors },
  { name: 'desk-calls', who: 'operator', go: '/desk/calls' },
  { name: 'desk-calls-lead', who: 'supervisor', go: '/desk/calls' },
  { name: 'desk-calls-missed', who: 'operator', go: '/desk/calls/missed' },
  { name: 'desk-callbacks', who: 'caller', go: '/desk/callbacks' },
  { name: 'desk-judgements', who: 'reviewer', go: '/desk/judgements' },
  { name: 'desk-alerts', who: 'urban', go: '/desk/alerts' },
  { name: 'desk-knowledge', who: 'knowledge', go: '/desk/knowledge' },
  { name: 'desk-knowledge-item', who: 'knowledge', go: item },
  { name: 'desk-quality', who: 'reviewer', go: '/desk/quality' },
  { name: 'desk-quality-mine', who: 'operator', go: '/desk/quality/mine' },
  { name: 'desk-case-received', who: 'dispatcher', go: held },
  { name: 'desk-case-dispatched', go: asHandler('stage=dispatched') },
  { name: 'desk-case-in-hand', who: 'cable', go: wire },
  { name: 'desk-case-in-review', who: 'reviewer', go: first('stage=in-review') },
  { name: 'desk-case-callback', who: 'caller', go: first('stage=callback') },
  { name: 'desk-case-closed', who: 'leader', go: first('stage=closed') },
  { name: 'desk-case-wire', who: 'dispatcher', go: wire },
  { name: 'desk-case-return', who: 'dispatcher', go: first('waits=return') },
  { name: 'desk-case-extension', who: 'dispatcher', go: first('waits=extension') },
  { name: 'desk-case-tasks', who: 'urban', go: tasks },
  { name: 'desk-case-moderate', go: moderation },
  { name: 'desk-returns', who: 'dispatcher', go: '/desk/cases?waits=return' },
  { name: 'desk-figures', who: 'supervisor', go: '/desk/figures' },
  { name: 'desk-list-map', who: 'dispatcher', go: '/desk/cases?stage=all&view=map' },
  { name: 'desk-batch', typed: true, go: batch },
  { name: 'desk-entry', who: 'urban', go: '/desk/entry' },
  { name: 'desk-phrases', who: 'leader', go: '/desk/phrases' },
  { name: 'desk-notice-texts', who: 'leader', go: '/desk/notice-texts' },
  { name: 'desk-notice-text', who: 'leader', go: '/desk/notice-texts/receipt' },
  { name: 'desk-staff-mail', who: 'admin', go: '/desk/staff-mail' },
  { name: 'desk-figures-sides', who: 'supervisor', go: '/desk/figures?by=unit' },
  { name: 'desk-board', who: 'supervisor', go: '/board/desk' },
  { name: 'desk-reports', who: 'supervisor', go: '/desk/reports' },
  { name: 'desk-notices', who: 'supervisor', go: '/desk/notices' },
  { name: 'desk-notice', who: 'supervisor', go: notice },
  { name: 'desk-notices-keeper', who: 'admin', go: '/desk/notices' },
  { name: 'admin-settings', who: 'admin', go: '/desk' },
  { name: 'admin-categories', who: 'admin', go: '/desk/city/categories' },
  { name: 'admin-category-new', who: 'admin', go: '/desk/city/categories/entry' },
  { name: 'admin-rule', who: 'admin', go: '/desk/city/catalogue/entry?id=aerial-tree' },
  { name: 'admin-rule-dry', typed: true, who: 'admin', go: dryRun },
  { name: 'admin-wrong', typed: true, who: 'admin', go: wrongDeadline },
  { name: 'admin-file', who: 'admin', go: '/desk/city/file?path=texts.toml' },
  { name: 'admin-import', who: 'admin', go: '/desk/city/import' },
  { name: 'admin-checklist', who: 'admin', go: '/desk/city/checklists/entry?id=drain-cover' },
  { name: 'admin-hours', who: 'admin', go: '/desk/city/hours' },
  { name: 'admin-hours-wrong', typed: true, who: 'admin', go: wrongHours },
  { name: 'people-erasures', who: 'operator', go: '/desk/erasures' },
  { name: 'people-erasure', who: 'privacy', go: erasure },
  { name: 'people-terms', who: 'privacy', go: '/desk/retention' },
  { name: 'hall-desk', who: 'clerk', go: '/desk/hall' },
  { name: 'hall-new', typed: true, who: 'clerk', go: taking },
  { name: 'hall-one', who: 'clerk', go: returned },
  { name: 'hall-payouts', who: 'cashier', go: '/desk/hall/payouts' },
  { name: 'hall-payout', who: 'cashier', go: payout },
  { name: 'hall-books', who: 'cashier', go: '/desk/hall/books' },
  { name: 'admin-moves', who: 'admin', go: '/desk/moves' },
  { name: 'admin-registers', who: 'admin', go: '/desk/city/registers' },
  { name: 'admin-learning', who: 'admin', go: '/desk/city/learning' },
  { name: 'desk-letters', who: 'operator', go: '/desk/letters' },
  { name: 'admin-replace', who: 'admin', go: '/desk/replace?kind=unit&from=power' },
  { name: 'admin-replace-look', typed: true, who: 'admin', go: replaceLook },
  { name: 'admin-role', who: 'security', go: '/desk/city/roles/entry?id=handler' },
  { name: 'admin-accounts', who: 'security', go: '/desk/accounts' },
  { name: 'admin-account', who: 'security', go: account },
  { name: 'admin-changes', who: 'audit', go: '/desk/changes' },
  { name: 'admin-sign-ins', who: 'audit', go: '/desk/sign-ins' },
  { name: 'admin-access', who: 'security', go: '/desk/city/file?path=access.toml' },
  { name: 'desk-me', who: 'leader', go: '/desk/me' },
  { name: 'admin-service-keys', who: 'security', go: '/desk/service-keys' },
  { name: 'admin-webhooks', who: 'security', go: '/desk/webhooks' },
  { name: 'admin-webhook', who: 'security', go: webhook },
  { name: 'api-docs', go: '/api/v1/docs' },
  { name: 'desk-forbidden', who: 'leader', go: '/desk/intake' },
  { name: 'desk-not-found', who: 'leader', go: '/desk/cases/000000000000' },
  { name: 'style', go: '/style' },
];

export const ALL = [...RESIDENT, ...DESK];

/** Brings a page to an entry of the lists above. */
export async function visit(page, { who, go }) {
  if (who) await enter(page, who);
  if (typeof go === 'function') await go(page);
  else await page.goto(go);
  await page.waitForLoadState('load');
}

/** The same page for somebody else: by its address, or typed once more. */
export async function again(page, entry, cookie) {
  await page.context().addCookies([{ ...cookie, url: page.home }]);
  if (entry.typed) await visit(page, entry);
  else await page.goto(page.url());
}

/** The first case of a worklist. */
function first(query) {
  return async (page) => {
    await page.goto(`/desk/cases?${query}`);
    const link = page.locator('a[data-open]').first();
    if ((await link.count()) === 0) throw new Error(`the demo has no case with ${query} for this account`);
    await page.goto(await link.getAttribute('href'));
  };
}

/** The first case of a worklist, as whichever unit has one. */
function asHandler(query) {
  return async (page) => {
    for (const who of HANDLERS) {
      await enter(page, who);
      await page.goto(`/desk/cases?${query}`);
      if ((await page.locator('a[data-open]').count()) > 0) return first(query)(page);
    }
    throw new Error(`no unit of the demo has a case with ${query}`);
  };
}

async function wire(page) {
  await find(page, WIRE);
}

/** The case of the demo with the most tasks, with the menu of its steps open. */
async function tasks(page) {
  await first('waits=person')(page);
  await page.locator('details.act-more > summary').click();
}

/** Two cases of the worklist at once: what was done to each. */
async function batch(page) {
  await asHandler('stage=dispatched')(page);
  await page.goto('/desk/cases?stage=dispatched');
  for (const box of (await page.locator('input[type=checkbox][name=case]').all()).slice(0, 2)) await box.check();
  await page.locator('.bulk button[value=sign]').click();
}

/** The page of somebody outside, who got a link. */
async function outside(page) {
  await page.goto(await asStaff(page, 'urban', async (staff) => {
    await first('waits=person')(staff);
    await staff.locator('details.act-more > summary').click();
    await staff.locator('details#task-link > summary').click();
    const form = staff.locator('details#task-link form');
    await form.locator('[name=task]').selectOption({ index: 1 });
    await form.locator('button[value=new]').click();
    return new URL(await staff.locator('.note [data-island=copy]').innerText()).pathname;
  }));
}

/** A case that the operator left to the dispatcher, so that nobody has it yet. */
async function held(page) {
  await page.goto(`/desk/cases/${await hold(page)}`);
}

async function trackHeld(page) {
  await unlock(page, { number: await hold(page), tail: '2345' });
}

/** The operator takes a call and leaves it to the dispatcher; gives the number. */
function hold(page) {
  return asStaff(page, 'operator', async (staff) => {
    await staff.goto('/desk/intake');
    await staff.fill('#text', '来电人说，桥头的石狮子被人涂了字。');
    await staff.fill('#place', '桥头');
    await staff.fill('#phone', '13900012345');
    await staff.locator('button[value=hold]').click();
    await staff.waitForURL(/saved=\d+/);
    return /saved=(\d+)/.exec(staff.url())[1];
  });
}

/** Does something as staff in a context of its own, beside a page that is a resident's. */
async function asStaff(page, who, work) {
  const context = await page.context().browser().newContext({ baseURL: page.home, locale: 'zh-CN' });
  try {
    const staff = await context.newPage();
    staff.home = page.home;
    await enter(staff, who);
    return await work(staff);
  } finally {
    await context.close();
  }
}

/** Opens a matter as its person does. */
async function unlock(page, { number, tail }) {
  await page.goto(`/track/${number}`);
  await page.fill('#tail', tail);
  await page.locator('form[action$="/access"] button').click();
  await page.locator('section[aria-labelledby=who]').waitFor();
}

/** The number and telephone tail of a case, which only staff see, then the person's own page. */
function track(query) {
  return async (page) => {
    const known = `${page.home} ${query}`;
    if (!keys.has(known)) keys.set(known, await asStaff(page, 'dispatcher', (staff) => keyOf(staff, query)));
    await unlock(page, keys.get(known));
  };
}

/** What `track` found, by city and query: nobody here moves these cases on. */
const keys = new Map();

async function keyOf(staff, query) {
  await staff.goto(`/desk/cases?${query}`);
  const links = await staff.locator('a[data-open]').evaluateAll((all) => all.map((one) => one.getAttribute('href')));
  for (const link of links) {
    await staff.goto(link);
    const tail = /(\d{4})\s*$/.exec((await staff.locator('.people li span').first().innerText()).trim())?.[1];
    if (tail) return { number: numberOf(staff), tail };
  }
  throw new Error(`the demo has no case with ${query} whose person left a telephone`);
}

/** The newest open matter that everybody may see. */
async function publicMatter(page) {
  await page.goto('/requests?state=open');
  await page.goto(await page.locator('section[aria-labelledby=seen] a.row').first().getAttribute('href'));
}

async function publicVoice(page) {
  await publicMatter(page);
  await page.goto(`${new URL(page.url()).pathname}/voices`);
}

/** The form with words that are to be public, as others would read them. */
async function reportWithWords(page) {
  await page.goto('/report');
  await page.fill('#text', '公交站的座椅断了一条腿，请打13900004321找测试·王女士，家在建设路8号3栋602。');
  await page.check('[name=share][value=words]');
  await page.locator('[data-share-words]', { hasText: '＊＊＊' }).waitFor();
}

/** One's own matter with both folds open: what others see, and taking it back. */
async function trackOwn(page) {
  await receipt(page);
  await page.goto(page.url().split('?')[0]);
  for (const fold of ['shared', 'withdraw']) await page.locator(`section[aria-labelledby=${fold}] summary`).click();
}

/** What the desk says to the words that a person lets be public. */
async function moderation(page) {
  await reportWithWords(page);
  await page.check('[name=privacy][value=anonymous]');
  await page.locator('form.report > button.btn-main').click();
  await page.waitForURL(/new=1/);
  const number = /\/track\/(\d+)/.exec(page.url())[1];
  await enter(page, 'dispatcher');
  await page.goto(`/desk/cases/${number}`);
  await page.locator('details.act-more > summary').click();
  await page.locator('details#moderate > summary').click();
}

async function reportWithErrors(page) {
  await page.goto('/report');
  await page.check('[name=privacy][value=contact]');
  await page.fill('#phone', '139');
  await page.locator('form.report > button.btn-main').click();
  await page.locator('.note-must').waitFor();
}

async function receipt(page) {
  await page.goto('/report');
  await page.fill('#text', '小区门口的路灯不亮，晚上看不见台阶。');
  await page.fill('#place', '建设中路近中心广场');
  await page.check('[name=privacy][value=contact]');
  await page.fill('#phone', '13900008899');
  await page.locator('form.report > button.btn-main').click();
  await page.waitForURL(/new=1/);
}

async function tail(page) {
  await receipt(page);
  const address = page.url().split('?')[0];
  await page.context().clearCookies({ name: /pass|track/ });
  await page.goto(address);
}

async function answer(page) {
  await page.goto('/answers');
  await page.goto(await page.locator('.rows a[href^="/answers/"]').first().getAttribute('href'));
}

async function item(page) {
  await page.goto('/desk/knowledge');
  await page.goto(await page.locator('.tbl th a').first().getAttribute('href'));
}

/** The newest notice of the ledger. */
async function notice(page) {
  await page.goto('/desk/notices?channel=sms');
  await page.goto(await page.locator('.tbl-notices td a').first().getAttribute('href'));
}

async function wrongPassword(page) {
  await page.goto('/desk/login');
  await page.fill('#login', 'nobody');
  await page.fill('#password', 'not the password');
  await page.locator('.login form button').click();
  await page.locator('.note-must').waitFor();
}

async function filter(page) {
  await page.goto('/desk/cases?unit=urban&due=overdue&stage=open');
  await page.locator('details.chip-add summary[data-key=f]').click();
}

async function intake(page) {
  await page.goto('/desk/intake');
  await page.fill('#text', '来电人说，纺织路和四通路交口那棵樟树里有根电线，刮风就打火花，下面有小学生走。');
  await page.fill('#place', '纺织路与四通路交口');
  await page.fill('#name', '测试·路先生');
  await page.fill('#phone', '13900006021');
  await page.locator('[data-assist-out] .sug').first().waitFor();
  await page.waitForLoadState('networkidle');
}

async function intakeWithErrors(page) {
  await page.goto('/desk/intake');
  await page.fill('#phone', '12');
  await page.locator('button[value=dispatch]').click();
  await page.locator('.note-must').waitFor();
}

/** A rule that would send cases elsewhere, tried and not saved. */
async function dryRun(page) {
  await page.goto('/desk/city/catalogue/entry?id=aerial-tree');
  await page.locator('#f-unit').selectOption('urban.green');
  await page.locator('button[value=try]').click();
}

/** What closing a unit would change, looked at and not done. */
async function replaceLook(page) {
  await page.goto('/desk/replace?kind=unit&from=power');
  await page.locator('#to').selectOption('urban');
  await page.locator('button[value=look]').click();
}

/** An application at the counter, with everything to be typed. */
async function taking(page) {
  await page.goto('/desk/hall/new?service=bicycle-deposit');
  await page.fill('#number', '02184471');
  await page.locator('button[value=look]').first().click();
  await page.locator('input[name=q-card][value=lost]').check();
  await page.locator('button[value=look]').last().click();
  await page.locator('.big-sum').waitFor();
}

/** An application that the bank returned. */
async function returned(page) {
  await page.goto('/desk/hall');
  await page.locator('a[href^="/desk/hall/applications/"]').first().click();
}

/** A batch with the answer of the bank. */
async function payout(page) {
  await page.goto('/desk/hall/payouts');
  await page.locator('a[href^="/desk/hall/payouts/B"]').first().click();
}

/** What an erasure would take, before it is decided. */
async function erasure(page) {
  await page.goto('/desk/erasures');
  await page.locator('a[href^="/desk/erasures/"]').first().click();
}

/** Hours that end before they begin. */
async function wrongHours(page) {
  await page.goto('/desk/city/hours');
  await page.fill('#to1', '08:00');
  await page.locator('.admin-form .btn-main').click();
}

/** A deadline that cannot be read. */
async function wrongDeadline(page) {
  await page.goto('/desk/city/deadlines/entry?id=normal');
  await page.fill('#f-finish', 'soon');
  await page.locator('button[value=save]').click();
}

/** The webhook of the demonstration, with what it was told. */
async function webhook(page) {
  await page.goto('/desk/webhooks');
  await page.locator('.rows a').first().click();
}

/** Somebody’s account. */
async function account(page) {
  await page.goto('/desk/accounts');
  await page.locator('.entry-rows a', { hasText: 'operator' }).first().click();
}
