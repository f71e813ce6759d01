// What people carry in and out: files with what they say, conversations as files. See `scenarios.mjs`.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';

import { begin, say, settled, tooWide, violations } from './page.mjs';

const QUICK = 'fake/fake-n5-d1';
const SMALL = { viewport: { width: 380, height: 720 }, hasTouch: true, isMobile: true, colorScheme: 'dark' };
// The smallest picture there is.
const DOT = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC',
  'base64',
);
const PICTURE = { name: 'dot.png', mimeType: 'image/png', buffer: DOT };
const text = (name, words) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(words) });

const chips = page => page.locator('.attaching');
const there = (page, count) =>
  page
    .locator('.attaching[data-standing=there]')
    .nth(count - 1)
    .waitFor();
const choose = (page, files) => page.locator('.composer input[type=file]').setInputFiles(files);
const send = page => page.getByRole('button', { name: 'Send', exact: true });
const files = page => page.getByRole('list', { name: 'Carried files' });

/** Files as a clipboard or a file manager holds them, in the page. */
const held = (page, name, words) =>
  page.evaluateHandle(
    ([named, content]) => {
      const data = new DataTransfer();
      data.items.add(new File([content], named, { type: 'text/plain' }));
      return data;
    },
    [name, words],
  );

async function paste(page, name, words) {
  await page
    .getByLabel('Your message')
    .evaluate(
      (area, data) =>
        area.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, cancelable: true, bubbles: true })),
      await held(page, name, words),
    );
}

async function drop(page, name, words) {
  const dataTransfer = await held(page, name, words);
  await page.locator('.main').dispatchEvent('dragover', { dataTransfer });
  await page.locator('.composer.over').waitFor();
  await page.locator('.main').dispatchEvent('drop', { dataTransfer });
}

/** What a link leads to, as the browser would have it. */
const contentOf = (page, link) =>
  link.evaluate(one => fetch(one.href).then(response => response.text().then(words => [response.status, words])));

export async function send_files_with_words({ open }) {
  const page = await (await open({ reducedMotion: 'reduce' })).newPage();
  await page.goto('/');
  await page.getByLabel('Model', { exact: true }).selectOption(QUICK);
  await choose(page, [PICTURE]);
  await there(page, 1);
  await paste(page, 'pasted.txt', 'from the clipboard');
  await there(page, 2);
  await drop(page, 'dropped.txt', 'from the desk');
  await there(page, 3);
  assert.deepEqual(await page.locator('.attaching .name').allTextContents(), ['dot.png', 'pasted.txt', 'dropped.txt']);
  assert.deepEqual(await violations(page), []);
  await page.getByRole('button', { name: 'Remove pasted.txt' }).press('Enter');
  await chips(page).nth(2).waitFor({ state: 'detached' });
  assert.equal(await page.evaluate(() => document.activeElement.id), 'prompt');
  await say(page, 'Look at these');
  await page.waitForURL('**/c/ses_*');
  await page.locator('.answer .acts').waitFor();
  assert.equal(await chips(page).count(), 0);
  for (const again of [false, true]) {
    if (again) await page.reload();
    await page.locator('.bubble').getByText('Look at these').waitFor();
    await page.waitForFunction(() => document.querySelector('.thumbnail img')?.naturalWidth === 1);
    await files(page).getByText('dropped.txt').waitFor();
    assert.equal(await files(page).getByRole('listitem').count(), 2);
  }
  assert.deepEqual(await contentOf(page, files(page).getByRole('link', { name: /dropped/ })), [200, 'from the desk']);
  assert.deepEqual(await violations(page), []);
}

export async function send_a_file_without_words({ open }) {
  const page = await (await open()).newPage();
  await begin(page, QUICK, 'Hello');
  await page.locator('.answer .acts').waitFor();
  await settled(page);
  await choose(page, [text('alone.txt', 'nothing more')]);
  await there(page, 1);
  await send(page).click();
  await page.locator('.answer .acts').nth(1).waitFor();
  await files(page).getByText('alone.txt').waitFor();
  assert.equal(await page.locator('.bubble').count(), 1);
}

export async function edit_words_and_keep_files({ open }) {
  const page = await (await open()).newPage();
  await begin(page, QUICK, 'Hello');
  await page.locator('.answer .acts').waitFor();
  await settled(page);
  await choose(page, [text('kept.txt', 'still here')]);
  await there(page, 1);
  await say(page, 'First wording');
  await page.locator('.answer .acts').nth(1).waitFor();
  await settled(page);
  await page.locator('.said').nth(1).hover();
  await page.getByRole('button', { name: 'Edit message' }).nth(1).click();
  await page.getByLabel('Your message, to be changed').fill('Second wording');
  await page.getByRole('button', { name: 'Ask again' }).click();
  await page.locator('.said').getByText('2/2').waitFor();
  await page.locator('.answer .acts').nth(1).waitFor();
  await page.locator('.bubble').getByText('Second wording').waitFor();
  assert.deepEqual(await contentOf(page, files(page).getByRole('link', { name: /kept/ })), [200, 'still here']);
}

