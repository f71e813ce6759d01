import { expect, test } from 'vitest';

import { frameParser, type Frame } from '@/kit/sse';

const STREAM =
  'id: 1\nevent: run\ndata: {"a":1}\n\n: ping\n\nid: 2\r\nevent: content\r\ndata: ä\r\ndata: b\r\n\r\ndata\r\rid: 3\ndata:x\n\n';
const FRAMES: Frame[] = [
  { id: '1', event: 'run', data: '{"a":1}' },
  { id: '2', event: 'content', data: 'ä\nb' },
  { id: '2', event: 'message', data: '' },
  { id: '3', event: 'message', data: 'x' },
];

test('a stream says the same wherever it is cut', () => {
  for (let cut = 0; cut <= STREAM.length; cut++) {
    const parse = frameParser();
    expect([...parse(STREAM.slice(0, cut)), ...parse(STREAM.slice(cut))]).toEqual(FRAMES);
  }
});

test('a stream that comes letter by letter says the same', () => {
  const parse = frameParser();
  expect([...STREAM].flatMap(letter => parse(letter))).toEqual(FRAMES);
});

test('pings and frames without data tell nothing', () => {
  const parse = frameParser();
  expect(parse(': ping\n\nevent: run\n\nid: 9\n\n')).toEqual([]);
});

test('a frame that is not finished waits', () => {
  const parse = frameParser();
  expect(parse('data: half')).toEqual([]);
  expect(parse(' a word\n')).toEqual([]);
  expect(parse('\n')).toEqual([{ id: '', event: 'message', data: 'half a word' }]);
});
