// How the run that is under way grows by one event: words, calls, what waits, a subagent's run. Pure.

import { known, type RunEvent } from '@/core/events';

import type { Ask, Call, Decision, Entry, Line, Live } from './view';

type Told<Type extends RunEvent['type']> = Extract<RunEvent, { type: Type }>;

export const newborn = (runId: string, born: number): Live => ({
  runId,
  userMessageId: null,
  messageId: null,
  model: null,
  entries: [],
  heard: 0,
  over: false,
  born,
});

/** The run after one event; what concerns the conversation as a whole changes nothing here. */
export function grown(live: Live, event: RunEvent): Live {
  const add = (entry: Entry): Live => ({ ...live, entries: [...live.entries, entry] });
  const on = (by: (call: Call) => Partial<Call>): Live => ({ ...live, entries: changed(live, event, by) });
  switch (event.type) {
    case 'content':
    case 'reasoning':
      return add({ kind: event.type, seq: event.seq, content: event.content });
    case 'notice':
    case 'limit':
      return add(line(event, event.type, event.message));
    case 'care': {
      // Told again before a word is said, it is the newer of the same: who helps stands there once.
      const last = live.entries.at(-1);
      const again = last?.kind === 'line' && last.tone === 'care';
      const entry: Entry = {
        ...line(event, 'care', event.message ?? ''),
        helpers: event.resources,
        called: event.escalation_id ?? null,
      };
      return { ...live, entries: [...(again ? live.entries.slice(0, -1) : live.entries), entry] };
    }
    case 'hook':
      return add(line(event, 'hook', hookSays(event)));
    case 'step_restarted':
      return { ...live, entries: live.entries.filter(entry => entry.kind === 'line' || entry.seq < event.from_seq) };
    case 'tool_call_delta':
      return on(call => ({ name: event.name || call.name, draft: call.draft + event.arguments_delta }));
    case 'tool_call':
      return on(() => called(event));
    case 'tool_progress':
      return on(() => ({ progress: event.content }));
    case 'tool_result':
      return on(() => ({ asks: [], result: resultOf(event) }));
    case 'approval':
    case 'question':
      return on(call => ({
        name: call.name || (event.type === 'approval' ? event.name : ''),
        asks: [...without(call, event.call_id), askOf(event)],
      }));
    case 'approval_resolved':
      return on(call => decided(call, event));
    case 'question_answered':
      return on(call => talked(call, event));
    case 'subagent':
      return on(call => ({ child: below(call, event) }));
    default:
      return live;
  }
}

const fresh = (event: RunEvent, callId: string): Call => ({
  kind: 'call',
  seq: event.seq,
  callId,
  name: '',
  server: null,
  args: null,
  draft: '',
  flaw: null,
  progress: '',
  asks: [],
  decision: null,
  talks: [],
  result: null,
  child: null,
});

const line = (event: RunEvent, tone: Line['tone'], says: string): Line => ({
  kind: 'line',
  seq: event.seq,
  tone,
  says,
});

const idOf = (event: RunEvent): string =>
  event.type === 'subagent' ? event.parent_call_id : 'call_id' in event ? event.call_id : '';

/** The entries with the call changed that an event is about; one that is not known, or asked for anew, is added. */
function changed(live: Live, event: RunEvent, by: (call: Call) => Partial<Call>): readonly Entry[] {
  const callId = idOf(event);
  const placeOf = (id: string) => live.entries.findLastIndex(entry => entry.kind === 'call' && entry.callId === id);
  const own = placeOf(callId);
  // What a tool asks in the midst of a call has the call's id, a dot and a number.
  const place = own < 0 ? placeOf(callId.replace(/\.\d+$/, '')) : own;
  const found = live.entries[place];
  // Some models number their calls anew in each step: whoever asks again after a result means another call.
  const begins = event.type === 'tool_call' || event.type === 'tool_call_delta';
  if (found?.kind !== 'call' || (begins && found.result)) {
    const call = fresh(event, callId);
    return [...live.entries, { ...call, ...by(call) }];
  }
  return live.entries.map((entry, index) => (index === place ? { ...found, ...by(found) } : entry));
}

const called = (event: Told<'tool_call'>): Partial<Call> => ({
  name: event.name,
  args: event.arguments,
  server: event.server ?? null,
  flaw: event.flaw ?? null,
  draft: '',
});

const resultOf = (event: Told<'tool_result'>) => ({
  ok: event.ok,
  content: event.content,
  truncated: event.truncated,
  parts: event.parts ?? [],
  durationMs: event.duration_ms,
});

const without = (call: Call, callId: string): Ask[] => call.asks.filter(ask => ask.callId !== callId);

function askOf(event: Told<'approval'> | Told<'question'>): Ask {
  const about = { callId: event.call_id, expiresAt: event.expires_at };
  return event.type === 'approval'
    ? { ...about, kind: 'approval', name: event.name, args: event.arguments, reason: event.reason }
    : { ...about, kind: 'question', questions: event.questions, interrupted: event.interrupted ?? false };
}

function decided(call: Call, event: Told<'approval_resolved'>): Partial<Call> {
  const decision: Decision = {
    decision: event.decision,
    by: event.by,
    message: event.message ?? null,
    edited: Boolean(event.arguments),
  };
  return { asks: without(call, event.call_id), decision, args: event.arguments ?? call.args };
}

function talked(call: Call, event: Told<'question_answered'>): Partial<Call> {
  const asked = call.asks.find(ask => ask.callId === event.call_id);
  const questions = asked?.kind === 'question' ? asked.questions : [];
  const talk = { questions, answers: event.answers, by: event.by };
  return { asks: without(call, event.call_id), talks: [...call.talks, talk] };
}

/** The subagent's run below a call after one of its own events. */
function below(call: Call, { child_run_id: runId, seq, event: told }: Told<'subagent'>): Live {
  const child = call.child?.runId === runId ? call.child : newborn(runId, 0);
  const event = known({ seq, run_id: runId, ...told });
  if (!event || event.seq <= child.heard) return child;
  const heard = { ...child, heard: event.seq };
  switch (event.type) {
    case 'run':
      return { ...heard, model: event.model };
    case 'error':
      return grown(heard, { ...event, type: 'limit' });
    case 'done':
      return { ...heard, over: true };
    default:
      return grown(heard, event);
  }
}

const HOOK_DECIDED = { allow: 'allowed it', deny: 'refused', ask: 'wants a person asked' } as const;

function hookSays({ hook_event: at, name, ok, decision, reason }: Told<'hook'>): string {
  const did = !ok ? 'did not answer as agreed' : decision ? HOOK_DECIDED[decision] : 'was told';
  return `Hook ${name} (${at}) ${did}${reason ? `: ${reason}` : '.'}`;
}
