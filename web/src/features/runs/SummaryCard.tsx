// What stands for earlier messages when a model is told the branch: one line, and the whole of it when it is opened.

import type { Message, Receipt } from '@/core/messages';
import { Icon } from '@/kit/icons';
import { Markdown } from '@/kit/Markdown';

import { jumpTo } from './jump';
import { receiptLines } from './receipt';

interface Props {
  message: Message;
  receipt: Receipt;
  busy: boolean;
  onUndo: () => void;
}

const counted = (tokens: number) => tokens.toLocaleString();

export function SummaryCard({ message, receipt, busy, onUndo }: Props) {
  const { from_message_id: first, to_message_id: last, tokens_before: before, tokens_after: after, undone } = receipt;
  return (
    <details class="summed" id={`at-${message.id}`} data-undone={undone ? '' : undefined}>
      <summary>
        <Icon name="fold" size={15} />
        <span>{undone ? 'A summary that was taken back' : 'Earlier messages were summed up for the model'}</span>
        {!undone && (
          <span class="stands">
            {counted(before)} → {counted(after)} tokens
          </span>
        )}
      </summary>
      <div class="inside">
        <Markdown text={message.text} />
        <ul class="receipt">
          {receiptLines(receipt).map(line => (
            <li key={line}>{line}</li>
          ))}
        </ul>
        <div class="decide">
          <button type="button" class="button" onClick={() => jumpTo(first)}>
            First of them
          </button>
          <button type="button" class="button" onClick={() => jumpTo(last)}>
            Last of them
          </button>
          {!undone && (
            <>
              <span class="gap" />
              <button type="button" class="button" disabled={busy} onClick={onUndo}>
                <Icon name="back" size={16} />
                Undo
              </button>
            </>
          )}
        </div>
      </div>
    </details>
  );
}
