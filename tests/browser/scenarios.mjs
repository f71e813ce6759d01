// What people do on Palaver's page, one function each; they throw where the page does not do as it should.

import assert from 'node:assert/strict';

import {
  answered,
  begin,
  choose,
  grewWell,
  look,
  restartServer,
  say,
  settled,
  spoken,
  tooWide,
  until,
  violations,
  watchGrowth,
} from './page.mjs';

const QUICK = 'fake/fake-n5-d1';
const THINKING = 'fake/fake-r2-n5-d1';
const SLOW = 'fake/fake-n150-d20';
const LONG = 'fake/fake-n900-d20';
const BROKEN = 'fake/fake-h400';

export async function open_the_printed_link({ open, link, kept }) {
  const context = await open({ fresh: true });
  const page = await context.newPage();
  await page.goto(link);
  await page.getByLabel('Your message').waitFor();
  assert.equal(new URL(page.url()).pathname, '/');
  const [cookie] = await context.cookies();
  assert.equal(cookie.httpOnly, true);
  await context.storageState({ path: kept });
}

export async function ask_the_guide({ open }) {
  const page = await (await open()).newPage();
  await begin(page, 'builtin/guide', 'What can Palaver do?');
  await page.getByText('What can Palaver do?').first().waitFor();
  await settled(page);
  await page.locator('.answer .acts').waitFor();
  assert.ok((await answered(page)).length > 40);
  await page.locator('.session.current').getByText('What can Palaver do?').waitFor();
  assert.match(await page.title(), /What can Palaver do/);
}

export async function reload_in_mid_answer({ open }) {
  const page = await (await open()).newPage();
  await watchGrowth(page, spoken(150));
  await begin(page, SLOW, 'Speak slowly');
  await until(page, 'part 20 ');
  await page.reload();
  await until(page, 'part 50 ');
  await grewWell(page);
  await page.reload();
  await page.locator('.answer.live').waitFor();
  await settled(page);
  assert.equal(await answered(page), spoken(150));
  await grewWell(page);
  await page.reload();
  await page.locator('.answer .acts').waitFor();
  assert.equal(await answered(page), spoken(150));
  assert.equal(await page.locator('.answer').count(), 1);
}

export async function look_away_and_back({ open }) {
  const page = await (await open()).newPage();
  const streams = [];
  page.on('request', request => request.url().endsWith('/events') && streams.push(request));
  await watchGrowth(page, spoken(150));
  await begin(page, SLOW, 'Speak while I look away');
  for (const part of [20, 50, 80]) {
    await until(page, `part ${part} `);
    const closed = page.waitForEvent('requestfailed');
    await look(page, false);
    await closed;
    await look(page, true);
  }
  await settled(page);
  await page.locator('.answer .acts').waitFor();
  assert.equal(await answered(page), spoken(150));
  await grewWell(page);
  assert.equal(streams.length, 4);
}

export async function stop_from_a_second_tab({ open }) {
  const context = await open();
  const [first, second] = [await context.newPage(), await context.newPage()];
  for (const page of [first, second]) await watchGrowth(page, spoken(900));
  await begin(first, LONG, 'Speak long');
  await until(first, 'part 10 ');
  await second.goto(first.url());
  await until(second, 'part 30 ');
  await second.getByRole('button', { name: 'Stop the answer' }).click();
  for (const page of [first, second]) {
    await page.getByText('Stopped here.').waitFor();
    await settled(page);
    await grewWell(page);
  }
  const text = await answered(first);
  assert.equal(await answered(second), text);
  assert.ok(text.length > spoken(30).length && text.length < spoken(900).length);
  await say(second, 'And then?');
  await first.getByText('And then?').waitFor();
  await until(first, 'part 5 ');
  await first.keyboard.press('Escape');
  await second.getByText('Stopped here.').nth(1).waitFor();
}

export async function stop_by_key({ open }) {
  const page = await (await open()).newPage();
  await begin(page, LONG, 'Speak until I stop you');
  await until(page, 'part 10 ');
  await page.keyboard.press('Escape');
  await page.getByText('Stopped here.').waitFor();
  const text = await answered(page);
  await page.reload();
  await page.getByText('Stopped here.').waitFor();
  assert.equal(await answered(page), text);
  assert.ok(spoken(900).startsWith(text));
}

