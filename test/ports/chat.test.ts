import { describe, expect, it } from 'vitest';
import { directChannel, directRecipient } from '../../src/ports/chat.ts';

describe('a direct channel', () => {
  it.each(['U024BE7LH', '80351110224678912', 'direct:odd'])('means the person %s', (userId) => {
    expect(directRecipient(directChannel(userId))).toBe(userId);
  });

  it.each(['C024BE91L', 'workspace', ''])('is not the ordinary channel "%s"', (channel) => {
    expect(directRecipient(channel)).toBeNull();
  });
});
