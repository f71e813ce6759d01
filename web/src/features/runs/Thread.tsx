// The conversation as it is read: messages, the answer being written, and what went wrong.

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

import type { Waiting } from '@/core/acting';
import type { Message } from '@/core/messages';
import { Icon } from '@/kit/icons';

import { Answer, Dots } from './Answer';
import { Waits } from './calls/CallRow';
import type { Conversation, Said } from './conversation';
import { paired } from './paired';
import { FailureNote } from './pieces';
import { RewindDialog } from './rewind/RewindDialog';
import { strayAsks } from './strays';
import { SummaryCard } from './SummaryCard';
import { PendingMessage, UserMessage } from './UserMessage';
import { asking, busy, sumsUp, type View } from './view';

interface Props {
  conversation: Conversation;
  nameOf: (model: string | null) => string;
  /** What waits in this session according to the server, for where no event has told it. */
  waiting: readonly Waiting[];
  onTakeBack: (said: Said) => void;
  onFork: (messageId: string) => void;
  onContext: (messageId: string) => void;
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

const ASKS = { approval: 'Your approval is needed', question: 'You are asked something' } as const;

/** What a screen reader is told: that an answer is coming, that somebody is asked, and, once, the whole answer. */
function Announcer({ view }: { view: View }) {
  const working = busy(view);
  const summing = sumsUp(view);
  const worked = useRef(false);
  const [says, setSays] = useState('');
  const waits = asking(view.live?.entries ?? [], '').at(-1)?.ask;
  useEffect(() => {
    const last = view.messages.at(-1);
    if (waits) setSays(`${ASKS[waits.kind]}${waits.kind === 'approval' ? `: ${waits.name}` : ''}.`);
    else if (working) setSays(summing ? 'Earlier messages are being summed up.' : 'An answer is being written.');
    else if (worked.current && last?.summary) setSays('Earlier messages were summed up.');
    else if (worked.current && last?.role === 'assistant') setSays(`The answer: ${last.text}`);
    worked.current = working;
  }, [working, summing, waits?.callId]);
  return (
    <div class="visually-hidden" aria-live="polite">
      {says}
    </div>
  );
}

/** Stands where the summary will stand. */
function Summing() {
  return (
    <p class="summing">
      <span class="spinner" aria-hidden="true" />
      Summing up earlier messages…
    </p>
  );
}

/** The person's message that a failed run was to answer. */
function unanswered(view: View): Message | undefined {
  const last = view.messages.at(-1);
  return last?.role === 'user' ? last : view.messages.findLast(message => message.role === 'user');
}

export function Thread({ conversation, nameOf, waiting, onTakeBack, onFork, onContext }: Props) {
  const [rewinding, setRewinding] = useState<string | null>(null);
  const view = conversation.view.value;
  const working = busy(view);
  const summing = sumsUp(view);
  const { box, away, toEnd, scrolled } = useEndInSight(view);
  const asked = unanswered(view);
  const strays = strayAsks(view, waiting);
  // A finished message stands in its place while its run goes on; until then it is shown as it is being written.
  const kept = view.messages.some(message => message.id === view.live?.messageId);
  const writing = view.live && (!kept || view.live.entries.length > 0) ? view.live : null;
  const messages = paired(view.messages);
  const shown: (Message | null)[] = writing && !kept ? [...messages, null] : messages;
  return (
    <div class="thread" ref={box} onScroll={scrolled} tabIndex={-1}>
      <Announcer view={view} />
      <div class="measure">
        {shown.map(message => {
          const live = message === null || message.id === writing?.messageId ? writing : null;
          if (message?.role === 'user') {
            return (
              <UserMessage
                key={message.id}
                message={message}
                busy={working}
                readsOnly={conversation.readsOnly.value}
                onEdit={text => void conversation.edit(message, text)}
                onShow={index => void conversation.show(message, index)}
                onRewind={() => setRewinding(message.id)}
                onFork={() => onFork(message.id)}
              />
            );
          }
          if (message?.summary) {
            return (
              <SummaryCard
                key={message.id}
                message={message}
                receipt={message.summary}
                busy={working}
                onUndo={() => void conversation.undoSummary(message)}
              />
            );
          }
          if (message !== null && message.role !== 'assistant') return null;
          if (live && summing) return <Summing key="summing" />;
          return (
            <Answer
              key={message?.id ?? live?.messageId ?? 'live'}
              message={message}
              live={live}
              past={message ? view.past[message.id] : undefined}
              busy={working}
              nameOf={nameOf}
              hands={conversation.hands}
              onAgain={() => message?.parent_id && void conversation.answer(message.parent_id)}
              onShow={index => message && void conversation.show(message, index)}
              onFork={onFork}
              onContext={onContext}
            />
          );
        })}
        {strays.map(stray => (
          <Waits key={stray.ask.callId} ask={stray.ask} runId={stray.runId} hands={conversation.hands} />
        ))}
        {view.pending && (
          <PendingMessage
            pending={view.pending}
            onRetry={() => void conversation.sayAgain()}
            onTakeBack={() => onTakeBack(conversation.takeBack())}
          />
        )}
        {!view.live && working && (
          <article class="answer live">
            <Dots />
          </article>
        )}
        {view.failure && !working && (
          <FailureNote failure={view.failure} onRetry={asked ? () => void conversation.answer(asked.id) : undefined} />
        )}
      </div>
      {rewinding && (
        <RewindDialog
          sessionId={conversation.sessionId}
          messageId={rewinding}
          onMoved={() => void conversation.reread()}
          onClose={() => setRewinding(null)}
        />
      )}
      {away && (
        <button type="button" class="to-end" onClick={toEnd}>
          <Icon name="down" size={16} />
          <span class="visually-hidden">To the end</span>
        </button>
      )}
    </div>
  );
}