export async function retry_after_an_error({ open }) {
  const page = await (await open()).newPage();
  await begin(page, BROKEN, 'This will fail');
  const failure = page.getByRole('alert');
  await failure.getByRole('button', { name: 'Retry' }).waitFor();
  assert.equal((await page.locator('.answer > .markdown').allTextContents()).join('').trim(), '');
  assert.doesNotMatch(await failure.textContent(), /sk-secret/);
  await page.getByLabel('Model', { exact: true }).selectOption(QUICK);
  await failure.getByRole('button', { name: 'Retry' }).click();
  await until(page, 'part 4');
  await settled(page);
  assert.equal(await answered(page), spoken(5));
  assert.equal(await page.getByRole('alert').count(), 0);

  const failing = route => route.abort();
  await page.route('**/messages', failing);
  await say(page, 'This does not arrive');
  await page.getByRole('alert').getByText('Not sent').waitFor();
  await page.unroute('**/messages', failing);
  await page.getByRole('alert').getByRole('button', { name: 'Retry' }).click();
  await page.locator('.answer').nth(1).getByText('part 4').waitFor();
  await settled(page);
  assert.equal(await page.getByText('This does not arrive').count(), 1);
}

export async function fold_thoughts({ open }) {
  const page = await (await open()).newPage();
  await begin(page, THINKING, 'Think first');
  await until(page, 'part 4');
  const thoughts = page.locator('.thoughts');
  assert.equal(await thoughts.evaluate(details => details.open), false);
  await thoughts.getByText('Thoughts').click();
  await page.getByText('thought 0 thought 1').waitFor();
}

export async function edit_and_answer_again({ open }) {
  const page = await (await open()).newPage();
  await begin(page, QUICK, 'First wording');
  await settled(page);
  await page.getByRole('button', { name: 'Answer again' }).click();
  await page.locator('.answer').getByText('2/2').waitFor();
  await settled(page);
  await page.locator('.said').hover();
  await page.getByRole('button', { name: 'Edit message' }).click();
  await page.getByLabel('Your message, to be changed').fill('Second wording');
  await page.getByRole('button', { name: 'Ask again' }).click();
  await page.locator('.said').getByText('2/2').waitFor();
  await page.locator('.answer .acts').waitFor();
  assert.equal((await page.getByText('First wording').locator('visible=true').count()) > 0, true);
  await page.locator('.said').getByRole('button', { name: 'Previous version' }).click();
  await page.locator('.bubble').getByText('First wording').waitFor();
  await page.locator('.answer').getByText('2/2').waitFor();
  await page.reload();
  await page.locator('.bubble').getByText('First wording').waitFor();
  await page.locator('.answer').getByRole('button', { name: 'Previous version' }).click();
  await page.locator('.answer').getByText('1/2').waitFor();
  await say(page, 'Going on here');
  await page.locator('.answer').nth(1).getByText('part 4').waitFor();
  assert.deepEqual(await page.locator('.bubble').allTextContents(), ['First wording', 'Going on here']);
}

export async function keep_order_among_sessions({ open }) {
  const page = await (await open()).newPage();
  await begin(page, QUICK, 'Quinces and medlars');
  await until(page, 'part 4');
  await settled(page);
  await choose(page, 'Quinces and medlars', 'Rename');
  await page.getByLabel('New title').fill('Orchard');
  await page.keyboard.press('Enter');
  await choose(page, 'Orchard', 'Pin');
  const pinned = page.locator('.sessions section', { has: page.getByRole('heading', { name: 'Pinned' }) });
  await pinned.getByRole('link', { name: 'Orchard' }).waitFor();
  await page.reload();
  await pinned.getByRole('link', { name: 'Orchard' }).waitFor();

  await page.getByLabel('Search conversations').fill('medlars');
  await page.waitForFunction(() => document.querySelectorAll('.session').length === 1);
  await page.getByRole('link', { name: 'Orchard' }).waitFor();
  await page.getByLabel('Search conversations').fill('');
  await page.waitForFunction(() => document.querySelectorAll('.session').length > 1);

  await choose(page, 'Orchard', 'Archive');
  await page.getByRole('link', { name: 'Orchard' }).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Archive', exact: true }).click();
  await choose(page, 'Orchard', 'Delete');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await page.getByText('The archive is empty.').waitFor();
  await page.waitForURL(url => url.pathname === '/');
}

const ground = page =>
  page.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number)[0]);

