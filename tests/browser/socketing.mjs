// What a page does with a WebSocket, with nothing between it and the browser. See `scenarios.mjs`.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';

import { restartServer, spoken } from './page.mjs';

const QUICK = 'fake/fake-n5-d1';
const SLOW = 'fake/fake-n150-d20';

/** Gives the page `opened(url, protocols)`: a socket that keeps what it hears, and can be waited for. */
const equip = page =>
  page.addInitScript(() => {
    window.opened = (url, protocols = []) => {
      const socket = new WebSocket(url, protocols);
      const heard = [];
      const waiting = [];
      const look = () => {
        for (const [number, [holds, done]] of [...waiting.entries()].reverse()) {
          const found = heard.find(holds);
          if (found) (waiting.splice(number, 1), done(found));
        }
      };
      socket.onmessage = ({ data }) => heard.push(JSON.parse(data)) && look();
      const over = new Promise(done => (socket.onclose = ({ code, wasClean }) => done({ code, wasClean })));
      const ready = new Promise(done => (socket.onopen = () => done(true)));
      const until = holds => new Promise(done => waiting.push([holds, done]) && look());
      const say = words => socket.send(JSON.stringify(words));
      return { socket, heard, over, ready: Promise.race([ready, over.then(() => false)]), until, say };
    };
  });

const address = page => page.evaluate(() => `${location.origin.replace('http', 'ws')}/api/v1/ws`);

export async function talk_over_a_socket({ open }) {
  const page = await (await open()).newPage();
  await equip(page);
  await page.goto('/');
  for (const protocols of [[], ['palaver']]) {
    const [accepted, heard] = await page.evaluate(
      async ([url, offered, model]) => {
        const talk = window.opened(url, offered);
        await talk.ready;
        talk.say({ type: 'message', client_id: crypto.randomUUID(), prompt: 'Over a socket', model });
        await talk.until(said => said.type === 'done');
        const told = [...talk.heard];
        talk.socket.close();
        return [talk.socket.protocol, told];
      },
      [await address(page), protocols, QUICK],
    );
    assert.equal(accepted, protocols[0] ?? '');
    assert.equal(heard[0].type, 'ack');
    const events = heard.filter(said => 'seq' in said);
    assert.deepEqual(
      events.map(said => said.seq),
      events.map((_, number) => number + 1),
    );
    assert.equal(
      events
        .filter(said => said.type === 'content')
        .map(said => said.content)
        .join('')
        .trim(),
      spoken(5),
    );
  }
}

export async function be_refused_elsewhere({ open }) {
  const elsewhere = createServer((_, answer) => answer.end('<!doctype html><title>Elsewhere</title>'));
  await once(elsewhere.listen(0, '127.0.0.1'), 'listening');
  const there = `http://127.0.0.1:${elsewhere.address().port}`;
  try {
    const context = await open({ also: there });
    const page = await context.newPage();
    await equip(page);
    await page.goto('/');
    const url = await address(page);
    const at = await page.evaluate(socket => window.opened(socket).ready, url);
    assert.equal(at, true, 'our own page may');
    const cookies = await context.cookies(there);
    assert.ok(
      cookies.some(one => one.name === 'palaver_session'),
      'the browser sends the cookie from there too: another port is the same site',
    );
    await page.goto(there);
    for (const protocols of [[], ['palaver'], ['palaver', 'palaver.bearer.nonsense']]) {
      const [code, heard] = await page.evaluate(
        async ([socket, offered]) => {
          const talk = window.opened(socket, offered);
          return [(await talk.over).code, talk.heard];
        },
        [url, protocols],
      );
      assert.equal(code, 4403);
      assert.deepEqual(heard, []);
    }
  } finally {
    elsewhere.close();
  }
}

export async function come_back_to_a_socket({ open }) {
  const page = await (await open()).newPage();
  await equip(page);
  await page.goto('/');
  const url = await address(page);
  await page.evaluate(
    async ([socket, model]) => {
      window.talk = window.opened(socket);
      await window.talk.ready;
      window.talk.say({ type: 'message', client_id: crypto.randomUUID(), prompt: 'Through a restart', model });
      await window.talk.until(said => said.type === 'content' && said.seq > 3);
    },
    [url, SLOW],
  );
  await restartServer();
  const [before, ending, after] = await page.evaluate(async socket => {
    const first = window.talk;
    const closed = await first.over;
    const events = first.heard.filter(said => 'seq' in said);
    const last = events.at(-1);
    const second = window.opened(socket);
    await second.ready;
    const place = { run_id: last.run_id, seq: last.seq };
    second.say({ type: 'subscribe', client_id: 'back', session_id: last.session_id, after: place });
    await second.until(said => said.type === 'done');
    const rest = second.heard.filter(said => 'seq' in said);
    return [events, [closed, first.heard.at(-1)], rest];
  }, url);
  const [closed, notice] = ending;
  if (closed.wasClean) {
    assert.equal(closed.code, 1012);
    assert.deepEqual([notice.type, notice.code], ['notice', 'restarting']);
  } else {
    assert.equal(closed.code, 1006);
  }
  const events = [...before, ...after];
  assert.deepEqual(
    events.map(said => said.seq),
    events.map((_, number) => number + 1),
    'each event once, and none is missing',
  );
  const kept = events.reduce(
    (pieces, said) =>
      said.type === 'step_restarted' ? pieces.filter(one => one.seq < said.from_seq) : [...pieces, said],
    [],
  );
  const words = kept.filter(said => said.type === 'content').map(said => said.content);
  assert.equal(words.join('').trim(), spoken(150));
}
