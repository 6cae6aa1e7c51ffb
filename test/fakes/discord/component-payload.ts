import { withoutNulls } from './payloads.ts';
import { componentTypes, eachComponent } from './wire-types.ts';
import type { WireComponent } from './wire-types.ts';

/** What becomes of a picture's or a file's address when the message is stored. */
export interface StoredMedia {
  readonly url: string;
  readonly proxy_url: string;
  readonly width: number;
  readonly height: number;
  readonly content_type?: string;
  readonly attachment_id?: string;
  readonly filename?: string;
  readonly size?: number;
}

/**
 * The number of each component: its own `id`, or the next that is free, parents before children.
 * https://docs.discord.com/developers/components/reference#anatomy-of-a-component
 */
export function numberComponents(components: readonly WireComponent[]): Map<WireComponent, number> {
  const all = [...eachComponent(components, [])].map(({ component }) => component);
  const taken = new Set(all.map(({ id }) => id ?? 0));
  let next = 0;
  return new Map(
    all.map((component) => {
      if (component.id) return [component, component.id];
      do next += 1;
      while (taken.has(next));
      return [component, next];
    }),
  );
}

/** Components as Discord answers with them: numbered, defaults filled in, media resolved. */
export function componentPayloads(
  components: readonly WireComponent[],
  resolve: (url: string) => StoredMedia,
): object[] {
  const numbers = numberComponents(components);
  const media = (url: string) => {
    const { filename: _, size: __, ...shown } = { filename: '', size: 0, ...resolve(url) };
    return { id: shown.attachment_id ?? '0', ...shown };
  };
  const payload = (component: WireComponent): object => {
    const base = { type: component.type, id: numbers.get(component) ?? 0 };
    const children = (component.components ?? []).map(payload);
    const spoiler = component.spoiler ?? false;
    switch (component.type) {
      case componentTypes.actionRow:
        return { ...base, components: children };
      case componentTypes.container:
        return {
          ...base,
          accent_color: component.accent_color ?? null,
          components: children,
          spoiler,
        };
      case componentTypes.section: {
        const { accessory } = component;
        return {
          ...base,
          components: children,
          ...(accessory === undefined ? {} : { accessory: payload(accessory) }),
        };
      }
      case componentTypes.textDisplay:
        return { ...base, content: component.content ?? '' };
      case componentTypes.separator:
        return {
          ...base,
          spacing: component.spacing ?? 1,
          divider: component.divider ?? true,
        };
      case componentTypes.thumbnail:
        return {
          ...base,
          media: media(component.media?.url ?? ''),
          description: component.description ?? null,
          spoiler,
        };
      case componentTypes.mediaGallery:
        return {
          ...base,
          items: (component.items ?? []).map((item) => ({
            media: media(item.media.url),
            description: item.description ?? null,
            spoiler: item.spoiler ?? false,
          })),
        };
      case componentTypes.file: {
        const { filename = null, size = null } = resolve(component.file?.url ?? '');
        return { ...base, file: media(component.file?.url ?? ''), name: filename, size, spoiler };
      }
      case componentTypes.button:
        return withoutNulls({ ...component, ...base });
      default:
        return withoutNulls({
          ...component,
          ...base,
          min_values: component.min_values ?? 1,
          max_values: component.max_values ?? 1,
        });
    }
  };
  return components.map(payload);
}
