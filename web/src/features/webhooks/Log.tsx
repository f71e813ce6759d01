// What a webhook was told and is to be told: the newest, what came of each, and what can be done about it.

import { useEffect, useState } from 'preact/hooks';

import { wordsFor } from '@/core/request';
import { type Delivery, replayDelivery, skipDelivery, type Try } from '@/core/webhooks';
import { Icon } from '@/kit/icons';

import { look, tend } from './webhooks';

const STATES: Record<Delivery['state'], string> = {
  waiting: 'waits',
  delivered: 'taken',
  failed: 'not taken',
  skipped: 'left out',
};

export const moment = (instant: string) =>
  new Date(instant).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

export const outcome = (last: Try | null) => (last ? (last.error ?? `It answered with status ${last.status}.`) : '');

export function Log({ id, news }: { id: string; news: number }) {
  const [found, setFound] = useState<readonly Delivery[] | null>(null);
  const [wrong, setWrong] = useState<string | null>(null);
  const [looks, setLooks] = useState(0);
  const lookAgain = () => setLooks(count => count + 1);
  useEffect(() => {
    let gone = false;
    look(id).then(
      items => gone || setFound(items),
      (thrown: unknown) => gone || setWrong(wordsFor(thrown)),
    );
    return () => {
      gone = true;
    };
  }, [id, news, looks]);
  if (wrong) return <p class="alert">{wrong}</p>;
  if (!found) return <p class="hint">Looking…</p>;
  return (
    <>
      <div class="row spread">
        <span class="hint">{found.length ? 'The newest first.' : 'It was told nothing yet.'}</span>
        <button type="button" class="quiet" aria-label="Look again" title="Look again" onClick={lookAgain}>
          <Icon name="again" size={16} />
        </button>
      </div>
      <ul class="entries" aria-label="What it was told">
        {found.map(one => {
          const waits = one.state === 'waiting';
          const [says, deed] = waits
            ? (['Leave out', skipDelivery] as const)
            : (['Send again', replayDelivery] as const);
          return (
            <li key={one.id} class="entry fact">
              <span class="about">
                {one.event}
                <span class="hint">
                  {moment(one.created_at)} · {STATES[one.state]} · {one.tries} {one.tries === 1 ? 'try' : 'tries'}
                </span>
                <span class="hint">{outcome(one.last)}</span>
              </span>
              {one.event !== 'webhook.test' && (
                <button type="button" class="button" onClick={() => void tend(deed(id, one.id)).then(lookAgain)}>
                  {says}
                </button>
              )}
            </li>
          );
        })}
      </ul>
    </>
  );
}
