import { z } from 'zod';
import { startFakeProcess, steerHere } from '../fake-process.ts';
import type { RunningFake } from '../fake-process.ts';
import { optionsSchema } from './options.ts';
import type { SchwabFakeOptions } from './options.ts';
import { serve } from './serve.ts';
import { verbs } from './verbs.ts';
import type { AnswerOf, BodyOf, VerbName } from './verbs.ts';

type Asks = { readonly [Name in VerbName]: (body: BodyOf<Name>) => Promise<AnswerOf<Name>> };

/** A Schwab of our own, and one function for each verb of its control. */
export interface SchwabFake extends AsyncDisposable, Asks {
  /** Before /v1/oauth, /trader/v1 and /marketdata/v1: `http://127.0.0.1:PORT`. */
  readonly apiUrl: string;
  readonly app: {
    readonly clientId: string;
    readonly clientSecret: string;
    readonly redirectUri: string;
  };
  stop(): Promise<void>;
}

/** Starts one in this process. It ends with `stop` or with `await using`. */
export async function startSchwabFake(options: SchwabFakeOptions = {}): Promise<SchwabFake> {
  const read = optionsSchema.parse(options);
  return clientOf(steerHere(await serve(read)), read.app);
}

/** Starts one in a process of its own, which also ends with the process that started it. */
export async function startSchwabFakeProcess(options: SchwabFakeOptions = {}): Promise<SchwabFake> {
  const { app } = optionsSchema.parse(options);
  return clientOf(await startFakeProcess(new URL('main.ts', import.meta.url), options), app);
}

/** Speaks to the control interface of a fake, wherever it runs. */
function clientOf(fake: RunningFake, app: SchwabFake['app']): SchwabFake {
  const ask =
    <Body extends z.ZodType, Answer extends z.ZodType>(
      name: VerbName,
      verb: { readonly body: Body; readonly answer: Answer },
    ) =>
    async (body: z.input<Body>): Promise<z.output<Answer>> =>
      verb.answer.parse(await fake.control(name, body));
  return {
    apiUrl: z.url().parse(fake.ready['api']),
    app,
    advance: ask('advance', verbs.advance),
    fillNext: ask('fillNext', verbs.fillNext),
    fill: ask('fill', verbs.fill),
    setPrice: ask('setPrice', verbs.setPrice),
    setMarket: ask('setMarket', verbs.setMarket),
    closeMarket: ask('closeMarket', verbs.closeMarket),
    dropAnswer: ask('dropAnswer', verbs.dropAnswer),
    fail: ask('fail', verbs.fail),
    delay: ask('delay', verbs.delay),
    loseConnection: ask('loseConnection', verbs.loseConnection),
    refuseConnections: ask('refuseConnections', verbs.refuseConnections),
    acceptConnections: ask('acceptConnections', verbs.acceptConnections),
    placeElsewhere: ask('placeElsewhere', verbs.placeElsewhere),
    cancelElsewhere: ask('cancelElsewhere', verbs.cancelElsewhere),
    rejectNext: ask('rejectNext', verbs.rejectNext),
    reject: ask('reject', verbs.reject),
    setStatus: ask('setStatus', verbs.setStatus),
    finishCancel: ask('finishCancel', verbs.finishCancel),
    login: ask('login', verbs.login),
    issueTokens: ask('issueTokens', verbs.issueTokens),
    endLogin: ask('endLogin', verbs.endLogin),
    state: ask('state', verbs.state),
    requests: ask('requests', verbs.requests),
    stop: () => fake.stop(),
    [Symbol.asyncDispose]: () => fake.stop(),
  };
}
