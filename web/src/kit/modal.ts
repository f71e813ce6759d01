// The browser's own dialog, opened for as long as it is drawn; it gives the focus back, and decides nothing.

import { useEffect, useRef } from 'preact/hooks';

/** For `ref`. Whoever leaves is where they were, or, where that is gone, at the element of id `otherwise`. */
export function useModal(otherwise = 'prompt') {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const own = dialog.current;
    const before = document.activeElement;
    own?.showModal();
    return () => {
      own?.close();
      const back = before?.isConnected ? before : document.getElementById(otherwise);
      if (back instanceof HTMLElement) back.focus();
    };
  }, []);
  return dialog;
}
