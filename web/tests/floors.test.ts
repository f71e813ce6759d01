import { expect, test } from 'vitest';

const FLOORS = ['kit', 'core', 'features', 'shell'];

const files = import.meta.glob<string>('../src/**/*.{ts,tsx}', { query: '?raw', import: 'default', eager: true });
const sources = Object.entries(files).map(([path, text]) => ({ path: path.replace('../src/', ''), text }));

/** The folders below `src` that a file's imports lead to. */
const imported = (text: string) => [...text.matchAll(/from '@\/([^']+)'/g)].map(found => found[1] ?? '');

test('there is something to look at', () => {
  expect(sources.length).toBeGreaterThan(20);
});

test('imports go down only, and never to a sibling feature', () => {
  const wrong = sources.flatMap(({ path, text }) => {
    const [floor = '', feature] = path.split('/');
    const bad = imported(text).filter(target => {
      const [below = '', other] = target.split('/');
      return (
        FLOORS.indexOf(below) > FLOORS.indexOf(floor) || (below === floor && floor === 'features' && other !== feature)
      );
    });
    return bad.map(target => `${path} imports ${target}`);
  });
  expect(wrong).toEqual([]);
});

test('every way out of a folder is written from the root, so that the floors can be read', () => {
  expect(sources.filter(({ text }) => /from '\.\.\//.test(text))).toEqual([]);
});

test('every file says what it is', () => {
  expect(sources.filter(({ text }) => !text.startsWith('// '))).toEqual([]);
});
