// What people do to see what models see, and to sum up what was said earlier. See `scenarios.mjs`.

import assert from 'node:assert/strict';

import { begin, say, settled, tooWide, violations } from './page.mjs';

const QUICK = 'fake/fake-n5-d1';
const BROKEN = 'fake/fake-h400';
const SMALL = { viewport: { width: 380, height: 720 }, hasTouch: true, isMobile: true, colorScheme: 'dark' };

const panel = page => page.locator('dialog.panel');
const summary = page => page.locator('.summed');

/** A conversation of so many questions and answers. */
async function talk(page, questions) {
  for (const [place, words] of questions.entries()) {
    await (place === 0 ? begin(page, QUICK, words) : say(page, words));
    await page.locator('.answer .acts').nth(place).waitFor();
    await settled(page);
  }
}

/** By keyboard alone: the menu takes the focus itself, once it is drawn. */
async function choose(page, menu, deed) {
  await page.getByRole('button', { name: menu }).last().press('Enter');
  await page.waitForFunction(() => document.activeElement.role === 'menuitem');
  await page.getByRole('menuitem', { name: deed }).press('Enter');
  await panel(page).waitFor();
}

const openContext = async page => {
  await choose(page, 'More about this conversation', 'Context');
  await panel(page).locator('.shares').waitFor();
};

/** The tokens of a part as the list tells them; null where it is not in the list. */
async function tokensOf(page, part) {
  const row = panel(page).getByRole('row').filter({ hasText: part });
  if ((await row.count()) === 0) return null;
  return Number((await row.getByRole('cell').textContent()).replaceAll(',', ''));
}

async function sumUp(page, focus) {
  await openContext(page);
  await panel(page).getByLabel('Above all about').fill(focus);
  await page.keyboard.press('Enter');
  await panel(page).waitFor({ state: 'detached' });
}

export async function see_what_the_next_call_sees({ open }) {
  const page = await (await open({ reducedMotion: 'reduce' })).newPage();
  await talk(page, ['What do goats eat?']);
  await openContext(page);
  await panel(page).getByText('2 messages').waitFor();
  const before = await tokensOf(page, 'Messages');
  assert.ok(before > 0);
  assert.ok((await tokensOf(page, 'Descriptions of tools')) > before);
  assert.equal(await tokensOf(page, 'Summary'), null);
  assert.deepEqual(await violations(page), []);
  await page.keyboard.press('Escape');
  await panel(page).waitFor({ state: 'detached' });
  assert.equal(await page.evaluate(() => document.activeElement.ariaLabel), 'More about this conversation');
  await say(page, 'And what do they not eat, where there is no grass?');
  await page.locator('.answer .acts').nth(1).waitFor();
  await openContext(page);
  assert.ok((await tokensOf(page, 'Messages')) > before);
}

export async function see_what_an_answer_was_based_on({ open }) {
  const page = await (await open()).newPage();
  await talk(page, ['What do goats eat?', 'And sheep?']);
  const ids = await page.locator('.answer, .said').evaluateAll(all => all.map(one => one.id.replace('at-', '')));
  await choose(page, 'More about this answer', 'What it was based on');
  await panel(page).getByText('3 messages').waitFor();
  await panel(page).getByText('Ids and hashes').click();
  // The last message it was told is the question; the answer itself is named.
  assert.deepEqual(
    await panel(page)
      .locator('.marks dd')
      .allTextContents()
      .then(all => all.slice(0, 3)),
    [ids[3], ids[0], ids[2]],
  );
  await panel(page)
    .getByRole('button', { name: /^first/ })
    .click();
  await panel(page).waitFor({ state: 'detached' });
  await page.waitForFunction(id => document.activeElement.id === id, `at-${ids[0]}`);
}

