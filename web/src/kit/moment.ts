// A point in time in few words, as the reader's own place writes it.

/** Day and hour; a dash where there is none. */
export const moment = (at: string | null | undefined): string =>
  at ? new Date(at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' }) : '–';
