// How much of care there can be in a conversation, in words for people; the server decides what it is.

import type { Consent, SessionCare } from '@/core/care';

export type Profile = SessionCare['profile'];

export interface Offer {
  profile: Profile;
  says: string;
  what: string;
  /** Why it cannot be chosen here; null where it can. */
  refused: string | null;
}

const WORDS: Record<Profile, { says: string; what: string }> = {
  off: { says: 'Off', what: 'Nothing is noticed, and nobody is called. Harmful answers are held back all the same.' },
  safety: {
    says: 'Safety',
    what: 'When your words speak of danger, you are shown who helps, and a human can be called.',
  },
  companion: { says: 'Companion', what: 'Safety, and answers that fit how you are, as far as you agree to it.' },
};
const REFUSED: Partial<Record<Profile, string>> = { off: 'Whoever runs this server does not let it be switched off.' };
const ELSE = 'Whoever runs this server does not offer it.';

/** What a companion asks for: each is done only where it was agreed to. */
const ASKED = new Set<Consent['purpose']>(['emotion', 'course']);

/** All there are, from the least to the most; who may not choose one is told why. */
export const offers = (care: SessionCare): Offer[] =>
  (['off', 'safety', 'companion'] as const).map(profile => ({
    profile,
    ...WORDS[profile],
    refused: care.choices.includes(profile) ? null : (REFUSED[profile] ?? ELSE),
  }));

/** What a profile asks somebody to agree to. */
export const askedBy = (profile: Profile, consents: Consent[]): Consent[] =>
  profile === 'companion' ? consents.filter(one => ASKED.has(one.purpose)) : [];
