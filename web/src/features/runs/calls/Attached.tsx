// Images and files that came with an answer or with the result of a call; foreign images are not fetched.

import { fileAddress } from '@/core/acting';
import type { Attachment } from '@/core/messages';
import { Icon } from '@/kit/icons';
import { sizeWords } from '@/kit/sizes';

const OWN_IMAGE = /^(data:image\/(png|jpeg|gif|webp|avif|svg\+xml);|\/(?![/\\]))/i;
const PICTURE = /^image\/(png|jpeg|gif|webp|avif)$/i;

interface Props {
  sessionId: string;
  attachment: Attachment;
}

export function Attached({ sessionId, attachment }: Props) {
  if (attachment.type === 'image') {
    if (attachment.url && OWN_IMAGE.test(attachment.url)) {
      return <img class="figure" src={attachment.url} alt="Picture that came with the result" />;
    }
    return <p class="hint">{attachment.url ? `Picture: ${attachment.url}` : 'A picture.'}</p>;
  }
  const { path, name, media_type: type, size } = attachment;
  const shown = name ?? path ?? 'File';
  if (!path) return <p class="hint">{shown}</p>;
  const address = fileAddress(sessionId, path);
  return (
    <figure class="attached">
      {type && PICTURE.test(type) && <img class="figure" src={address} alt={shown} loading="lazy" />}
      <figcaption>
        <a class="file-link" href={address} download={path.split('/').at(-1)}>
          <Icon name="file" size={15} />
          {shown}
        </a>
        {typeof size === 'number' && <span class="hint">{sizeWords(size)}</span>}
      </figcaption>
    </figure>
  );
}
