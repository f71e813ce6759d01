// The endpoints of files that messages carry: brought in once, and had by their id; nothing is cached here.

import type { SaidPart } from './calls';
import type { Attachment } from './messages';
import { ask } from './request';
import { send } from './sending';

/** A file that was brought in for messages. */
export interface Upload {
  id: string;
  name: string;
  media_type: string;
  size: number;
}

const PICTURE = /^image\/(png|jpeg|gif|webp)$/;

/** Where the bytes of an uploaded file are, for links and images. */
export const uploadAddress = (fileId: string) => `/api/v1/files/${encodeURIComponent(fileId)}/content`;

export async function upload(file: File, onProgress: (share: number) => void, signal: AbortSignal): Promise<Upload> {
  const body = new FormData();
  body.append('file', file);
  const { items } = await send<{ items: Upload[] }>({ method: 'POST', path: '/files', body, signal }, onProgress);
  const [made] = items;
  if (!made) throw new Error('The server kept nothing of it.');
  return made;
}

export const deleteUpload = (fileId: string) => ask<void>(`/files/${fileId}`, { method: 'DELETE' });

/** An uploaded file as a part of a message: what models can look at is an image. */
export const partOf = ({ id, name, media_type, size }: Upload): Attachment =>
  PICTURE.test(media_type)
    ? { type: 'image', file_id: id, media_type, name, size }
    : { type: 'file', file_id: id, name, media_type, size };

/** What of such a part is said to the server: it knows the rest. */
export function partToSend(part: Attachment): SaidPart {
  const { type, file_id, path } = part;
  if (file_id) return { type, file_id };
  if (path) return { type, path };
  return { type: 'image', url: part.type === 'image' ? (part.url ?? '') : '' };
}
