// Conversations of several people: invited by a link, shown who speaks, shown out. See `scenarios.mjs`.

import assert from 'node:assert/strict';

import { begin, say, settled, tooWide, violations } from './page.mjs';

const QUICK = 'fake/fake-n5-d1';
const STILL = { reducedMotion: 'reduce' };

const people = page => page.getByRole('dialog', { name: 'People' });
const taking = page => people(page).getByRole('list', { name: 'Who takes part' }).getByRole('listitem');

async function openPeople(page) {
  await page.getByRole('button', { name: 'More about this conversation' }).press('Enter');
  await page.waitForFunction(() => document.activeElement.role === 'menuitem');
  await page.getByRole('menuitem', { name: 'People' }).press('Enter');
  await taking(page).first().waitFor();
}

const close = async page => {
  await page.keyboard.press('Escape');
  await people(page).waitFor({ state: 'detached' });
};

/** Signs in, as one who came with a link to something. */
async function signIn(page) {
  await page.getByText('You were invited to a conversation').waitFor();
  assert.deepEqual(await violations(page), []);
  await page.getByLabel('Email').fill('guest@example.org');
  await page.getByLabel('Password').fill('correct horse battery');
  await page.keyboard.press('Enter');
}

export async function invite_somebody_who_reads_then_writes_and_is_shown_out({ open }) {
  const mine = await (await open(STILL)).newPage();
  await begin(mine, QUICK, 'Where does the path lead?');
  await settled(mine);
  const talk = mine.url();
  await openPeople(mine);
  assert.match(await taking(mine).first().textContent(), /\(you\)Owner$/);
  await people(mine).getByLabel('For how many').selectOption('5');
  await people(mine).getByRole('button', { name: 'Make a link' }).press('Enter');
  const link = await people(mine).getByLabel('Give this link').inputValue();
  const secret = link.split('#invitation=')[1];
  assert.equal(new URL(link).pathname, '/');
  assert.ok(secret.length > 20);
  await people(mine).getByText('5 people, may read').waitFor();
  assert.deepEqual(await violations(mine), []);
  await close(mine);

  const theirs = await (await open({ ...STILL, fresh: true })).newPage();
  const asked = [];
  theirs.on('request', request => asked.push(request.url() + JSON.stringify(request.headers())));
  await theirs.goto(link);
  await signIn(theirs);
  const dialog = theirs.getByRole('dialog', { name: 'Join a conversation?' });
  await dialog.waitFor();
  assert.ok(!theirs.url().includes(secret), 'the secret left the address');
  assert.deepEqual(await violations(theirs), []);
  await dialog.getByRole('button', { name: 'Join' }).press('Enter');
  await theirs.waitForURL(talk);
  await theirs.getByText('Where does the path lead?').first().waitFor();
  await theirs.locator('.answer .acts').waitFor();
  await theirs.getByText('You may read along here').waitFor();
  assert.equal(await theirs.getByLabel('Your message').count(), 0);
  assert.equal(await theirs.getByRole('button', { name: 'Edit message' }).count(), 0);
  assert.deepEqual(
    asked.filter(one => one.includes(secret)),
    [],
  );

  await openPeople(mine);
  await people(mine).getByText('4 people, may read').waitFor();
  const role = people(mine).getByLabel('What guest may do');
  await role.selectOption({ label: 'May write' });
  await people(mine).getByRole('button', { name: 'Revoke' }).press('Enter');
  await people(mine).getByRole('button', { name: 'Revoke' }).waitFor({ state: 'detached' });
  await close(mine);
  await theirs.reload();
  await theirs.getByLabel('Your message').waitFor();
  await say(theirs, 'May I come along?');
  await mine.getByRole('article', { name: 'guest said' }).getByText('May I come along?').waitFor();
  await settled(mine);
  await openPeople(mine);
  await people(mine).getByRole('button', { name: 'Remove guest' }).press('Enter');
  await mine.getByRole('dialog', { name: 'Remove guest?' }).getByRole('button', { name: 'Remove' }).press('Enter');
  await taking(mine).nth(1).waitFor({ state: 'detached' });
  await theirs.getByText('This conversation is not there any more.').waitFor();
  await theirs.goto(link);
  await dialog.getByRole('button', { name: 'Join' }).press('Enter');
  await dialog.getByRole('alert').getByText('holds no more').waitFor();
  await dialog.getByRole('button', { name: 'Close' }).press('Enter');
  await dialog.waitFor({ state: 'detached' });
}

export async function people_on_a_small_phone({ open }) {
  const small = { viewport: { width: 380, height: 720 }, hasTouch: true, isMobile: true, colorScheme: 'dark' };
  const page = await (await open({ ...small, ...STILL })).newPage();
  await page.goto('/');
  await page.getByLabel('Model', { exact: true }).selectOption(QUICK);
  await page.getByLabel('Your message').fill('Who is here?');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.waitForURL('**/c/ses_*');
  await settled(page);
  await openPeople(page);
  await people(page).getByRole('button', { name: 'Make a link' }).click();
  await people(page).getByLabel('Give this link').waitFor();
  assert.deepEqual(await tooWide(page, 380), []);
  assert.deepEqual(await violations(page), []);
}

export async function share_with_a_group({ open }) {
  const page = await (await open(STILL)).newPage();
  await begin(page, QUICK, 'What do the gardeners say?');
  await settled(page);
  await page.evaluate(async () => {
    const [headers, method] = [{ 'content-type': 'application/json' }, 'POST'];
    const made = await fetch('/api/v1/organisations', { method, headers, body: JSON.stringify({ name: 'Gardeners' }) });
    if (!made.ok) throw new Error(await made.text());
  });
  await openPeople(page);
  const groups = people(page).getByRole('region', { name: 'Groups' });
  await groups.getByLabel('Organisation or group').selectOption('Gardeners');
  await groups.getByLabel('What those in it may do').selectOption('editor');
  await groups.getByRole('button', { name: 'Share', exact: true }).press('Enter');
  const shared = groups.getByRole('listitem');
  await shared.getByText('May write').waitFor();
  assert.deepEqual(await violations(page), []);
  await groups.getByRole('button', { name: 'Stop sharing with Gardeners' }).press('Enter');
  await shared.waitFor({ state: 'detached' });
}
