// What a call is about in a few words, and how it stands. Pure.

import type { Arguments } from '@/core/events';

import type { Call } from '@/features/runs/view';

// The argument that says most, whichever tool it is.
const TELLING = [
  'path',
  'file_path',
  'command',
  'pattern',
  'url',
  'query',
  'description',
  'skill',
  'name',
  'code',
  'prompt',
  'uri',
];
const LONGEST = 120;

export interface Todo {
  content: string;
  status: 'pending' | 'in_progress' | 'completed';
}

/** The check list in the arguments of such a call, or null. */
export function todosOf(args: Arguments | null): Todo[] | null {
  const todos = args?.['todos'];
  if (!Array.isArray(todos)) return null;
  const read = todos.filter(
    (todo): todo is Todo => typeof todo === 'object' && todo !== null && typeof todo.content === 'string',
  );
  return read.length === todos.length ? read : null;
}

/** `mcp__files__read` is the tool `read` of `files`. */
export function titleOf(call: Call): { name: string; server: string | null } {
  const found = /^mcp__(.+?)__(.+)$/.exec(call.name);
  return { name: found?.[2] ?? call.name, server: call.server ?? found?.[1] ?? null };
}

const oneLine = (text: string) => {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
};

/** A path, a command, a pattern, an address…: one line, or nothing. */
export function summaryOf(call: Call): string {
  if (call.args === null) return oneLine(call.draft.slice(-LONGEST));
  const todos = todosOf(call.args);
  if (todos) return `${todos.filter(todo => todo.status === 'completed').length} of ${todos.length} done`;
  for (const name of TELLING) {
    const value = call.args[name];
    if (typeof value === 'string' && value.trim()) return oneLine(value);
  }
  return '';
}

export type Standing = 'handed' | 'writing' | 'asking' | 'running' | 'done' | 'failed' | 'refused' | 'stopped';

/** How a call stands; `running` says whether the run it belongs to still goes on. */
export function standing(call: Call, running: boolean): Standing {
  if (call.result) return call.result.ok ? 'done' : call.decision?.decision === 'reject' ? 'refused' : 'failed';
  if (!running) return call.handed ? 'handed' : 'stopped';
  if (call.asks.length > 0) return 'asking';
  if (call.decision?.decision === 'reject') return 'refused';
  return call.args === null ? 'writing' : 'running';
}

export const STANDING_SAYS: Record<Standing, string> = {
  handed: 'for the app to make',
  writing: 'being written',
  asking: 'waits for you',
  running: 'running',
  done: 'done',
  failed: 'failed',
  refused: 'not allowed',
  stopped: 'not finished',
};

const NAMED_FILE = /the whole is in (\S+?)\.?\]?\s*$/;

/** The file of the session in which a cut result says that the whole of it stands, or null. */
export function wholeOf(content: string): string | null {
  return NAMED_FILE.exec(content.slice(-1000))?.[1] ?? null;
}
