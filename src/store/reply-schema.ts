import { z } from 'zod';
import { buttonActionSchema, formFieldSchema, messageSchema } from '../messages/message.ts';

/** A reply as it is stored, to be said again when a platform delivers an interaction twice. */
export const replySchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('message'),
    message: messageSchema,
    visibility: z.enum(['private', 'channel']),
  }),
  z.object({
    type: z.literal('form'),
    form: z.object({
      title: z.string(),
      action: buttonActionSchema,
      proposalId: z.string(),
      digest: z.string(),
      intro: z.string().nullable(),
      fields: z.array(formFieldSchema).readonly(),
      submitLabel: z.string(),
    }),
  }),
  z.object({ type: z.literal('nothing') }),
]);
