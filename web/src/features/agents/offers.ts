// What this server offers to those who write: commands, agents, and how freely agents may act. Absent means none.

import { signal } from '@preact/signals';

import { listAgents, listCommands, type Named, readConfig } from '@/core/acting';
import type { PermissionMode } from '@/core/messages';

export const commands = signal<readonly Named[]>([]);
export const agents = signal<readonly Named[]>([]);
/** Who shall answer; empty: nobody in particular. */
export const chosenAgent = signal('');
/** How freely agents may act in a conversation that is yet to begin. */
export const firstMode = signal<PermissionMode>('default');
export const modes = signal<readonly PermissionMode[]>(['default', 'acceptEdits', 'plan', 'dontAsk']);

/** A list that is not there is not worth a word: then nothing is offered. */
const orNone = (asked: Promise<{ items: Named[] }>): Promise<readonly Named[]> =>
  asked.then(
    found => found.items,
    () => [],
  );

export async function loadOffers(): Promise<void> {
  const [foundCommands, foundAgents, config] = await Promise.all([
    orNone(listCommands()),
    orNone(listAgents()),
    readConfig().catch(() => ({}) as Record<string, unknown>),
  ]);
  commands.value = foundCommands;
  agents.value = foundAgents;
  if (!foundAgents.some(agent => agent.name === chosenAgent.value)) chosenAgent.value = '';
  const allowed = config['permission_modes'];
  if (Array.isArray(allowed) && allowed.includes('bypassPermissions') && !modes.value.includes('bypassPermissions')) {
    modes.value = [...modes.value, 'bypassPermissions'];
  }
}

/** The commands whose names begin like what is written; nothing where no command is being written. */
export function matching(all: readonly Named[], text: string): readonly Named[] {
  const begun = /^\/([\w:.-]*)$/.exec(text);
  if (!begun) return [];
  const start = (begun[1] ?? '').toLowerCase();
  return all.filter(command => command.name.toLowerCase().startsWith(start));
}
