// Brings sessions from a file that Palaver or somebody else exported: all of it or nothing, with the server's report.

import { signal } from '@preact/signals';

import { type Imported, importSessions } from '@/core/moving';
import { type Flaw, Refusal, wordsFor } from '@/core/request';

import { refresh } from './list';

export type Import =
  | { standing: 'on its way'; name: string; progress: number }
  | { standing: 'brought'; name: string; report: Imported }
  | { standing: 'refused'; name: string; says: string; flaws: readonly Flaw[] };

export const importing = signal<Import | null>(null);

export async function bringSessions(file: File): Promise<void> {
  const { name } = file;
  importing.value = { standing: 'on its way', name, progress: 0 };
  try {
    const report = await importSessions(file, progress => {
      importing.value = { standing: 'on its way', name, progress };
    });
    importing.value = { standing: 'brought', name, report };
    await refresh();
  } catch (thrown) {
    const flaws = thrown instanceof Refusal ? thrown.errors : [];
    importing.value = { standing: 'refused', name, says: wordsFor(thrown), flaws };
  }
}

const counted = (count: number, one: string): string => `${count.toLocaleString()} ${one}${count === 1 ? '' : 's'}`;

/** "3 conversations, 40 messages, 1 file". */
export function broughtSays({ sessions, messages, files, projects }: Imported): string {
  const says = [counted(sessions, 'conversation'), counted(messages, 'message')];
  return [
    ...says,
    ...(files ? [counted(files, 'file')] : []),
    ...(projects ? [counted(projects, 'project')] : []),
  ].join(', ');
}

/** Where in the file it is broken, in words, and how. */
export function flawSays({ loc, msg }: Flaw): string {
  const where = loc.filter(one => one !== 'body').map(one => (typeof one === 'number' ? `no. ${one + 1}` : one));
  return where.length > 0 ? `${where.join(', ')}: ${msg}` : msg;
}
