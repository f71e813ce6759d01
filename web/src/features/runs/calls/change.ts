// A change of text, as lines that stay, go and come; only the ends that stay are looked for. Pure.

export interface ChangedLine {
  mark: ' ' | '-' | '+';
  text: string;
}

const AROUND = 2;

/** The lines of a replacement, with at most two unchanged ones around it. */
export function changedLines(before: string, after: string): ChangedLine[] {
  const old = before === '' ? [] : before.split('\n');
  const now = after === '' ? [] : after.split('\n');
  let head = 0;
  while (head < old.length && head < now.length && old[head] === now[head]) head++;
  let tail = 0;
  while (tail < Math.min(old.length, now.length) - head && old.at(-1 - tail) === now.at(-1 - tail)) tail++;
  const as = (mark: ChangedLine['mark']) => (text: string) => ({ mark, text });
  return [
    ...old.slice(Math.max(0, head - AROUND), head).map(as(' ')),
    ...old.slice(head, old.length - tail).map(as('-')),
    ...now.slice(head, now.length - tail).map(as('+')),
    ...old.slice(old.length - tail, old.length - tail + AROUND).map(as(' ')),
  ];
}
