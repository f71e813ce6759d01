// What going back does, in words for people; pure.

import type { Effect, Rewound } from '@/core/travel';

const MOST_NAMED = 5;

const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

function named(paths: readonly string[]): string {
  const rest = paths.length - MOST_NAMED;
  return paths.slice(0, MOST_NAMED).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

const CHANGES = [
  ['created', 'Brought back'],
  ['changed', 'Changed back'],
  ['deleted', 'Removed'],
] as const;

/** One line for each thing that is (or would be) otherwise afterwards. */
export function changesOf({ restored: { messages, files } }: Rewound): string[] {
  const lines: string[] = [];
  if (messages?.left) lines.push(`Set aside: ${counted(messages.left, 'message', 'messages')}`);
  for (const [kind, says] of CHANGES) {
    const paths = files?.[kind] ?? [];
    if (paths.length > 0) lines.push(`${says}: ${named(paths)}`);
  }
  return lines;
}

const REACHED: Record<Effect['reached'], string> = { network: 'network', mcp: 'server', shell: 'command' };

/** A call that stays done: what it was, how it reached outside, and whether it failed. */
export function effectWords({ name, server, reached, summary, ok }: Effect): string {
  const where = server ? `${REACHED[reached]} ${server}` : REACHED[reached];
  const fate = ok === false ? ', failed' : ok === null ? ', outcome unknown' : '';
  return `${name} (${where}${fate})${summary ? `: ${summary}` : ''}`;
}
