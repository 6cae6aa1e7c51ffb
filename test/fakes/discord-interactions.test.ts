import { describe, expect, test } from 'vitest';
import {
  callApi,
  commandsPath,
  messagesPath,
  rebalanceCommand,
  startFake,
} from './discord-client.ts';
import type { DiscordFake, SentInteraction } from './discord/index.ts';

const callback = (fake: DiscordFake, { id, token }: SentInteraction, body: object) =>
  callApi(fake, 'POST', `/interactions/${id}/${token}/callback`, body);
const webhook = (fake: DiscordFake, { token }: SentInteraction, rest = '') =>
  `/webhooks/${fake.applicationId}/${token}${rest}`;
const original = '/messages/@original';

async function startInteraction() {
  const fake = await startFake();
  await callApi(fake, 'PUT', commandsPath(fake), [rebalanceCommand]);
  return { fake, sent: fake.member('1').command('rebalance', { account: 'core' }) };
}

describe('an interaction', () => {
  test('is unknown after three seconds', async () => {
    const { fake, sent } = await startInteraction();
    fake.advance({ seconds: 3, milliseconds: 1 });
    expect((await callback(fake, sent, { type: 5 })).answer).toMatchObject({ code: 10062 });
    expect(sent.acknowledgement).toBeNull();
  });

  test('is acknowledged once', async () => {
    const { fake, sent } = await startInteraction();
    const answers = await Promise.all([
      callback(fake, sent, { type: 5 }),
      callback(fake, sent, { type: 4, data: { content: 'x' } }),
    ]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204, 400]));
    expect((await callback(fake, sent, { type: 5 })).answer).toMatchObject({ code: 40060 });
  });

  test('is known by its token', async () => {
    const { fake, sent } = await startInteraction();
    const forged = { ...sent, token: 'x' };
    expect((await callback(fake, forged, { type: 5 })).answer).toMatchObject({ code: 10062 });
  });

  test('may be answered again after a refused answer', async () => {
    const { fake, sent } = await startInteraction();
    expect((await callback(fake, sent, { type: 4, data: {} })).answer).toMatchObject({
      code: 50006,
    });
    expect((await callback(fake, sent, { type: 4, data: { content: 'x' } })).status).toBe(204);
  });

  test.each([
    ['an update', { type: 6 }, 'type'],
    ['completions', { type: 8, data: { choices: [] } }, 'type'],
    ['a deferral into Components V2', { type: 5, data: { flags: 32_768 } }, 'data'],
    [
      'a form without fields',
      { type: 9, data: { custom_id: 'a', title: 'b', components: [] } },
      'data',
    ],
  ])('of a command is not answered with %s', async (_, body, field) => {
    const { fake, sent } = await startInteraction();
    expect((await callback(fake, sent, body)).answer).toMatchObject({ errors: { [field]: {} } });
  });

  test.each([
    ['26 choices', Array.from({ length: 26 }, (__, index) => ({ name: `${index}`, value: 'a' }))],
    ['an empty name', [{ name: '', value: 'a' }]],
    ['a name of 101', [{ name: 'x'.repeat(101), value: 'a' }]],
    ['a number for a text', [{ name: 'a', value: 1 }]],
  ])('for completions is not answered with %s', async (_, choices) => {
    const { fake } = await startInteraction();
    const sent = fake.member('1').autocomplete('rebalance', { account: 'c' });
    const refused = await callback(fake, sent, { type: 8, data: { choices } });
    expect(refused.answer).toMatchObject({ errors: { data: { choices: {} } } });
    expect((await callback(fake, sent, { type: 8, data: { choices: [] } })).status).toBe(204);
  });

  test('has no follow-up before its answer', async () => {
    const { fake, sent } = await startInteraction();
    const refused = await callApi(fake, 'POST', webhook(fake, sent), { content: 'x' });
    expect(refused.answer).toMatchObject({ code: 10015 });
  });

  test('is edited for 15 minutes, and afterwards only through the bot', async () => {
    const { fake, sent } = await startInteraction();
    await callback(fake, sent, { type: 5 });
    fake.advance({ minutes: 14 });
    const edit = () => callApi(fake, 'PATCH', webhook(fake, sent, original), { content: 'late' });
    const { status, answer } = await edit();
    expect(status).toBe(200);
    fake.advance({ minutes: 2 });
    expect(await edit()).toMatchObject({ status: 401, answer: { code: 50027 } });
    const path = `${messagesPath(fake)}/${Object(answer)['id']}`;
    expect((await callApi(fake, 'PATCH', path, { content: 'later' })).status).toBe(200);
  });

  test('that was deferred counts as edited only after it was filled in', async () => {
    const { fake, sent } = await startInteraction();
    await callback(fake, sent, { type: 5 });
    const edit = () => callApi(fake, 'PATCH', webhook(fake, sent, original), { content: 'x' });
    expect((await edit()).answer).toMatchObject({ edited_timestamp: null });
    expect((await edit()).answer).toMatchObject({ edited_timestamp: expect.any(String) });
  });

  test('answered privately is out of the reach of the bot', async () => {
    const { fake, sent } = await startInteraction();
    await callback(fake, sent, { type: 4, data: { content: 'x', flags: 64 } });
    const { id } = await sent.reply();
    const refused = await callApi(fake, 'PATCH', `${messagesPath(fake)}/${id}`, { content: 'y' });
    expect(refused.answer).toMatchObject({ code: 10008 });
    expect((await callApi(fake, 'GET', webhook(fake, sent, original))).status).toBe(200);
  });

  test('that was deferred is filled in by the first follow-up, and stays private', async () => {
    const { fake, sent } = await startInteraction();
    await callback(fake, sent, { type: 5, data: { flags: 64 } });
    await callApi(fake, 'POST', webhook(fake, sent), { content: 'x' });
    await callApi(fake, 'POST', webhook(fake, sent), { content: 'y' });
    expect(
      fake
        .member('1')
        .privateMessages()
        .map(({ content }) => content),
    ).toEqual(['x']);
    expect(sent.followups().map(({ content }) => content)).toEqual(['y']);
  });

  test('of a click may leave the message for later, which is then the original', async () => {
    const { fake, sent } = await startInteraction();
    const components = [
      { type: 1, components: [{ type: 2, style: 1, label: 'Go', custom_id: 'go' }] },
    ];
    await callback(fake, sent, { type: 4, data: { content: 'x', components } });
    const click = fake.member('2').click(await sent.reply(), 'Go');
    expect((await callback(fake, click, { type: 6 })).status).toBe(204);
    const edit = { content: 'y', components: [] };
    const edited = await callApi(fake, 'PATCH', webhook(fake, click, original), edit);
    expect(edited.answer).toMatchObject({ id: (await sent.reply()).id, content: 'y' });
    expect((await callApi(fake, 'DELETE', webhook(fake, click, original))).status).toBe(204);
    expect(fake.channel('general').messages()).toEqual([]);
  });

  test('of a form that a command opened has no message to update', async () => {
    const { fake, sent } = await startInteraction();
    const input = { type: 4, custom_id: 'why', style: 1, required: false };
    const components = [{ type: 18, label: 'Why', component: input }];
    const data = { custom_id: 'form', title: 'Form', components };
    await callback(fake, sent, { type: 9, data });
    const submitted = fake.member('1').submitModal(await sent.modal());
    const update = { type: 7, data: { content: 'x' } };
    expect((await callback(fake, submitted, update)).answer).toMatchObject({
      errors: { type: {} },
    });
    expect((await callback(fake, submitted, { type: 9, data })).status).toBe(400);
    expect((await callback(fake, submitted, { type: 5 })).status).toBe(204);
  });

  test('tells of the message it made, when asked', async () => {
    const { fake, sent } = await startInteraction();
    const path = `/interactions/${sent.id}/${sent.token}/callback?with_response=true`;
    const body = { type: 4, data: { content: 'x', flags: 64 } };
    expect(await callApi(fake, 'POST', path, body)).toMatchObject({
      status: 200,
      answer: {
        interaction: { id: sent.id, response_message_ephemeral: true },
        resource: { type: 4, message: { content: 'x' } },
      },
    });
  });
});