export async function refused_and_unsent_files_are_said({ open }) {
  const page = await (await open()).newPage();
  await begin(page, QUICK, 'Hello');
  await page.locator('.answer .acts').waitFor();
  await settled(page);
  const full = route => route.fulfill({ status: 413, json: { detail: 'A file may have 10 bytes.' } });
  await page.route('**/api/v1/files', full);
  await choose(page, [text('big.txt', 'far too much')]);
  await chips(page).getByRole('alert').getByText('A file may have 10 bytes.').waitFor();
  await page.getByLabel('Your message').fill('Words');
  assert.ok(await send(page).isDisabled());
  await page.unroute('**/api/v1/files', full);
  await chips(page).getByRole('button', { name: 'Retry' }).press('Enter');
  await there(page, 1);
  assert.ok(await send(page).isEnabled());

  // What did not arrive comes back with its files.
  const failing = route => route.abort();
  await page.route('**/messages', failing);
  await page.getByLabel('Your message').press('Enter');
  await page.getByRole('alert').getByText('Not sent').waitFor();
  await files(page).getByText('big.txt').waitFor();
  await page.unroute('**/messages', failing);
  await page.getByRole('button', { name: 'Take back' }).click();
  await there(page, 1);
  assert.equal(await page.getByLabel('Your message').inputValue(), 'Words');
  await send(page).click();
  await page.locator('.answer .acts').nth(1).waitFor();
  await files(page).getByText('big.txt').waitFor();
}

export async function files_on_a_small_phone({ open }) {
  const page = await (await open({ ...SMALL, reducedMotion: 'reduce' })).newPage();
  await page.goto('/');
  await page.getByLabel('Model', { exact: true }).selectOption(QUICK);
  const long = text(`${'the minutes of our last meeting '.repeat(4)}.txt`, 'We met.');
  await choose(page, [PICTURE, long, text('a.txt', 'a'), text('b.txt', 'b')]);
  await there(page, 4);
  assert.deepEqual(await tooWide(page, 380), []);
  await page.getByLabel('Your message').fill('Look');
  await send(page).click();
  await page.locator('.answer .acts').waitFor();
  assert.deepEqual(await tooWide(page, 380), []);
  assert.deepEqual(await violations(page), []);
}

/** What a menu's entry makes the browser keep, as text and under which name. */
async function downloaded(page, menu, deed) {
  const coming = page.waitForEvent('download');
  await page.getByRole('button', { name: menu, exact: true }).click();
  await page.getByRole('menuitem', { name: deed }).click();
  const download = await coming;
  return { name: download.suggestedFilename(), path: await download.path() };
}

const openImport = async page => {
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Import conversations' }).click();
};
const panel = page => page.getByRole('dialog', { name: 'Import conversations' });
const bring = (page, file) => panel(page).locator('input[type=file]').setInputFiles(file);

export async function take_away_and_bring_back({ open }) {
  const page = await (await open({ reducedMotion: 'reduce' })).newPage();
  await begin(page, QUICK, 'Quinces travel well');
  await page.locator('.answer .acts').waitFor();
  await settled(page);
  const menu = 'More about this conversation';
  const markdown = await downloaded(page, menu, 'Export as Markdown');
  assert.match(markdown.name, /\.md$/);
  assert.match(await readFile(markdown.path, 'utf8'), /Quinces travel well[\s\S]*part 4/);
  const json = await downloaded(page, menu, 'Export as JSON');
  assert.match(json.name, /\.json$/);
  const before = page.url();

  await openImport(page);
  await bring(page, { name: 'quinces.json', mimeType: 'application/json', buffer: await readFile(json.path) });
  await panel(page).getByText('Brought from quinces.json: 1 conversation, 2 messages.').waitFor();
  assert.deepEqual(await violations(page), []);
  await panel(page).getByRole('link', { name: 'Quinces travel well' }).click();
  await page.waitForURL(url => url.href !== before && url.pathname.startsWith('/c/ses_'));
  await page.locator('.answer .acts').waitFor();
  assert.deepEqual(await page.locator('.bubble').allTextContents(), ['Quinces travel well']);
  assert.equal(await panel(page).count(), 0);

  const all = await downloaded(page, 'More', 'Export everything');
  assert.equal(all.name, 'palaver.zip');
  await openImport(page);
  await bring(page, { name: 'palaver.zip', mimeType: 'application/zip', buffer: await readFile(all.path) });
  await panel(page)
    .getByText(/Brought from palaver.zip: [2-9]\d* conversations/)
    .waitFor();
}

export async function hear_where_a_file_is_broken({ open }) {
  const page = await (await open({ ...SMALL, reducedMotion: 'reduce' })).newPage();
  await page.goto('/');
  await page.getByRole('button', { name: 'Show your conversations' }).click();
  await openImport(page);
  const broken =
    '[\n  {"uuid": "1", "name": "Fine", "chat_messages": []},\n  {"uuid": "2", "name": 3, "chat_messages": []}\n]';
  await bring(page, { name: 'broken.json', mimeType: 'application/json', buffer: Buffer.from(broken) });
  await panel(page).getByRole('alert').getByText('line 3').waitFor();
  await panel(page).getByRole('alert').getByText('Nothing was imported.').waitFor();
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(await tooWide(page, 380), []);
  await page.keyboard.press('Escape');
  await panel(page).waitFor({ state: 'detached' });
  assert.equal(await page.getByRole('link', { name: 'Fine', exact: true }).count(), 0);
}
