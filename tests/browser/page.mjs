// What a person does on the page, as functions; and a watch over the text of an answer while it grows.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const NEW = '.answer:last-of-type';

/** What the fake vendor's model says when it says `count` pieces. */
export const spoken = count => Array.from({ length: count }, (_, number) => `part ${number}`).join(' ');

/** From now on, every text of the last answer must be the beginning of `whole`, and (unless it `restarts`) only grow. */
export async function watchGrowth(page, whole, { restarts = false } = {}) {
  await page.addInitScript(
    ([expected, mayShrink]) => {
      const wrong = (window.palaverWrong = []);
      let before = '';
      const look = () => {
        const answer = [...document.querySelectorAll('.answer')].at(-1);
        const now = (answer?.querySelector(':scope > .markdown')?.textContent ?? '').replace(/\s+/g, ' ').trim();
        if (!expected.startsWith(now)) wrong.push(`not the beginning of the whole: …${now.slice(-80)}`);
        if (now.length < before.length && !mayShrink) wrong.push(`it became shorter: ${before.length}, ${now.length}`);
        before = now;
      };
      new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });
    },
    [whole, restarts],
  );
}

/** Lets the page believe that nobody looks at it, or that somebody does again. */
export async function look(page, seen) {
  await page.evaluate(visible => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => !visible });
    document.dispatchEvent(new Event('visibilitychange'));
  }, seen);
}

export async function grewWell(page) {
  assert.deepEqual(await page.evaluate(() => window.palaverWrong.slice(0, 3)), []);
}

/** The text of the last answer, on one line. */
export async function answered(page) {
  const text = await page.locator('.answer > .markdown').last().textContent();
  return text.replace(/\s+/g, ' ').trim();
}

export const until = (page, text) => page.locator('.answer > .markdown').last().getByText(text).waitFor();
export const settled = page => page.getByRole('button', { name: 'Send', exact: true }).waitFor();

/** Opens a new chat, chooses who answers, and says something. */
export async function begin(page, model, prompt) {
  await page.goto('/');
  await page.getByLabel('Model', { exact: true }).selectOption(model);
  await say(page, prompt);
  await page.waitForURL('**/c/ses_*');
}

export async function say(page, prompt) {
  await page.getByLabel('Your message').fill(prompt);
  await page.keyboard.press('Enter');
}

/** Does something with the session of that title, by its menu. */
export async function choose(page, title, deed) {
  const row = page.locator('.session', { has: page.getByRole('link', { name: title, exact: true }) });
  await row.hover();
  await row.getByRole('button').click();
  await page.getByRole('menuitem', { name: deed }).click();
}

/** Asks whoever runs this to restart the server, which then answers with a line. */
export async function restartServer() {
  const lines = createInterface({ input: process.stdin });
  console.log('restart');
  await once(lines, 'line');
  lines.close();
}

/** What stands in the way of people with disabilities. */
export async function violations(page) {
  await page.evaluate(AXE);
  const { violations: found } = await page.evaluate(() => window.axe.run());
  return found.map(one => `${one.id}: ${one.nodes.map(node => `${node.html} ${node.failureSummary}`).join('\n')}`);
}

/** What reaches over the edge of the window; what scrolls by itself may be wide inside. */
export const tooWide = (page, width) =>
  page.evaluate(edge => {
    const shown = [
      ...document.querySelectorAll(
        '.main > *, .composer, .send, .picker, .bubble, .markdown, .side.shown *, .bar > *, .call, .call summary, ' +
          '.card, .card *, .bounded, .panel-inside, .panel-inside *, .file-row, .summed, .carried *, .attaching, .menu-list',
      ),
    ];
    return shown
      .filter(one => one.getBoundingClientRect().right > edge + 0.5)
      .map(one => `${one.localName} ${one.className} ${one.textContent.slice(0, 40)}`);
  }, width);

/** What is open above the page, by its title. */
export const panel = (page, name) => page.getByRole('dialog', { name });

/** Opens a panel by the menu at the foot of the list. */
export async function openPanel(page, name) {
  await page.getByRole('button', { name: 'More', exact: true }).press('Enter');
  await page.waitForFunction(() => document.activeElement.role === 'menuitem');
  await page.getByRole('menuitem', { name }).press('Enter');
  await panel(page, name).waitFor();
}

export const close = async (page, name) => {
  await page.keyboard.press('Escape');
  await panel(page, name).waitFor({ state: 'detached' });
  // The focus goes back with it, at the latest after two frames: it would be taken from what is pressed next.
  await page.evaluate(
    () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)))),
  );
};

/** Opens the menu of this name, and chooses in it. */
export async function chooseOf(page, title, deed) {
  await page.getByRole('button', { name: title }).press('Enter');
  await page.waitForFunction(() => document.activeElement.role === 'menuitem');
  await page.getByRole('menuitem', { name: deed }).press('Enter');
}
