// What bounds this person now: what of each budget is used and left, and how many runs may go at once.

import { type BudgetView, type Part, readLimits } from '@/core/account';
import { useLoaded } from '@/core/loaded';
import { moment } from '@/kit/moment';

import { Section } from './Section';

const OF: Record<string, string> = { user: 'Yours', key: 'Of a key', organisation: 'Of your organisation' };

function Used({ part, says }: { part: Part; says: (amount: number) => string }) {
  const label = `${says(part.used + part.reserved)} of ${says(part.limit)}`;
  return (
    <>
      <span class="hint">{label}</span>
      <progress value={Math.min(part.used + part.reserved, part.limit)} max={part.limit || 1} aria-label={label} />
    </>
  );
}

function Budget({ one }: { one: BudgetView }) {
  return (
    <li class="entry entry-inside">
      <span>
        {OF[one.kind] ?? one.kind}, {one.month}
      </span>
      {one.tokens && <Used part={one.tokens} says={amount => `${Math.round(amount).toLocaleString()} tokens`} />}
      {one.usd && <Used part={one.usd} says={amount => `$${amount.toFixed(2)}`} />}
      {one.warning && <span class="alert">Most of it is used. It begins anew on {moment(one.resets_at)}.</span>}
    </li>
  );
}

export function Limits() {
  const { found, trouble, absent } = useLoaded(readLimits);
  if (absent || (found && found.budgets.length === 0 && found.runs.at_once === null)) return null;
  return (
    <Section title="Limits" trouble={trouble}>
      {found && found.runs.at_once !== null && (
        <p class="hint">
          {found.runs.running} of {found.runs.at_once} runs at once
          {found.runs.waiting > 0 && `, ${found.runs.waiting} wait`}.
        </p>
      )}
      <ul class="entries" aria-label="Budgets">
        {(found?.budgets ?? []).map((one, place) => (
          <Budget key={place} one={one} />
        ))}
      </ul>
    </Section>
  );
}
