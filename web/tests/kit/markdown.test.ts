import { expect, test } from 'vitest';

import { blocksOf, sanitise } from '@/kit/markdown';

const shown = (text: string) => sanitise(blocksOf(text).join(''));

function drawn(text: string): HTMLElement {
  const box = document.createElement('div');
  box.innerHTML = shown(text);
  return box;
}

test('raw HTML is shown as it was written', () => {
  const box = drawn(
    'Use <script>alert(1)</script> and <b onclick="x()">bold</b>.\n\n<iframe src="https://a.example"></iframe>',
  );
  expect(box.querySelector('script, b, iframe')).toBeNull();
  expect(box.textContent).toContain('<script>alert(1)</script>');
  expect(box.textContent).toContain('<b onclick="x()">bold</b>');
  expect(box.textContent).toContain('<iframe src="https://a.example"></iframe>');
});

test.each([
  '[x](javascript:alert(1))',
  '[x](JaVaScRiPt:alert(1))',
  '[x](java&#x0A;script:alert(1))',
  '[x](data:text/html,hello)',
  '[x](vbscript:run)',
  '[x](//foreign.example/path)',
  '![x](javascript:alert(1))',
])('%s leads nowhere', text => {
  const hrefs = [...drawn(text).querySelectorAll('[href]')].map(one => one.getAttribute('href'));
  expect(hrefs).toEqual([]);
});

test('links to other places open apart and tell nothing of this one', () => {
  const link = drawn('[site](https://site.example/a?b=c)').querySelector('a');
  expect(link?.getAttribute('href')).toBe('https://site.example/a?b=c');
  expect(link?.target).toBe('_blank');
  expect(link?.rel).toBe('noopener noreferrer nofollow');
});

test.each([
  ['[our bank](https://bad.example/x)', 'bad.example'],
  ['[https://good.example/](https://bad.example:8443/)', 'bad.example:8443'],
  ['[good.example.bad.example](https://bad.example/)', 'bad.example'],
  ['[x](https://good.example@bad.example/)', 'bad.example'],
  // Two of these letters are of another alphabet.
  ['[gооd.example](https://gооd.example/)', 'xn--gd-fmca.example'],
  ['![tree](https://images.example/a.png)', 'images.example'],
])('%s names the host it leads to', (text, host) => {
  expect(drawn(text).querySelector('a')?.getAttribute('data-host')).toBe(host);
});

test.each([
  'https://site.example/a?b=c',
  '[site.example](https://site.example/a)',
  '[here](/c/ses_1)',
  '[m](mailto:a@b.c)',
])('%s says itself where it leads, or leads nowhere else', text => {
  const link = drawn(text).querySelector('a[href]');
  expect(link?.hasAttribute('data-host')).toBe(false);
});

test('an image within a link leaves the link whole', () => {
  const box = drawn('[![tree](https://images.example/a.png)](https://site.example/)');
  expect(box.querySelectorAll('a')).toHaveLength(1);
  expect(box.querySelector('a')?.textContent).toBe('Image: tree');
  expect(box.querySelector('a')?.getAttribute('data-host')).toBe('site.example');
});

test.each([
  '/signin?token=x',
  '/api/v1/auth/oidc/x',
  '/api/v1/files/../auth/oidc/x',
  '/api/v1/files/%2e%2e/auth/oidc/x',
  '/#reset=x',
])('our own address %s is no picture', source => {
  expect(drawn(`![x](${source})`).querySelector('img')).toBeNull();
});

test('an image of a foreign host becomes a link', () => {
  const box = drawn('![a tree](https://images.example/tree.png)');
  expect(box.querySelector('img')).toBeNull();
  expect(box.querySelector('a.foreign-image')?.getAttribute('href')).toBe('https://images.example/tree.png');
  expect(box.textContent).toContain('a tree');
});

test.each(['/api/v1/files/tree.png', 'data:image/png;base64,AAAA'])('our own image %s is shown', source => {
  expect(drawn(`![tree](${source})`).querySelector('img')?.getAttribute('src')).toBe(source);
});

test.each(['//foreign.example/a.png', '/\\foreign.example/a.png', 'data:image/svg+xml,<svg/>'])(
  'the image %s is not loaded',
  source => {
    const box = document.createElement('div');
    box.innerHTML = sanitise(`<img alt="tree" src="${source.replace(/</g, '&lt;')}">`);
    expect(box.textContent).toContain('tree');
    expect(box.querySelector('img, [href]')).toBeNull();
  },
);

test('a title cannot break out of its attribute', () => {
  const box = drawn('[x](https://a.example "a\\" onmouseover=\\"alert(1)")');
  expect(box.querySelector('[onmouseover]')).toBeNull();
});

test('code keeps every letter and has a button to copy it', () => {
  const box = drawn('```html\n<p class="a">1 & 2</p>\n```');
  expect(box.querySelector('code')?.textContent).toBe('<p class="a">1 & 2</p>\n');
  expect(box.querySelector('figcaption')?.textContent).toBe('htmlCopy');
  expect(box.querySelector('button.copy')).not.toBeNull();
});

test('the name of a language cannot be markup', () => {
  expect(drawn('```<img/src=x>\ncode\n```').querySelector('img')).toBeNull();
});

test('a fence that is still open is code already', () => {
  expect(drawn('```js\nconst a = 1').querySelector('code')?.textContent).toBe('const a = 1\n');
});

test('tables, tasks and line breaks are drawn', () => {
  const box = drawn('| a | b |\n|---|--:|\n| 1<br>2 | 3 |\n\n- [x] done');
  expect(box.querySelectorAll('th')).toHaveLength(2);
  expect(box.querySelector('td[align=right]')?.textContent).toBe('3');
  expect(box.querySelector('td br')).not.toBeNull();
  expect(box.querySelector('li')?.textContent).toBe('☑ done');
});

test('while a text grows, the blocks before its end stay the same', () => {
  const text = '# One\n\nTwo *words*\n\n- three\n- four\n\n```\nfive\n```\n\nSix';
  const whole = blocksOf(text);
  expect(whole).toHaveLength(5);
  expect(blocksOf(`${text} and more`).slice(0, -1)).toEqual(whole.slice(0, -1));
});
