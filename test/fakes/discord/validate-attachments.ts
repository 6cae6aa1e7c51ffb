import { formError } from './form-errors.ts';
import type { FormError } from './form-errors.ts';
import type { MessageRequest } from './message-request.ts';
import { schemeError } from './validate-components.ts';
import { eachComponent } from './wire-types.ts';
import type { WireMessage } from './wire-types.ts';

const maximumFiles = 10;

/** The names by which `attachment://` may refer: what is uploaded now and what an edit keeps. */
function attachmentNames(body: WireMessage, { files, before }: MessageRequest): string[] {
  const listed = body.attachments ?? undefined;
  const kept = (before?.attachments ?? []).filter(
    ({ id }) => listed === undefined || listed.some((attachment) => attachment.id === id),
  );
  const uploaded = files.map(
    (name, index) => listed?.find(({ id }) => id === String(index))?.filename ?? name,
  );
  return [...kept.map(({ filename }) => filename), ...uploaded].map(storedFilename);
}

/** Discord keeps letters, digits, `_`, `-` and `.` of a name. */
export function storedFilename(name: string): string {
  return name.replaceAll(/\s+/g, '_').replaceAll(/[^\p{L}\p{N}_.-]/gu, '');
}

export function attachmentErrors(body: WireMessage, request: MessageRequest): FormError[] {
  const errors: FormError[] = [];
  const known = new Set([
    ...request.files.map((_, index) => String(index)),
    ...(request.before?.attachments ?? []).map(({ id }) => id),
  ]);
  for (const [index, { id }] of (body.attachments ?? []).entries()) {
    if (known.has(id)) continue;
    errors.push(
      formError(
        ['attachments', index, 'id'],
        'ATTACHMENT_NOT_FOUND',
        `There is no file and no attachment ${id}`,
      ),
    );
  }
  const names = new Set(attachmentNames(body, request));
  if (names.size > maximumFiles || request.files.length > maximumFiles) {
    errors.push(
      formError(['attachments'], 'BASE_TYPE_MAX_LENGTH', 'Must be 10 or fewer in length.'),
    );
  }
  for (const { url, path, onlyAttachments } of mediaOf(body)) {
    const { protocol } = new URL(url);
    const allowed = onlyAttachments ? ['attachment'] : ['http', 'https', 'attachment'];
    if (!allowed.includes(protocol.replace(':', ''))) {
      errors.push(schemeError(path, protocol, allowed));
    } else if (protocol === 'attachment:' && !names.has(url.slice('attachment://'.length))) {
      errors.push(
        formError(
          path,
          'UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND',
          `The referenced attachment ${url} is not among the files of the message`,
        ),
      );
    }
  }
  return errors;
}

function* mediaOf(
  body: WireMessage,
): Generator<{ url: string; path: FormError['path']; onlyAttachments: boolean }> {
  for (const [index, embed] of (body.embeds ?? []).entries()) {
    const pictures = {
      image: embed.image?.url,
      thumbnail: embed.thumbnail?.url,
      author: embed.author?.icon_url,
      footer: embed.footer?.icon_url,
    };
    for (const [place, url] of Object.entries(pictures)) {
      if (!url) continue;
      const field = place === 'image' || place === 'thumbnail' ? 'url' : 'icon_url';
      yield { url, path: ['embeds', index, place, field], onlyAttachments: false };
    }
  }
  for (const { component, path } of eachComponent(body.components ?? [], ['components'])) {
    for (const [index, { media }] of (component.items ?? []).entries()) {
      yield {
        url: media.url,
        path: [...path, 'items', index, 'media', 'url'],
        onlyAttachments: false,
      };
    }
    const { media, file } = component;
    if (media) yield { url: media.url, path: [...path, 'media', 'url'], onlyAttachments: false };
    if (file) yield { url: file.url, path: [...path, 'file', 'url'], onlyAttachments: true };
  }
}
