// The conversation as it is read: messages, the answer being written, and what went wrong.

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

import type { Message } from '@/core/messages';
import { Icon } from '@/kit/icons';

import { Answer, LiveAnswer, Waiting } from './Answer';
import type { Conversation } from './conversation';
import { FailureNote } from './pieces';
import { PendingMessage, UserMessage } from './UserMessage';
import { busy, type View } from './view';

interface Props {
  conversation: Conversation;
  nameOf: (model: string | null) => string;
  onTakeBack: (text: string) => void;
}

const NEAR_END_PX = 64;

/** Keeps the end in sight while it grows, unless the reader has scrolled away from it. */
function useEndInSight(view: View) {
  const box = useRef<HTMLDivElement>(null);
  const held = useRef(true);
  const [away, setAway] = useState(false);
  const toEnd = () => {
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
  };
  const scrolled = () => {
    if (!box.current) return;
    const { scrollHeight, scrollTop, clientHeight } = box.current;
    held.current = scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
    setAway(!held.current);
  };
  useLayoutEffect(() => {
    if (held.current) toEnd();
  }, [view]);
  useLayoutEffect(() => {
    if (view.pending) held.current = true;
    toEnd();
  }, [view.pending?.key]);
  return { box, away, toEnd, scrolled };
}

/** What a screen reader is told: that an answer is coming, and, once, the whole of it. */
function Announcer({ view }: { view: View }) {
  const working = busy(view);
  const worked = useRef(false);
  const [says, setSays] = useState('');
  useEffect(() => {
    const last = view.messages.at(-1);
    if (working) setSays('An answer is being written.');
    else if (worked.current && last?.role === 'assistant') setSays(`The answer: ${last.text}`);
    worked.current = working;
  }, [working]);
  return (
    <div class="visually-hidden" aria-live="polite">
      {says}
    </div>
  );
}

/** The person's message that a failed run was to answer. */
function unanswered(view: View): Message | undefined {
  const last = view.messages.at(-1);
  return last?.role === 'user' ? last : view.messages.findLast(message => message.role === 'user');
}

export function Thread({ conversation, nameOf, onTakeBack }: Props) {
  const view = conversation.view.value;
  const working = busy(view);
  const { box, away, toEnd, scrolled } = useEndInSight(view);
  const asked = unanswered(view);
  // A model step that is finished stands among the messages while its run goes on.
  const writing = view.live && !view.messages.some(message => message.id === view.live?.messageId);
  return (
    <div class="thread" ref={box} onScroll={scrolled} tabIndex={-1}>
      <Announcer view={view} />
      <div class="measure">
        {view.messages.map(message =>
          message.role === 'user' ? (
            <UserMessage
              key={message.id}
              message={message}
              busy={working}
              onEdit={text => void conversation.edit(message, text)}
              onShow={index => void conversation.show(message, index)}
            />
          ) : message.role === 'assistant' ? (
            <Answer
              key={message.id}
              message={message}
              busy={working}
              nameOf={nameOf}
              onAgain={() => message.parent_id && void conversation.answer(message.parent_id)}
              onShow={index => void conversation.show(message, index)}
            />
          ) : null,
        )}
        {view.pending && (
          <PendingMessage
            pending={view.pending}
            onRetry={() => void conversation.sayAgain()}
            onTakeBack={() => onTakeBack(conversation.takeBack())}
          />
        )}
        {view.live && writing && <LiveAnswer live={view.live} nameOf={nameOf} />}
        {!view.live && working && (
          <article class="answer live">
            <Waiting />
          </article>
        )}
        {view.failure && !working && (
          <FailureNote failure={view.failure} onRetry={asked ? () => void conversation.answer(asked.id) : undefined} />
        )}
      </div>
      {away && (
        <button type="button" class="to-end" onClick={toEnd}>
          <Icon name="down" size={16} />
          <span class="visually-hidden">To the end</span>
        </button>
      )}
    </div>
  );
}
