// What a part of a panel shows of the server: asked for once it is drawn, and again after each deed.

import { useEffect, useState } from 'preact/hooks';

import { Refusal, wordsFor } from './request';

const NOT_HERE = new Set([403, 404, 405, 501]);

/** `absent`: this server has no such thing, or not for this person. */
export function useLoaded<Found>(load: () => Promise<Found>) {
  const [found, setFound] = useState<Found | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [absent, setAbsent] = useState(false);

  /** Does it and reads anew; true where it was done, else `trouble` says why not. */
  const attempt = async (deed: () => Promise<unknown>): Promise<boolean> => {
    setTrouble(null);
    try {
      await deed();
      setFound(await load());
      return true;
    } catch (thrown) {
      setTrouble(wordsFor(thrown));
      return false;
    }
  };

  useEffect(() => {
    load().then(setFound, (thrown: unknown) => {
      if (thrown instanceof Refusal && NOT_HERE.has(thrown.status)) setAbsent(true);
      else setTrouble(wordsFor(thrown));
    });
  }, []);
  return { found, trouble, absent, attempt };
}
