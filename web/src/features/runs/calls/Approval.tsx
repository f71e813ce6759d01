// Asks for a yes to one call: shows exactly what would be executed, and takes the answer, once.

import { useState } from 'preact/hooks';

import type { Reach } from '@/core/acting';
import type { Arguments } from '@/core/events';
import type { Hands } from '@/features/runs/hands';
import type { Ask } from '@/features/runs/view';
import { takeFocus } from '@/kit/focus';

import { ArgumentsEditor } from './ArgumentsEditor';
import { Card } from './Card';
import { useResponding } from './responding';
import { Shown } from './Shown';

interface Props {
  runId: string;
  ask: Extract<Ask, { kind: 'approval' }>;
  hands: Hands;
}

type Doing = 'deciding' | 'editing' | 'rejecting';

const same = (one: Arguments, other: Arguments) => JSON.stringify(one) === JSON.stringify(other);

export function Approval({ runId, ask, hands }: Props) {
  const responding = useResponding(hands, runId, ask.expiresAt);
  const [doing, setDoing] = useState<Doing>('deciding');
  const [edited, setEdited] = useState<Arguments | null>(ask.args);
  const [reach, setReach] = useState<Reach | ''>('');
  const [words, setWords] = useState('');
  const closed = responding.stage !== 'open';

  const approve = () => {
    if (edited === null) return;
    const changed = doing === 'editing' && !same(edited, ask.args);
    responding.send({
      call_id: ask.callId,
      decision: 'approve',
      ...(changed && { arguments: edited }),
      ...(reach && { remember: reach }),
    });
  };
  const reject = () =>
    responding.send({ call_id: ask.callId, decision: 'reject', ...(words.trim() && { message: words.trim() }) });
  const back = () => {
    setDoing('deciding');
    setEdited(ask.args);
  };

  return (
    <Card title={`May ${ask.name} do this?`} expiresAt={ask.expiresAt} responding={responding}>
      {ask.reason && <p class="reason">{ask.reason}</p>}
      {doing === 'editing' ? (
        <fieldset disabled={closed}>
          <legend class="visually-hidden">Arguments of {ask.name}</legend>
          <ArgumentsEditor args={edited ?? ask.args} onChange={setEdited} />
        </fieldset>
      ) : (
        <Shown name={ask.name} args={ask.args} />
      )}
      {doing === 'rejecting' && (
        <label class="field">
          Why not, or what instead? (optional)
          <textarea
            rows={2}
            ref={takeFocus}
            disabled={closed}
            value={words}
            onInput={event => setWords(event.currentTarget.value)}
          />
        </label>
      )}
      {responding.stage !== 'expired' && responding.stage !== 'elsewhere' && (
        <div class="decide">
          {doing !== 'rejecting' && (
            <select
              aria-label="How far this yes reaches"
              disabled={closed}
              value={reach}
              onChange={event => setReach(event.currentTarget.value as Reach | '')}
            >
              <option value="">Only this time</option>
              <option value="session">This very call, in this conversation</option>
              <option value="tool">Every call of {ask.name}, from now on</option>
            </select>
          )}
          <span class="gap" />
          {doing === 'deciding' && (
            <>
              <button type="button" class="button" disabled={closed} onClick={() => setDoing('editing')}>
                Edit
              </button>
              <button type="button" class="button grave" disabled={closed} onClick={() => setDoing('rejecting')}>
                Reject…
              </button>
            </>
          )}
          {doing !== 'deciding' && (
            <button type="button" class="button" disabled={closed} onClick={back}>
              Back
            </button>
          )}
          {doing === 'rejecting' ? (
            <button type="button" class="button grave" disabled={closed} onClick={reject}>
              Reject
            </button>
          ) : (
            <button type="button" class="button primary" disabled={closed || edited === null} onClick={approve}>
              {doing === 'editing' ? 'Approve as edited' : 'Approve'}
            </button>
          )}
        </div>
      )}
    </Card>
  );
}
