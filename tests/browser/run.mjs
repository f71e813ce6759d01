// Runs one scenario, by name, in a browser that was signed in before; it fails loudly and leaves a picture.

import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { chromium } from 'playwright-core';

import * as accounting from './accounting.mjs';
import * as acting from './acting.mjs';
import * as attending from './attending.mjs';
import * as carrying from './carrying.mjs';
import * as contexts from './contexts.mjs';
import * as guarding from './guarding.mjs';
import * as keeping from './keeping.mjs';
import * as talking from './scenarios.mjs';
import * as sharing from './sharing.mjs';
import * as socketing from './socketing.mjs';
import * as telling from './telling.mjs';
import * as travelling from './travelling.mjs';

const { CHROMIUM, PALAVER_URL, PALAVER_LINK, KEPT, SHOTS } = process.env;
const scenarios = {
  ...talking,
  ...accounting,
  ...acting,
  ...attending,
  ...carrying,
  ...contexts,
  ...guarding,
  ...keeping,
  ...sharing,
  ...socketing,
  ...telling,
  ...travelling,
};
const name = process.argv[2];
const PATIENCE_MS = 15_000;

// Chromium's own sandbox needs rights that test machines often do not give; it only ever opens our own page.
const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
const complaints = [];

/** A browser window of its own, watched for errors, requests to anywhere else but `also`, and, unless it `refuses` on
 * purpose, broken policies. */
async function open({ also, refuses = false, ...options } = {}) {
  const kept = options.fresh || !existsSync(KEPT) ? {} : { storageState: KEPT };
  const context = await browser.newContext({
    baseURL: PALAVER_URL,
    viewport: { width: 1280, height: 820 },
    ...kept,
    ...options,
  });
  context.setDefaultTimeout(PATIENCE_MS);
  context.on('request', request => {
    if (![PALAVER_URL, also].includes(new URL(request.url()).origin)) complaints.push(`a request to ${request.url()}`);
  });
  context.on('weberror', error => complaints.push(`an error: ${error.error().stack}`));
  context.on('console', message => {
    if (!refuses && /Content.Security.Policy|Uncaught/i.test(message.text())) complaints.push(message.text());
  });
  return context;
}

try {
  await scenarios[name]({ open, link: PALAVER_LINK, kept: KEPT });
  if (complaints.length > 0) throw new Error(complaints.join('\n'));
} catch (error) {
  console.log(error.stack);
  for (const context of browser.contexts()) {
    for (const [number, page] of context.pages().entries()) {
      const path = join(SHOTS, `${name}-${number}.png`);
      await page.screenshot({ path }).then(
        () => console.log(`picture: ${path}`),
        () => {},
      );
    }
  }
  process.exitCode = 1;
} finally {
  await browser.close();
}