export async function light_and_dark({ open }) {
  for (const [colorScheme, other] of [
    ['light', 'Dark colours'],
    ['dark', 'Light colours'],
  ]) {
    const page = await (await open({ colorScheme })).newPage();
    await page.goto('/');
    await page.getByLabel('Your message').waitFor();
    const dark = async () => (await ground(page)) < 128;
    assert.equal(await dark(), colorScheme === 'dark');
    while ((await page.getByRole('button', { name: other }).count()) === 0) {
      await page.getByRole('button', { name: /olours/ }).click();
    }
    assert.equal(await dark(), colorScheme === 'light');
    await page.reload();
    await page.getByLabel('Your message').waitFor();
    assert.equal(await dark(), colorScheme === 'light');
  }
}

export async function small_phone({ open }) {
  const page = await (await open({ viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true })).newPage();
  await page.goto('/');
  // A long name: "Palaver's guide (no language model)".
  await page.getByLabel('Model', { exact: true }).selectOption('builtin/guide');
  await page.getByRole('button', { name: 'What can Palaver do?' }).click();
  await page.locator('.answer .acts').waitFor();
  assert.deepEqual(await tooWide(page, 360), []);
  await page.getByRole('button', { name: 'Show your conversations' }).click();
  await page.locator('.session.current').waitFor();
  assert.deepEqual(await tooWide(page, 360), []);
  await page.getByRole('button', { name: 'Close the list' }).click();
  await page.locator('.side').waitFor({ state: 'hidden' });
  assert.ok(await page.getByLabel('Your message').isVisible());
}

export async function accessible({ open }) {
  for (const colorScheme of ['light', 'dark']) {
    const page = await (await open({ colorScheme, reducedMotion: 'reduce' })).newPage();
    await page.goto('/');
    await page.getByLabel('Model', { exact: true }).waitFor();
    assert.deepEqual(await violations(page), []);
    await begin(page, 'builtin/guide', 'How do I connect a model?');
    await page.locator('.answer .acts').waitFor();
    await page.locator('.session.current').waitFor();
    assert.deepEqual(await violations(page), []);
    const told = await page.locator('[aria-live=polite]').textContent();
    assert.match(told, /^The answer: ./);
    await begin(page, BROKEN, 'Fail, please');
    await page.getByRole('alert').waitFor();
    await settled(page);
    assert.deepEqual(await violations(page), []);
    const stranger = await (await open({ colorScheme, fresh: true })).newPage();
    await stranger.goto('/');
    await stranger.getByLabel('Email').waitFor();
    assert.deepEqual(await violations(stranger), []);
  }
}

export async function read_the_description({ open }) {
  const context = await open();
  const complaints = [];
  context.on('console', message => message.type() === 'error' && complaints.push(message.text()));
  const trying = await context.newPage();
  await trying.goto('/docs');
  // Reading the whole description takes its time where the machine has other work.
  await trying.locator('.opblock-tag[data-tag=auth] button').click({ timeout: 45_000 });
  await trying.locator('.opblock', { hasText: '/api/v1/auth/me' }).locator('button').first().click();
  await trying.getByRole('button', { name: 'Try it out' }).click();
  await trying.getByRole('button', { name: 'Execute' }).click();
  await trying.locator('.live-responses-table').getByText('owner@palaver.local').waitFor();
  const reading = await context.newPage();
  await reading.goto('/redoc');
  await reading.getByText('Ask, and get the finished message').first().click();
  await reading.getByText('/api/v1/query/single').first().waitFor();
  assert.deepEqual(complaints, []);
}

export async function sign_in_with_password({ open }) {
  const page = await (await open({ fresh: true })).newPage();
  await page.goto('/c/ses_00000000000000000000000000000000');
  await page.getByText('palaver serve').waitFor();
  await page.getByLabel('Email').fill('ada@example.org');
  await page.getByLabel('Password').fill('not the password');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').waitFor();
  await page.getByLabel('Password').fill('correct horse battery staple');
  await page.keyboard.press('Enter');
  await page.getByText('This conversation is not there any more.').waitFor();
  await page.getByText('ada@example.org').waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('Email').waitFor();
}

export async function restart_in_mid_answer({ open }) {
  const page = await (await open()).newPage();
  await watchGrowth(page, spoken(150), { restarts: true });
  await begin(page, SLOW, 'Speak through a restart');
  await until(page, 'part 30 ');
  await restartServer();
  await settled(page);
  await page.locator('.answer .acts').waitFor();
  assert.equal(await answered(page), spoken(150));
  assert.equal(await page.locator('.answer').count(), 1);
  await page.locator('.disconnected').waitFor({ state: 'detached' });
  await grewWell(page);
}
