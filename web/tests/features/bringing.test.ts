import { beforeEach, expect, test, vi } from 'vitest';

import { putFile } from '@/core/bringing';
import { Refusal } from '@/core/request';
import { bring, bringAgain, bringing, giveUp } from '@/features/files/bringing';

vi.mock('@/core/bringing', () => ({ putFile: vi.fn() }));
vi.mock('@/core/acting', () => ({ listFiles: async () => ({ items: [], next_cursor: null }), deleteFile: vi.fn() }));

const put = vi.mocked(putFile);
const file = (name: string) => new File(['hello'], name);
const standing = () => bringing.value.map(one => [one.file.name, one.standing, one.says]);
const settled = (wanted: unknown) => vi.waitFor(() => expect(standing()).toEqual(wanted));

beforeEach(() => {
  bringing.value = [];
  put.mockReset();
});

test('files are sent one after another, and are told no more when they are there', async () => {
  let arrive = () => {};
  put.mockImplementationOnce((_, tell) => {
    tell(0.5);
    return new Promise(resolve => (arrive = resolve));
  });
  put.mockResolvedValueOnce();
  bring('ses_1', [file('a.txt'), file('b.txt')]);
  await settled([
    ['a.txt', 'on its way', null],
    ['b.txt', 'waits', null],
  ]);
  expect(bringing.value[0]?.progress).toBe(0.5);
  expect(put).toHaveBeenCalledTimes(1);
  arrive();
  await settled([]);
  expect(put.mock.calls.map(([wish]) => [wish.file.name, wish.onConflict])).toEqual([
    ['a.txt', 'refuse'],
    ['b.txt', 'refuse'],
  ]);
});

test('a name that is there is asked about, and sent again as was said', async () => {
  put.mockRejectedValueOnce(new Refusal(409, 'conflict', 'It is there.'));
  put.mockResolvedValueOnce();
  bring('ses_1', [file('a.txt')]);
  await settled([['a.txt', 'taken', null]]);
  const [one] = bringing.value;
  if (one) bringAgain(one, 'keep_both');
  await settled([]);
  expect(put.mock.calls.at(-1)?.[0].onConflict).toBe('keep_both');
});

test('what has no room says so, and can be given up', async () => {
  put.mockRejectedValueOnce(new Refusal(413, 'payload_too_large', 'At most 10 bytes.'));
  put.mockRejectedValueOnce(new Refusal(507, 'storage_full', 'The disk is full.'));
  bring('ses_1', [file('a.txt'), file('b.txt')]);
  await settled([
    ['a.txt', 'failed', 'At most 10 bytes.'],
    ['b.txt', 'failed', 'The disk is full.'],
  ]);
  for (const { id } of bringing.value) giveUp(id);
  expect(bringing.value).toEqual([]);
});
