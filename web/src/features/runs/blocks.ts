// What an answer is shown as, in order: the same blocks for one that is being written and one that is kept. Pure.

import type { Attachment, HelpShown, Message, Part } from '@/core/messages';

import type { Call, Entry, Line, Result } from './view';

export type Block =
  | { kind: 'text' | 'thoughts'; text: string }
  | { kind: 'call'; call: Call }
  | { kind: 'line'; line: Line }
  | { kind: 'attachment'; attachment: Attachment };

/** Pieces that follow one another become one block. */
export function blocksOfEntries(entries: readonly Entry[]): Block[] {
  const blocks: Block[] = [];
  for (const entry of entries) {
    if (entry.kind === 'call') blocks.push({ kind: 'call', call: entry });
    else if (entry.kind === 'line') blocks.push({ kind: 'line', line: entry });
    else append(blocks, entry.kind === 'content' ? 'text' : 'thoughts', entry.content);
  }
  return blocks;
}

function append(blocks: Block[], kind: 'text' | 'thoughts', text: string): void {
  const last = blocks.at(-1);
  if (last?.kind === kind) last.text += text;
  else if (text) blocks.push({ kind, text });
}

type CallPart = Extract<Part, { type: 'tool_call' }>;
type ResultPart = Extract<Part, { type: 'tool_result' }>;

/** A kept message's blocks; `past` is what was told while it was written, which the message does not keep. */
export function blocksOfMessage(message: Message, past: readonly (Call | Line)[] = []): Block[] {
  // Who helps stood before the first word.
  const helps = (one: Call | Line) => one.kind === 'line' && one.tone === 'care';
  const blocks: Block[] = message.help ? [helpBlock(message.help)] : linesOf(past.filter(helps));
  let rest = past.filter(one => !helps(one));
  message.parts.forEach((part, place) => {
    if (part.type === 'text') append(blocks, 'text', part.text);
    else if (part.type === 'reasoning') append(blocks, 'thoughts', part.text);
    else if (part.type === 'image' || part.type === 'file') blocks.push({ kind: 'attachment', attachment: part });
    else if (part.type === 'tool_call') {
      const at = rest.findIndex(one => one.kind === 'call' && one.callId === part.call_id);
      blocks.push(...linesOf(rest.slice(0, Math.max(at, 0))));
      const told = rest[at];
      blocks.push({ kind: 'call', call: callOf(part, place, message, told?.kind === 'call' ? told : null) });
      rest = rest.slice(at + 1);
      // Whether a line stood before or after the words that follow the call, nobody remembers: after the call it is.
      const after = at < 0 ? 0 : rest.findIndex(one => one.kind === 'call');
      blocks.push(...linesOf(after < 0 ? rest : rest.slice(0, after)));
      rest = after < 0 ? [] : rest.slice(after);
    }
  });
  return [...blocks, ...linesOf(rest)];
}

const helpBlock = ({ message, resources, escalation_id: called = null }: HelpShown): Block => ({
  kind: 'line',
  line: { kind: 'line', seq: 0, tone: 'care', says: message ?? '', helpers: resources, called },
});

const linesOf = (entries: readonly (Call | Line)[]): Block[] =>
  entries.flatMap(entry => (entry.kind === 'line' ? [{ kind: 'line', line: entry }] : []));

function callOf(part: CallPart, place: number, message: Message, told: Call | null): Call {
  const result = message.parts.slice(place).find(one => one.type === 'tool_result' && one.call_id === part.call_id);
  return {
    kind: 'call',
    seq: told?.seq ?? 0,
    callId: part.call_id,
    name: part.name,
    server: part.server ?? null,
    args: part.arguments,
    draft: '',
    flaw: told?.flaw ?? null,
    progress: '',
    asks: [],
    decision: told?.decision ?? null,
    talks: told?.talks ?? [],
    result: result?.type === 'tool_result' ? keptResult(result, told) : null,
    handed: message.finish_reason === 'tool_calls' && result === undefined,
    child: told?.child ?? null,
  };
}

const keptResult = (part: ResultPart, told: Call | null): Result => ({
  ok: part.ok,
  content: part.content,
  truncated: part.truncated ?? false,
  parts: part.parts ?? [],
  durationMs: told?.result?.durationMs ?? null,
});
