// What came of calls that an app made itself stands in the message after the one that called: here it is put beside
// its call, and what the person said with it stays theirs. Pure.

import type { Message, Part } from '@/core/messages';

const isResult = (part: Part) => part.type === 'tool_result';

/** The messages of a branch as they are shown. */
export function paired(messages: readonly Message[]): Message[] {
  const shown: Message[] = [];
  for (const message of messages) {
    const results = message.role === 'assistant' ? [] : message.parts.filter(isResult);
    const last = shown.at(-1);
    if (results.length === 0 || last?.role !== 'assistant') {
      shown.push(message);
      continue;
    }
    shown[shown.length - 1] = { ...last, parts: [...last.parts, ...results] };
    const rest = message.parts.filter(part => !isResult(part));
    if (rest.length > 0) shown.push({ ...message, parts: rest });
  }
  return shown;
}
