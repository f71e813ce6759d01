// What a summary says about itself, in words for people; pure.

import type { Receipt } from '@/core/messages';

/** One line for each thing worth knowing about a summary. */
export function receiptLines(receipt: Receipt): string[] {
  const { messages, tokens_before: before, tokens_after: after, because, focus } = receipt;
  const lines = [
    `It stands for ${messages.toLocaleString()} ${messages === 1 ? 'message' : 'messages'}, which remain where they are.`,
    `The next question came to ${before.toLocaleString()} tokens before, and to ${after.toLocaleString()} with it.`,
    because === 'full' ? 'It was written because the window was about to be full.' : 'Somebody asked for it.',
  ];
  if (focus) lines.push(`Above all about: ${focus}`);
  if (receipt.extractive) lines.push('Its sentences were picked, not written: this model cannot write summaries.');
  else if (receipt.repaired) lines.push('It was compared with the messages, and what was missing was put in.');
  else if (receipt.checked) lines.push('It was compared with the messages, and nothing was missing.');
  else lines.push('It was not compared with the messages.');
  if (receipt.undone) lines.push('It was taken back: models are told the messages themselves.');
  return lines;
}
