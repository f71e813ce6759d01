// Somebody in need, and two counsellors at their desks: called, claimed once, joined, spoken with, closed.

import assert from 'node:assert/strict';

import { begin, say, settled, tooWide, violations } from './page.mjs';

const QUICK = 'fake/fake-n5-d1';
const STILL = { reducedMotion: 'reduce' };
const SMALL = { width: 380, height: 780 };

const help = page => page.getByRole('dialog', { name: 'Find help' });
const queue = page => page.getByRole('navigation', { name: 'Escalations' });
const press = (page, name) => page.getByRole('button', { name, exact: true }).press('Enter');

/** A counsellor comes to the desk and signs in there. */
async function atDesk(open, email, options) {
  const page = await (await open({ ...STILL, fresh: true, ...options })).newPage();
  await page.goto('/counsellor');
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill('correct horse battery');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Counsellor desk' }).waitFor();
  return page;
}

export async function find_help_from_every_conversation({ open }) {
  const page = await (await open({ ...STILL, viewport: SMALL, colorScheme: 'dark' })).newPage();
  await begin(page, QUICK, 'How are you?');
  await settled(page);
  assert.equal(await page.locator('.care-note').count(), 0);
  await press(page, 'Find help');
  await help(page).getByLabel('Where are you?').selectOption('KE');
  await help(page).getByText('Call 999', { exact: true }).waitFor();
  await help(page).getByText('Not yet confirmed by a person').first().waitFor();
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(await tooWide(page, SMALL.width), []);
  await page.keyboard.press('Escape');
  // Closed it is nobody's dialog any more, a moment before it is gone: what is pressed in that moment opens nothing.
  await page.locator('dialog.panel').waitFor({ state: 'detached' });
  await press(page, 'Find help');
  assert.equal(await help(page).getByLabel('Where are you?').inputValue(), 'KE');
}

export async function two_counsellors_are_called_and_one_joins({ open }) {
  const amina = await atDesk(open, 'amina@example.org', {});
  const baraka = await atDesk(open, 'baraka@example.org', { viewport: SMALL, colorScheme: 'dark' });
  await queue(amina).getByText('Nobody waits.').waitFor();
  await queue(baraka).getByText('Nobody waits.').waitFor();

  const person = await (await open(STILL)).newPage();
  await begin(person, QUICK, 'I want to die');
  await person.locator('.answer .acts').waitFor();
  const standsAbove = () =>
    person.locator('.answer > :is(.care-note, .markdown)').evaluateAll(all => all.map(one => one.className));
  assert.deepEqual(await standsAbove(), ['care-note', 'markdown'], 'who helps stands before the answer');
  await person.reload();
  await person.locator('.answer .acts').waitFor();
  assert.deepEqual(await standsAbove(), ['care-note', 'markdown'], 'and is there again');
  assert.doesNotMatch(await person.locator('.thread').textContent(), /\b(high|critical|medium|risk)\b/i);
  assert.deepEqual(await violations(person), []);

  await queue(amina).getByRole('listitem').getByRole('button').press('Enter');
  await queue(baraka).getByRole('listitem').getByRole('button').press('Enter');
  const shown = baraka.getByRole('region', { name: 'Help that was shown' });
  await shown.getByText('Find A Helpline').waitFor();
  await shown.getByText('Open findahelpline.com').waitFor();
  assert.deepEqual(await violations(baraka), []);
  await press(amina, 'Claim');
  await amina.getByRole('button', { name: 'Acknowledge' }).waitFor();
  await queue(baraka).getByText('with Amina').waitFor();
  await baraka.getByRole('button', { name: 'Claim' }).waitFor({ state: 'detached' });
  await press(amina, 'Acknowledge');
  await amina.getByText('This person did not agree to be read.').waitFor();
  assert.equal(await amina.getByText('I want to die').count(), 0);

  await press(amina, 'Join the conversation');
  await person.getByText('Amina, a person from the team, answers here.').waitFor();
  await amina.getByLabel('Your words, as Amina').fill('I am here. What happened?');
  await amina.keyboard.press('Enter');
  await person.locator('.answer.by-human').getByText('I am here. What happened?').waitFor();
  await person.getByText('Amina, a person from the team', { exact: true }).waitFor();
  await settled(person); // until then what Amina says is still being told, and Enter sends nothing
  await say(person, 'I cannot sleep any more');
  await amina.getByRole('list', { name: 'What was said' }).getByText('I cannot sleep any more').waitFor();
  await settled(person);
  assert.deepEqual(await violations(person), []);
  assert.deepEqual(await violations(amina), []);

  await amina.getByLabel('A note for the team').fill('Her sister is with her.');
  await press(amina, 'Add note');
  await amina.getByRole('region', { name: 'What happened' }).getByText('Her sister is with her.').waitFor();
  await press(amina, 'Leave the conversation');
  await person.locator('.house-says').getByText('Amina has left this conversation').waitFor();
  await person.locator('.with-human').waitFor({ state: 'detached' });
  await amina.getByText('Close it').press('Enter');
  await amina.getByLabel('What came of it').selectOption('referred');
  await press(amina, 'Close');
  await queue(amina).getByText('Nobody waits.').waitFor();
  await queue(baraka).getByText('Nobody waits.').waitFor();
  await press(baraka, 'Closed');
  await queue(baraka).getByText('referred').waitFor();
  assert.ok((await baraka.evaluate(() => document.documentElement.scrollWidth)) <= SMALL.width);

  // Who is looked after may say that nobody is to come; it is there to say after the page was read anew, too.
  const acts = person.locator('.answer .acts');
  const answers = await acts.count();
  await say(person, 'I want to die');
  await acts.nth(answers).waitFor(); // before, the last note is that of an escalation that is closed
  await queue(amina).getByRole('listitem').getByRole('button').waitFor();
  await person.reload();
  await acts.nth(answers).waitFor();
  await person.locator('.care-note').last().getByText('Somebody from the team', { exact: true }).press('Enter');
  await press(person, 'I want nobody to come');
  await person.getByText('This is closed. Whenever you want to talk again').waitFor();
  assert.deepEqual(await violations(person), []);
  await queue(amina).getByText('Nobody waits.').waitFor();
}

export async function the_desk_is_for_the_team({ open }) {
  const page = await atDesk(open, 'guest@example.org', {});
  await page.getByText('This is for counsellors and administrators.').waitFor();
  assert.deepEqual(await violations(page), []);
}
