// Sorts instants into the headings a person would look under; the present is handed in.

const DAY_MS = 86_400_000;

/** "Today", "Yesterday", "This week", "This month" or a month's name, as seen from `now` in the local time zone. */
export function dayHeading(instant: string, now: Date): string {
  const then = new Date(instant);
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate()).getTime();
  const age = midnight - then.getTime();
  if (age <= 0) return 'Today';
  if (age <= DAY_MS) return 'Yesterday';
  if (age <= 6 * DAY_MS) return 'This week';
  if (age <= 30 * DAY_MS) return 'This month';
  return then.toLocaleDateString(undefined, { month: 'long', year: 'numeric' });
}
