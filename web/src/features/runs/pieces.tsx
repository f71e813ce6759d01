// The parts a message is shown with: thoughts, tools, its actions, its siblings, its error. None of them acts by itself.

import { useState } from 'preact/hooks';

import type { Failure, Message } from '@/core/messages';
import { copyText } from '@/kit/clipboard';
import { Icon, type IconName } from '@/kit/icons';
import { Markdown } from '@/kit/Markdown';

const SAID_MS = 1600;

export function Act({ icon, says, onClick }: { icon: IconName; says: string; onClick: () => void }) {
  return (
    <button type="button" class="quiet act" aria-label={says} title={says} onClick={onClick}>
      <Icon name={icon} size={16} />
    </button>
  );
}

export function CopyAct({ text, says }: { text: string; says: string }) {
  const [done, setDone] = useState(false);
  const copy = async () => {
    setDone(await copyText(text));
    setTimeout(() => setDone(false), SAID_MS);
  };
  return <Act icon={done ? 'check' : 'copy'} says={done ? 'Copied' : says} onClick={() => void copy()} />;
}

export function Thoughts({ text, now }: { text: string; now: boolean }) {
  if (!text) return null;
  return (
    <details class="thoughts">
      <summary>{now ? 'Thinking…' : 'Thoughts'}</summary>
      <Markdown text={text} />
    </details>
  );
}

export function FailureNote({ failure, onRetry }: { failure: Failure; onRetry?: (() => void) | undefined }) {
  return (
    <div class="alert failure" role="alert">
      <Icon name="alert" />
      <p>
        {failure.message} <span class="code">{failure.code}</span>
      </p>
      {onRetry && (
        <button type="button" class="button" onClick={onRetry}>
          <Icon name="again" size={16} />
          Retry
        </button>
      )}
    </div>
  );
}

/** `< 2/3 >`: the other messages that were given in this one's place. */
export function Siblings({ message, onShow }: { message: Message; onShow: (index: number) => void }) {
  const { count, index } = message.siblings;
  if (count < 2) return null;
  return (
    <div class="siblings" role="group" aria-label={`Version ${index + 1} of ${count}`}>
      <button
        type="button"
        class="quiet act"
        aria-label="Previous version"
        disabled={index === 0}
        onClick={() => onShow(index - 1)}
      >
        <Icon name="left" size={16} />
      </button>
      <span>
        {index + 1}/{count}
      </span>
      <button
        type="button"
        class="quiet act"
        aria-label="Next version"
        disabled={index === count - 1}
        onClick={() => onShow(index + 1)}
      >
        <Icon name="right" size={16} />
      </button>
    </div>
  );
}
