// The endpoints of one's own account, and of coming in; nothing is cached here.

import { ask } from './request';

/** What a visitor needs to know before they sign in. */
export interface Config {
  registration?: 'closed' | 'invitation' | 'open';
  password_reset?: boolean;
  oidc?: readonly { id: string; name: string }[];
}

/** In; or a code is wanted first; or the address is to be confirmed first. */
export type CameIn =
  | { status?: undefined }
  | { status: 'second_factor'; token: string; methods: readonly string[] }
  | { status: 'verify_email' };

export interface Registration {
  email: string;
  password: string;
  name?: string;
  invitation?: string;
}

export interface Device {
  id: string;
  agent: string;
  address: string;
  last_used_at: string;
  current: boolean;
}

export interface SecondFactor {
  enabled: boolean;
  backup_codes_left: number;
}

export interface ApiKey {
  id: string;
  name: string;
  scopes: readonly string[] | null;
  networks: readonly string[] | null;
  expires_at: string | null;
  last_used_at: string | null;
  replaced_by_id: string | null;
}

export interface KeyWish {
  name: string;
  scopes?: string[];
  networks?: string[];
  expires_at?: string;
}

export interface Part {
  limit: number;
  used: number;
  reserved: number;
  left: number;
}

export interface BudgetView {
  id: string | null;
  kind: string;
  month: string;
  resets_at: string;
  tokens: Part | null;
  usd: Part | null;
  warning: boolean;
}

export interface Limits {
  budgets: readonly BudgetView[];
  runs: { at_once: number | null; running: number; waiting: number };
}

/** Who signs in by a link alone has no password to show. */
const shown = (password: string) => (password ? { current_password: password } : {});
const post = (body: unknown) => ({ method: 'POST' as const, body });
const items = async <One>(path: string) => (await ask<{ items: One[] }>(path)).items;

export const readConfig = () => ask<Config>('/config');
export const logIn = (email: string, password: string) => ask<CameIn>('/auth/login', post({ email, password }));
export const giveCode = (token: string, code: string) =>
  ask<CameIn>('/auth/login/second-factor', post({ token, code }));
export const register = (wish: Registration) => ask<CameIn>('/auth/register', post(wish));
export const verify = (token: string) => ask<CameIn>('/auth/verify', post({ token }));
export const sendAgain = (email: string) => ask<void>('/auth/verify/resend', post({ email }));
export const forgotPassword = (email: string) => ask<unknown>('/auth/password/forgot', post({ email }));
export const resetPassword = (token: string, password: string) =>
  ask<void>('/auth/password/reset', post({ token, new_password: password }));
export const oidcAddress = (id: string) => `/api/v1/auth/oidc/${encodeURIComponent(id)}`;

export const listDevices = () => items<Device>('/auth/devices');
export const endDevice = (id: string) => ask<void>(`/auth/devices/${id}`, { method: 'DELETE' });
export const endOtherDevices = () => ask<void>('/auth/devices', { method: 'DELETE' });
export const setPassword = (current: string, fresh: string) =>
  ask<unknown>('/auth/password', post({ ...shown(current), new_password: fresh }));

export const secondFactor = () => ask<SecondFactor>('/auth/second-factor');
export const beginTotp = (password: string) =>
  ask<{ secret: string; uri: string }>('/auth/second-factor/totp', post(shown(password)));
export const confirmTotp = async (code: string) =>
  (await ask<{ backup_codes: string[] }>('/auth/second-factor/totp/confirm', post({ code }))).backup_codes;
export const freshCodes = async (code: string) =>
  (await ask<{ backup_codes: string[] }>('/auth/second-factor/backup-codes', post({ code }))).backup_codes;
export const endSecondFactor = (password: string, code: string) =>
  ask<void>('/auth/second-factor', { method: 'DELETE', body: { ...shown(password), code } });

export const listKeys = () => items<ApiKey>('/api-keys');
export const makeKey = (wish: KeyWish) => ask<ApiKey & { key: string }>('/api-keys', post(wish));
export const rotateKey = (id: string, overlapSeconds: number) =>
  ask<ApiKey & { key: string }>(`/api-keys/${id}/rotate`, post({ overlap_seconds: overlapSeconds }));
export const deleteKey = (id: string) => ask<void>(`/api-keys/${id}`, { method: 'DELETE' });

export const readLimits = () => ask<Limits>('/limits');
