// The files that a person's message carries: small pictures and chips, each a link to the whole.

import { fileAddress } from '@/core/acting';
import type { Attachment } from '@/core/messages';
import { uploadAddress } from '@/core/uploads';
import { Icon } from '@/kit/icons';
import { sizeWords } from '@/kit/sizes';

interface Props {
  sessionId: string;
  attachments: readonly Attachment[];
}

const OWN_IMAGE = /^data:image\/(png|jpeg|gif|webp|avif);/i;

/** Where it is on our own server; what lies elsewhere is not fetched. */
function addressOf(sessionId: string, { file_id: id, path }: Attachment): string | null {
  if (id) return uploadAddress(id);
  return path && sessionId ? fileAddress(sessionId, path) : null;
}

const nameOf = ({ name, path, type }: Attachment): string =>
  name || path?.split('/').at(-1) || (type === 'image' ? 'Picture' : 'File');

function One({ sessionId, attachment }: { sessionId: string; attachment: Attachment }) {
  const name = nameOf(attachment);
  const drawn = attachment.type === 'image' && OWN_IMAGE.test(attachment.url ?? '') ? attachment.url : null;
  const address = addressOf(sessionId, attachment) ?? drawn ?? null;
  if (attachment.type === 'image' && address) {
    return (
      <a class="thumbnail" href={address} download={name} title={name}>
        <img src={address} alt={name} width={144} height={144} loading="lazy" />
      </a>
    );
  }
  const says = (
    <>
      <Icon name="file" size={16} />
      <span class="name">{attachment.type === 'image' && attachment.url ? attachment.url : name}</span>
      {typeof attachment.size === 'number' && <span class="hint">{sizeWords(attachment.size)}</span>}
    </>
  );
  return address ? (
    <a class="file-chip" href={address} download={name}>
      {says}
    </a>
  ) : (
    <span class="file-chip">{says}</span>
  );
}

export function Carried({ sessionId, attachments }: Props) {
  if (attachments.length === 0) return null;
  return (
    <ul class="carried" aria-label="Carried files">
      {attachments.map((attachment, place) => (
        <li key={place}>
          <One sessionId={sessionId} attachment={attachment} />
        </li>
      ))}
    </ul>
  );
}
