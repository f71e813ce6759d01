import { expect, test } from 'vitest';

import { sizeWords, spanWords } from '@/kit/sizes';
import { visible } from '@/kit/visible';

test.each([
  ['rm a\u202etxt.b', 'rm a⟨U+202E⟩txt.b'],
  ['a\u200bb\u0000', 'a⟨U+200B⟩b⟨U+0000⟩'],
  ['\u{e0041}\ufeff', '⟨U+E0041⟩⟨U+FEFF⟩'],
  ['over\rwritten', 'over⟨U+000D⟩written'],
  ['plain\n\ttext äöü 中 🙂', 'plain\n\ttext äöü 中 🙂'],
])('nothing hides in %j', (text, shown) => {
  expect(visible(text)).toBe(shown);
});

test('sizes and spans are told in words', () => {
  expect([812, 2048, 20_480, 3_500_000].map(sizeWords)).toEqual(['812 B', '2.0 KiB', '20 KiB', '3.3 MiB']);
  expect([40, 1234, 180_000].map(spanWords)).toEqual(['40 ms', '1.2 s', '3 min']);
});
