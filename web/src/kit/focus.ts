// Gives the focus to what has just appeared, and back when it is gone.

import { useEffect, useRef } from 'preact/hooks';

/** For `ref`: as it is always the same function, it is called once for an element, and not at every drawing. */
export const takeFocus = (element: HTMLElement | null): void => element?.focus();

/** For `ref` of what stands around a form: when the form is gone, the first button that stands there has the focus. */
export function useFocusBack<Around extends HTMLElement>(formShown: boolean) {
  const around = useRef<Around>(null);
  const before = useRef(false);
  useEffect(() => {
    if (before.current && !formShown) around.current?.querySelector('button')?.focus();
    before.current = formShown;
  }, [formShown]);
  return around;
}
