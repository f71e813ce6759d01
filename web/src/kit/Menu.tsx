// A button that opens a short list of actions; keyboard and screen readers included.

import { useEffect, useRef, useState } from 'preact/hooks';

import { Icon, type IconName } from './icons';

export interface Choice {
  icon: IconName;
  says: string;
  grave?: boolean;
  act: () => void;
}

const EDGE = 8;

/** Places the list under its button, or above it where the window ends. */
function placeBy(button: HTMLElement, list: HTMLElement): void {
  const at = button.getBoundingClientRect();
  const below = at.bottom + 4;
  const fits = below + list.offsetHeight <= window.innerHeight - EDGE;
  list.style.top = `${fits ? below : Math.max(EDGE, at.top - list.offsetHeight - 4)}px`;
  list.style.left = `${Math.max(EDGE, Math.min(at.left, window.innerWidth - list.offsetWidth - EDGE))}px`;
}

export function Menu({ label, choices }: { label: string; choices: Choice[] }) {
  const [shown, setShown] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (!shown || !button.current || !list.current) return;
    placeBy(button.current, list.current);
    list.current.querySelector('button')?.focus();
    const away = (event: Event) => {
      const target = event.target as Node;
      if (!list.current?.contains(target) && !button.current?.contains(target)) setShown(false);
    };
    // The list stays where it is when its button moves away; what scrolls elsewhere moves nothing.
    const moved = (event: Event) => {
      if ((event.target as Node).contains(button.current)) setShown(false);
    };
    document.addEventListener('pointerdown', away);
    document.addEventListener('scroll', moved, true);
    return () => {
      document.removeEventListener('pointerdown', away);
      document.removeEventListener('scroll', moved, true);
    };
  }, [shown]);

  const close = () => {
    setShown(false);
    button.current?.focus();
  };

  const steer = (event: KeyboardEvent) => {
    const items = [...(list.current?.querySelectorAll('button') ?? [])];
    const place = items.indexOf(document.activeElement as HTMLButtonElement);
    const targets: Record<string, number> = {
      ArrowDown: place + 1,
      ArrowUp: place - 1 + items.length,
      Home: 0,
      End: items.length - 1,
    };
    const target = targets[event.key];
    if (event.key === 'Escape') close();
    else if (event.key === 'Tab') return setShown(false);
    else if (target === undefined) return;
    else items[target % items.length]?.focus();
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div class="menu">
      <button
        ref={button}
        type="button"
        class="quiet"
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={shown}
        onClick={() => setShown(!shown)}
      >
        <Icon name="more" />
      </button>
      {shown && (
        <div ref={list} class="menu-list" role="menu" aria-label={label} onKeyDown={steer}>
          {choices.map(choice => (
            <button
              key={choice.says}
              type="button"
              role="menuitem"
              tabIndex={-1}
              class={choice.grave ? 'grave' : ''}
              onClick={() => {
                close();
                choice.act();
              }}
            >
              <Icon name={choice.icon} size={16} />
              {choice.says}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
