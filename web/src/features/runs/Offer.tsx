// The commands that could be meant by what is written, above the composer: arrows choose, Enter and Tab take one.

import { useEffect, useState } from 'preact/hooks';

import type { Named } from '@/core/acting';

const MOST = 8;
const LIST_ID = 'commands';
const idOf = (place: number) => `command-${place}`;

export interface Offering {
  found: readonly Named[];
  place: number;
  take(command: Named): void;
  /** True where the key was meant for the list. */
  steer(event: KeyboardEvent): boolean;
  /** What the field says to screen readers. */
  attributes: Record<string, string>;
}

export function useOffer(all: readonly Named[], take: (command: Named) => void): Offering {
  const [place, setPlace] = useState(0);
  const [closed, setClosed] = useState(false);
  const names = all.map(command => command.name).join(' ');
  useEffect(() => {
    setPlace(0);
    setClosed(false);
  }, [names]);
  const found = closed ? [] : all.slice(0, MOST);

  const steer = (event: KeyboardEvent): boolean => {
    const chosen = found[place];
    if (!chosen || event.shiftKey) return false;
    if (event.key === 'ArrowDown') setPlace((place + 1) % found.length);
    else if (event.key === 'ArrowUp') setPlace((place - 1 + found.length) % found.length);
    else if (event.key === 'Escape') setClosed(true);
    else if (event.key === 'Enter' || event.key === 'Tab') take(chosen);
    else return false;
    event.preventDefault();
    return true;
  };

  const attributes: Record<string, string> =
    found.length > 0
      ? { 'aria-controls': LIST_ID, 'aria-activedescendant': idOf(place), 'aria-haspopup': 'listbox' }
      : {};
  return { found, place, take, steer, attributes };
}

export function Offer({ offer }: { offer: Offering }) {
  if (offer.found.length === 0) return null;
  return (
    <ul class="offer" id={LIST_ID} role="listbox" aria-label="Commands">
      {offer.found.map((command, place) => (
        <li
          key={command.name}
          id={idOf(place)}
          role="option"
          aria-selected={place === offer.place}
          // The field keeps the focus.
          onMouseDown={event => event.preventDefault()}
          onClick={() => offer.take(command)}
        >
          <span class="name">/{command.name}</span>
          {command.description && <span class="hint">{command.description}</span>}
        </li>
      ))}
    </ul>
  );
}