export async function sum_up_and_undo({ open }) {
  const page = await (await open({ reducedMotion: 'reduce' })).newPage();
  await talk(page, ['I have 14 goats', 'And 3 dogs', 'And a cat', 'Whom do I have?']);
  await sumUp(page, 'animals');
  await summary(page).waitFor();
  await settled(page);
  await page
    .locator('[aria-live=polite]')
    .filter({ hasText: /summed up/ })
    .waitFor({ state: 'attached' });
  await summary(page).locator('summary').press('Enter');
  await summary(page).getByText('It stands for 4 messages').waitFor();
  await summary(page).getByText('Above all about: animals').waitFor();
  assert.deepEqual(await violations(page), []);
  // What it stands for is still there, and can be gone to.
  assert.equal(await page.locator('.bubble').count(), 4);
  await summary(page).getByRole('button', { name: 'First of them' }).press('Enter');
  assert.match(await page.evaluate(() => document.activeElement.textContent), /14 goats/);

  await openContext(page);
  await panel(page).getByText('stands for 4 earlier messages').waitFor();
  assert.ok((await tokensOf(page, 'Summary')) > 0);
  await page.keyboard.press('Escape');
  await page.reload();
  await summary(page).locator('summary').press('Enter');
  await summary(page).getByRole('button', { name: 'Undo' }).press('Enter');
  await summary(page).waitFor({ state: 'detached' });
  await openContext(page);
  assert.equal(await tokensOf(page, 'Summary'), null);
}

export async function undo_a_summary_that_was_built_on({ open }) {
  const page = await (await open()).newPage();
  await talk(page, ['One', 'Two', 'Three']);
  await sumUp(page, '');
  await summary(page).waitFor();
  await settled(page);
  await say(page, 'Four');
  await page.locator('.answer .acts').nth(3).waitFor();
  await settled(page);
  await summary(page).locator('summary').click();
  await summary(page).getByRole('button', { name: 'Undo' }).click();
  await summary(page).getByText('A summary that was taken back').waitFor();
  assert.equal(await summary(page).getByRole('button', { name: 'Undo' }).count(), 0);
  assert.equal(await page.locator('.bubble').count(), 4);
}

export async function hear_that_a_summary_failed({ open }) {
  const page = await (await open()).newPage();
  await talk(page, ['One']);
  await sumUp(page, '');
  await page.getByRole('alert').getByText('Nothing was summed up.').waitFor();
  await page.getByRole('alert').getByText('nothing to sum up').waitFor();
  await talk(page, ['One', 'Two', 'Three']);
  await page.evaluate(
    ([id, model]) =>
      fetch(`/api/v1/sessions/${id}`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ model }),
      }),
    [page.url().split('/').at(-1), BROKEN],
  );
  await sumUp(page, '');
  await page.getByRole('alert').getByText('Nothing was summed up.').waitFor();
  await settled(page);
  // It is no failed answer, and nothing is otherwise.
  assert.equal(await page.getByRole('button', { name: 'Retry' }).count(), 0);
  assert.equal(await summary(page).count(), 0);
  assert.equal(await page.locator('.answer').count(), 3);
  await say(page, 'Four');
  await page.locator('.answer .acts').nth(3).waitFor();
}

export async function read_a_summary_that_came_by_itself({ open }) {
  const page = await (await open()).newPage();
  const long = 'the goats of Malindi eat leaves '.repeat(850);
  await talk(
    page,
    [1, 2, 3].map(number => `${number} ${long}`),
  );
  await say(page, 'Whom do I have?');
  await summary(page).waitFor();
  await page.locator('.answer .acts').nth(3).waitFor();
  await settled(page);
  await summary(page).locator('summary').click();
  await summary(page).getByText('the window was about to be full').waitFor();
  // It stands before the question for which it was written.
  const order = await page.locator('.summed, .bubble').evaluateAll(all => all.map(one => one.className));
  assert.deepEqual(order, ['bubble', 'bubble', 'bubble', 'summed', 'bubble']);
}

export async function contexts_on_a_small_phone({ open }) {
  const desk = await (await open()).newPage();
  await talk(desk, ['One', 'Two', 'Three']);
  const page = await (await open({ ...SMALL, reducedMotion: 'reduce' })).newPage();
  await page.goto(desk.url());
  await page.locator('.answer .acts').nth(2).waitFor();
  await openContext(page);
  assert.deepEqual(await tooWide(page, 380), []);
  assert.deepEqual(await violations(page), []);
  await panel(page).getByRole('button', { name: 'Sum up' }).click();
  await summary(page).waitFor();
  await settled(page);
  await summary(page).locator('summary').click();
  assert.deepEqual(await tooWide(page, 380), []);
  assert.deepEqual(await violations(page), []);
}
