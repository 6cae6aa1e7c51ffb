import { describe, expect, test } from 'vitest';
import { validateDiscordMessage } from './discord/index.ts';

const componentsV2 = 1 << 15;
const button = (fields: object = {}) => ({
  type: 2,
  style: 1,
  label: 'Approve',
  custom_id: 'approve',
  ...fields,
});
const row = (...components: object[]) => ({ type: 1, components });
const text = (content: string) => ({ type: 10, content });
const container = (...components: object[]) => ({ type: 17, components });
const gallery = (...urls: string[]) => ({
  type: 12,
  items: urls.map((url) => ({ media: { url } })),
});
const select = (fields: object = {}) => ({
  type: 3,
  custom_id: 'choose',
  options: [{ label: 'A', value: 'a' }],
  ...fields,
});
const buttons = (count: number) =>
  Array.from({ length: count }, (_, index) => button({ custom_id: `b${index}` }));
const rows = (count: number) =>
  Array.from({ length: count }, (_, index) => row(button({ custom_id: `b${index}` })));
const v2 = (...components: object[]) => ({ flags: componentsV2, components });
const repeat = (length: number) => 'x'.repeat(length);

describe('a message', () => {
  test.each<[string, object, { files?: string[]; as?: 'reply' | 'edit' | 'followup' }?]>([
    ['2000 characters', { content: repeat(2000) }],
    ['2000 emoji, which are one character each', { content: '🔥'.repeat(2000) }],
    ['what discord.js adds by itself', { content: 'x', tts: false, enforce_nonce: false }],
    ['five rows of five buttons', { content: 'x', components: [row(...buttons(5)), ...rows(0)] }],
    ['five rows', { content: 'x', components: rows(5) }],
    [
      'a link button',
      { content: 'x', components: [row({ type: 2, style: 5, label: 'a', url: 'https://a.b' })] },
    ],
    [
      'an uploaded picture in an embed',
      { embeds: [{ image: { url: 'attachment://a.png' } }] },
      { files: ['a.png'] },
    ],
    ['an uploaded picture in a gallery', v2(gallery('attachment://a.png')), { files: ['a.png'] }],
    [
      'a container of everything',
      v2(container(text('# a'), { type: 14 }, gallery('https://a.b/c.png'), row(button()))),
    ],
    ['a section with a button', v2({ type: 9, components: [text('a')], accessory: button() })],
    ['4000 characters of text displays', v2(text(repeat(2000)), text(repeat(2000)))],
    ['40 components', v2(...Array.from({ length: 40 }, () => text('a')))],
    ['a private answer', { content: 'x', flags: 64 }, { as: 'reply' }],
    ['an edit that only removes buttons', { components: [], content: 'x' }, { as: 'edit' }],
  ])('may have %s', (_, body, options) => {
    expect(validateDiscordMessage(body, options)).toEqual([]);
  });

  test.each<[string, object, string, { files?: string[]; as?: 'reply' | 'edit' | 'followup' }?]>([
    ['no content', {}, '50006: Cannot send an empty message'],
    ['only spaces', { content: '  ' }, '50006: Cannot send an empty message'],
    ['2001 characters', { content: repeat(2001) }, 'content[BASE_TYPE_MAX_LENGTH]'],
    ['content that is no text', { content: 7 }, 'content[STRING_TYPE_CONVERT]'],
    [
      '11 embeds',
      { embeds: Array.from({ length: 11 }, () => ({ title: 'a' })) },
      'embeds[BASE_TYPE_MAX_LENGTH]',
    ],
    [
      '6001 characters of embeds',
      { embeds: [{ description: repeat(4096) }, { description: repeat(1905) }] },
      'embeds[MAX_EMBED_SIZE_EXCEEDED]',
    ],
    [
      '26 fields',
      { embeds: [{ fields: Array.from({ length: 26 }, () => ({ name: 'a', value: 'b' })) }] },
      'embeds[0].fields[BASE_TYPE_MAX_LENGTH]',
    ],
    [
      'a field value of 1025',
      { embeds: [{ fields: [{ name: 'a', value: repeat(1025) }] }] },
      'embeds[0].fields[0].value[BASE_TYPE_MAX_LENGTH]',
    ],
    [
      'an empty field value',
      { embeds: [{ fields: [{ name: 'a', value: ' ' }] }] },
      'embeds[0].fields[0].value[BASE_TYPE_REQUIRED]',
    ],
    [
      'an embed of nothing',
      { embeds: [{ color: 1 }] },
      'embeds[0].description[BASE_TYPE_REQUIRED]',
    ],
    [
      'an embed picture that was not uploaded',
      { embeds: [{ image: { url: 'attachment://a.png' } }] },
      'embeds[0].image.url[UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND]',
      { files: ['b.png'] },
    ],
    ['six rows', { content: 'x', components: rows(6) }, 'components[BASE_TYPE_BAD_LENGTH]'],
    [
      'six buttons in a row',
      { content: 'x', components: [row(...buttons(6))] },
      'components[0].components[BASE_TYPE_BAD_LENGTH]',
    ],
    [
      'an empty row',
      { content: 'x', components: [row()] },
      'components[0].components[BASE_TYPE_BAD_LENGTH]',
    ],
    [
      'a select beside a button',
      { content: 'x', components: [row(select(), button())] },
      'components[0].components[1][COMPONENT_LAYOUT_WIDTH_EXCEEDED]',
    ],
    [
      'a bare button',
      { content: 'x', components: [button()] },
      'components[0].type[UNION_TYPE_CHOICES]',
    ],
    [
      'a label of 81',
      { content: 'x', components: [row(button({ label: repeat(81) }))] },
      'components[0].components[0].label[BASE_TYPE_MAX_LENGTH]',
    ],
    [
      'a button with no label',
      { content: 'x', components: [row(button({ label: '' }))] },
      'components[0].components[0].label[BASE_TYPE_REQUIRED]',
    ],
    [
      'a custom_id of 101',
      { content: 'x', components: [row(button({ custom_id: repeat(101) }))] },
      'components[0].components[0].custom_id[BASE_TYPE_BAD_LENGTH]',
    ],
    [
      'a button with no custom_id',
      { content: 'x', components: [row({ type: 2, style: 1, label: 'a' })] },
      'components[0].components[0][BUTTON_COMPONENT_CUSTOM_ID_REQUIRED]',
    ],
    [
      'a custom_id twice',
      { content: 'x', components: [row(button(), button())] },
      'components[0].components[1].custom_id[COMPONENT_CUSTOM_ID_DUPLICATED]',
    ],
    [
      'a custom_id twice, in two rows',
      { content: 'x', components: [row(button()), row(button())] },
      'components[1].components[0].custom_id[COMPONENT_CUSTOM_ID_DUPLICATED]',
    ],
    [
      'a link button with a custom_id',
      { content: 'x', components: [row(button({ style: 5, url: 'https://a.b' }))] },
      'components[0].components[0][BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE]',
    ],
    [
      'a link to a script',
      {
        content: 'x',
        components: [row({ type: 2, style: 5, label: 'a', url: 'javascript:alert(1)' })],
      },
      'components[0].components[0].url[URL_TYPE_INVALID_SCHEME]',
    ],
    [
      'an option value twice',
      {
        content: 'x',
        components: [
          row(
            select({
              options: [
                { label: 'A', value: 'a' },
                { label: 'B', value: 'a' },
              ],
            }),
          ),
        ],
      },
      'components[0].components[0].options[1].value[SELECT_COMPONENT_OPTION_VALUE_DUPLICATED]',
    ],
    [
      '26 options',
      {
        content: 'x',
        components: [
          row(
            select({
              options: Array.from({ length: 26 }, (_, i) => ({ label: 'a', value: `${i}` })),
            }),
          ),
        ],
      },
      'components[0].components[0].options[BASE_TYPE_BAD_LENGTH]',
    ],
    [
      'a container without the flag',
      { content: 'x', components: [container(text('a'))] },
      'components[0].type[UNION_TYPE_CHOICES]',
    ],
    [
      'content beside Components V2',
      { ...v2(text('a')), content: 'x' },
      'content[MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2]',
    ],
    [
      'embeds beside Components V2',
      { ...v2(text('a')), embeds: [{ title: 'a' }] },
      'embeds[MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2]',
    ],
    [
      '4001 characters of text displays',
      v2(text(repeat(2000)), container(text(repeat(2001)))),
      'components[COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED]',
    ],
    [
      '41 components, nested ones counted',
      v2(container(...Array.from({ length: 40 }, () => text('a')))),
      'components[COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED]',
    ],
    [
      'a container in a container',
      v2(container(container(text('a')))),
      'components[0].components[0].type[UNION_TYPE_CHOICES]',
    ],
    [
      'a button in a container',
      v2(container(button())),
      'components[0].components[0].type[UNION_TYPE_CHOICES]',
    ],
    [
      'a text input',
      v2(row({ type: 4, custom_id: 'a', style: 1 })),
      'components[0].components[0].type[UNION_TYPE_CHOICES]',
    ],
    ['an empty text display', v2(text('')), 'components[0].content[BASE_TYPE_BAD_LENGTH]'],
    ['an empty gallery', v2(gallery()), 'components[0].items[BASE_TYPE_BAD_LENGTH]'],
    [
      '11 pictures in a gallery',
      v2(gallery(...Array.from({ length: 11 }, () => 'https://a.b/c.png'))),
      'components[0].items[BASE_TYPE_BAD_LENGTH]',
    ],
    [
      'a gallery picture that was not uploaded',
      v2(gallery('attachment://a.png')),
      'components[0].items[0].media.url[UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND]',
    ],
    [
      'a gallery picture from a file path',
      v2(gallery('file:///a.png')),
      'components[0].items[0].media.url[URL_TYPE_INVALID_SCHEME]',
    ],
    [
      'a section without an accessory',
      v2({ type: 9, components: [text('a')] }),
      'components[0].accessory[BASE_TYPE_REQUIRED]',
    ],
    [
      'an attachment with no file',
      { content: 'x', attachments: [{ id: '0' }] },
      'attachments[0].id[ATTACHMENT_NOT_FOUND]',
    ],
    [
      '11 files',
      { content: 'x' },
      'attachments[BASE_TYPE_MAX_LENGTH]',
      { files: Array.from({ length: 11 }, (_, i) => `${i}.png`) },
    ],
    [
      'users parsed and listed',
      { content: 'x', allowed_mentions: { parse: ['users'], users: ['1'] } },
      'allowed_mentions[MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE]',
    ],
    [
      'an allowance of something unknown',
      { content: 'x', allowed_mentions: { parse: ['all'] } },
      'allowed_mentions.parse[0][BASE_TYPE_CHOICES]',
    ],
    [
      'the ephemeral flag in a channel',
      { content: 'x', flags: 64 },
      'flags[BITFIELD_INVALID_FLAGS]',
    ],
  ])('must not have %s', (_, body, expected, options) => {
    const errors = validateDiscordMessage(body, options);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain(expected);
  });
});
