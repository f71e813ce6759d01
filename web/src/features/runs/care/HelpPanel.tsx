// The way to help that stands on every conversation: who helps, in the country that one chooses.

import { useEffect, useState } from 'preact/hooks';

import { listHelp } from '@/core/care';
import type { HelpResource } from '@/core/messages';
import { wordsFor } from '@/core/request';
import { Panel } from '@/kit/Panel';
import { recall, remember } from '@/kit/remembered';

import { Helpers } from './Helpers';

const CHOSEN = 'help.country';
const FIRST = ['KE', 'UG', 'TZ', 'RW', 'US', 'GB'];
/** Every code that the browser has a name for. */
const names = new Intl.DisplayNames(undefined, { type: 'region', fallback: 'none' });
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
/** Codes that browsers name and that are no countries. */
const NO_COUNTRIES = new Set(['EU', 'EZ', 'UN', 'UK', 'ZZ', 'QO', 'XA', 'XB']);

const countries = (): [string, string][] =>
  [...LETTERS]
    .flatMap(one => [...LETTERS].map(other => one + other))
    .flatMap((code): [string, string][] => {
      const outdated = new Intl.Locale('und', { region: code }).region !== code;
      const name = NO_COUNTRIES.has(code) || outdated ? undefined : names.of(code);
      return name ? [[code, name]] : [];
    })
    .sort(([, one], [, other]) => one.localeCompare(other));

function Options({ codes }: { codes: readonly (readonly [string, string])[] }) {
  return (
    <>
      {codes.map(([code, name]) => (
        <option key={code} value={code}>
          {name}
        </option>
      ))}
    </>
  );
}

function HelpPanel({ onClose }: { onClose: () => void }) {
  const [country, setCountry] = useState(recall(CHOSEN) ?? '');
  const [found, setFound] = useState<readonly HelpResource[] | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [all] = useState(countries);

  useEffect(() => {
    let late = false;
    listHelp(country || null).then(
      items => late || (setTrouble(null), setFound(items)),
      (thrown: unknown) => late || setTrouble(wordsFor(thrown)),
    );
    return () => {
      late = true;
    };
  }, [country]);

  const choose = (code: string) => {
    remember(CHOSEN, code);
    setCountry(code);
  };
  return (
    <Panel title="Find help" onClose={onClose}>
      <p>
        If you or somebody else is in danger now, call an emergency number. The people below listen, whatever it is
        about.
      </p>
      <label class="field">
        Where are you?
        <select value={country} onChange={event => choose(event.currentTarget.value)}>
          <option value="">Somewhere else, or I would rather not say</option>
          <Options codes={all.filter(([code]) => FIRST.includes(code))} />
          <hr />
          <Options codes={all.filter(([code]) => !FIRST.includes(code))} />
        </select>
      </label>
      {trouble && (
        <p class="alert" role="alert">
          {trouble}
        </p>
      )}
      <div aria-live="polite">{found && <Helpers helpers={found} />}</div>
    </Panel>
  );
}

export function HelpLink() {
  const [shown, setShown] = useState(false);
  return (
    <>
      <button type="button" class="link" aria-haspopup="dialog" onClick={() => setShown(true)}>
        Find help
      </button>
      {shown && <HelpPanel onClose={() => setShown(false)} />}
    </>
  );
}

/** For who is not signed in, and may be asked nothing: a directory of the whole world. */
export function HelpElsewhere() {
  return (
    <a class="link" href="https://findahelpline.com" target="_blank" rel="noopener noreferrer">
      Find help
    </a>
  );
}
