import { describe, expect, it } from 'vitest';
import { viewEach } from '../../src/app/under-one-another.ts';
import { compose, text } from '../../src/messages/blocks.ts';
import { BrokerError } from '../../src/ports/broker-error.ts';
import { sampleAccount } from '../fixtures/sample-account.ts';

const accounts = [sampleAccount(), sampleAccount({ name: 'family' })];
const shown = (name: string) => compose([`All of ${name}.`], [text(`all of ${name}`)]);

describe('a view of several accounts', () => {
  it('shows them in their order', async () => {
    const message = await viewEach(accounts, async ({ name }) => shown(name));
    expect(message.fallback).toBe('All of core. All of family.');
    expect(message.blocks).toEqual([text('all of core'), text('all of family')]);
  });

  it('says in its place which account could not be read, and shows the others', async () => {
    const message = await viewEach(accounts, async ({ name }) => {
      if (name === 'core') throw new BrokerError('paper', 'unavailable', 'no answer came');
      return shown(name);
    });
    expect(message.fallback).toMatch(/core.*no answer came.*All of family\./s);
  });

  it('passes on what is no broker’s failure', async () => {
    await expect(viewEach(accounts, () => Promise.reject(new Error('a defect')))).rejects.toThrow(
      'a defect',
    );
  });
});
