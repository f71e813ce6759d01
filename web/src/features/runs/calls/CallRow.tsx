// One call in an answer: a row that says how it stands, what it was given and gave when opened, and what it waits for.

import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

import { fileAddress } from '@/core/acting';
import type { Hands } from '@/features/runs/hands';
import { type Ask, asking, type Call, type Decision } from '@/features/runs/view';
import { Bounded } from '@/kit/Bounded';
import { Icon } from '@/kit/icons';
import { spanWords } from '@/kit/sizes';

import { Approval } from './Approval';
import { Attached } from './Attached';
import { Answered, Questions } from './Questions';
import { Shown, Todos } from './Shown';
import { standing, STANDING_SAYS, summaryOf, titleOf, todosOf, wholeOf } from './summary';

interface Props {
  call: Call;
  runId: string;
  /** Whether the run that made the call still goes on. */
  running: boolean;
  hands: Hands;
  /** What the subagent does, where one answers the call. */
  children?: ComponentChildren;
}

const DECIDED: Record<Decision['decision'], Record<Decision['by'], string>> = {
  approve: { person: 'Approved', expiry: 'Approved', cancel: 'Approved' },
  reject: { person: 'Rejected', expiry: 'Rejected: nobody answered in time', cancel: 'Stopped before an answer' },
};

function decisionSays({ decision, by, message, edited }: Decision): string {
  return `${DECIDED[decision][by]}${edited ? ', as edited' : ''}${message ? `: ${message}` : '.'}`;
}

function Mark({ stands }: { stands: ReturnType<typeof standing> }) {
  if (stands === 'running' || stands === 'writing') return <span class="spinner" aria-hidden="true" />;
  const icon = stands === 'done' ? 'check' : stands === 'asking' ? 'bell' : stands === 'stopped' ? 'stop' : 'alert';
  return <Icon name={icon} size={15} />;
}

function Given({ call }: { call: Call }) {
  return (
    <>
      {call.flaw && <p class="line">The arguments could not be read: {call.flaw}</p>}
      {call.args === null ? (
        call.draft && <Bounded text={call.draft} label="Arguments, being written" />
      ) : (
        <Shown name={call.name} args={call.args} />
      )}
    </>
  );
}

function Came({ call, hands }: { call: Call; hands: Hands }) {
  const { result } = call;
  if (!result) return null;
  const whole = result.truncated ? wholeOf(result.content) : null;
  return (
    <>
      {result.content && <Bounded text={result.content} label="Result" />}
      {result.truncated && (
        <p class="hint">
          The result is cut.{' '}
          {whole && (
            <a href={fileAddress(hands.sessionId, whole)} download={whole.split('/').at(-1)}>
              The whole of it
            </a>
          )}
        </p>
      )}
    </>
  );
}

/** The card of what waits; `runId` is the run that asks. */
export function Waits({ ask, runId, hands }: { ask: Ask; runId: string; hands: Hands }) {
  return ask.kind === 'approval' ? (
    <Approval runId={runId} ask={ask} hands={hands} />
  ) : (
    <Questions runId={runId} ask={ask} hands={hands} />
  );
}

export function CallRow({ call, runId, running, hands, children }: Props) {
  const [open, setOpen] = useState(false);
  const stands = standing(call, running);
  const { name, server } = titleOf(call);
  const todos = todosOf(call.args);
  const waitsBelow = running && call.child !== null && asking(call.child.entries, '').length > 0;
  return (
    <div class="call" data-standing={stands}>
      <details open={open || waitsBelow} onToggle={event => setOpen(event.currentTarget.open)}>
        <summary>
          <Mark stands={stands} />
          <span class="tool">
            {name}
            {server && <span class="server"> · {server}</span>}
          </span>
          <span class="about">{summaryOf(call)}</span>
          <span class="stands">
            {stands !== 'done' && STANDING_SAYS[stands]}
            {stands === 'done' && <span class="visually-hidden">{STANDING_SAYS.done}</span>}
            {call.result?.durationMs != null && ` ${spanWords(call.result.durationMs)}`}
          </span>
        </summary>
        {(open || waitsBelow) && (
          <div class="inside">
            <Given call={call} />
            {children && <div class="below">{children}</div>}
            <Came call={call} hands={hands} />
          </div>
        )}
      </details>
      {stands === 'running' && call.progress && <p class="progress">{call.progress}</p>}
      {todos && !open && <Todos todos={todos} />}
      {call.decision && <p class="line">{decisionSays(call.decision)}</p>}
      {call.talks.map((talk, place) => (
        <Answered key={place} talk={talk} />
      ))}
      {call.result?.parts.map((attachment, place) => (
        <Attached key={place} sessionId={hands.sessionId} attachment={attachment} />
      ))}
      {running && call.asks.map(ask => <Waits key={ask.callId} ask={ask} runId={runId} hands={hands} />)}
    </div>
  );
}
