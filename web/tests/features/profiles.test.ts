// Which profiles of care a conversation offers, why not others, and what a companion asks for.

import { expect, test } from 'vitest';

import { type Consent, type SessionCare, wordsOf } from '@/core/care';
import { askedBy, offers } from '@/features/care/profiles';

const care = (...choices: SessionCare['choices']): SessionCare => ({
  session_id: 'ses_1',
  profile: 'safety',
  own: false,
  choices,
});
const asked = (purpose: Consent['purpose']): Consent => ({
  purpose,
  version: 1,
  text: { en: 'Yes?', sw: 'Ndiyo?' },
  usual: false,
  granted: null,
  said_version: null,
  said_at: null,
  holds: false,
});

test('every profile is shown, and why one cannot be chosen', () => {
  const all = offers(care('safety'));
  expect(all.map(one => one.profile)).toEqual(['off', 'safety', 'companion']);
  expect(all.map(one => one.refused)).toEqual([
    'Whoever runs this server does not let it be switched off.',
    null,
    'Whoever runs this server does not offer it.',
  ]);
  expect(offers(care('off', 'safety', 'companion')).every(one => one.refused === null)).toBe(true);
});

test('a companion alone asks for a yes, to what it does and nothing else', () => {
  const consents = (['emotion', 'course', 'sharing_with_counsellors', 'escalation_contact'] as const).map(asked);
  expect(askedBy('companion', consents).map(one => one.purpose)).toEqual(['emotion', 'course']);
  expect(askedBy('safety', consents)).toEqual([]);
  expect(askedBy('off', consents)).toEqual([]);
});

test('who reads Swahili is asked in Swahili', () => {
  expect(['sw-KE', 'en-GB', 'fr'].map(language => wordsOf(asked('emotion'), language))).toEqual([
    'Ndiyo?',
    'Yes?',
    'Yes?',
  ]);
});
