import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  BOT_ACCOUNT,
  openAlpacaBot,
  startAlpacaMarket,
  tradingOf,
} from '../../bench/market-alpaca.ts';
import { openSchwabBot, startSchwabMarket } from '../../bench/market-schwab.ts';
import { operationNames } from './operation-names.ts';
import { startPrism } from './prism.ts';
import { openRelay } from './relay.ts';
import type { Call } from './relay.ts';
import { saidInFull } from './said-in-full.ts';
import { conformanceTable } from './table.ts';
import { sendTraffic } from './traffic.ts';

/** Beside the checkout, not in it: they are other people's documents. */
const BESIDE = fileURLToPath(new URL('../../../shared/specs/', import.meta.url));

/**
 * `npm run conformance [-- FOLDER]`: what the adapters and the fakes say to each other, held to the brokers' own
 * documents by Prism. Ends with 1 when anything breaks them, or when that could not be told.
 */
async function run([folder = BESIDE]: readonly string[]): Promise<number> {
  const brokers = [
    { broker: 'Alpaca', spec: 'alpaca-trading-openapi.json', pass: passAlpaca },
    { broker: 'Charles Schwab', spec: 'schwab-trader-openapi.patched.json', pass: passSchwab },
  ].map((each) => ({ ...each, spec: join(folder, each.spec) }));
  if (!brokers.every(({ spec }) => existsSync(spec))) {
    process.stdout.write(`conformance: skipped, the specifications are not in ${folder}\n`);
    return 0;
  }
  let violations = 0;
  for (const { broker, spec, pass } of brokers) {
    const document: unknown = JSON.parse(readFileSync(spec, 'utf8'));
    const nameOf = operationNames(document);
    const { calls, failure } = await withDocument(saidInFull(document), pass);
    process.stdout.write(`${conformanceTable(broker, calls, nameOf)}\n`);
    violations += calls.filter((call) => call.violations.length > 0).length;
    // What a violation led to, mostly: the adapter could not go on.
    if (failure !== null) throw failure;
  }
  process.stdout.write(violations === 0 ? 'no violations\n' : `${violations} violations\n`);
  return violations === 0 ? 0 : 1;
}

/** As a file, for as long as somebody reads it. */
async function withDocument<T>(document: unknown, read: (path: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'evenkeel-conformance-'));
  try {
    const path = join(folder, 'openapi.json');
    writeFileSync(path, JSON.stringify(document));
    return await read(path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Passed {
  readonly calls: readonly Call[];
  /** Why the traffic ended early; null when it did not. */
  readonly failure: Error | null;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** Trading alone: market data and the stream are not in the document. */
async function passAlpaca(spec: string): Promise<Passed> {
  await using fake = await startAlpacaMarket();
  await using prism = await startPrism(spec, tradingOf(fake, BOT_ACCOUNT));
  await using relay = await openRelay(() => prism.address);
  await using bot = await openAlpacaBot(fake, { apiUrl: relay.address });
  return { failure: await sendTraffic(bot).then(() => null, asError), calls: relay.calls };
}

/** One address for all: logins and market data are not in the document and pass by it. */
async function passSchwab(spec: string): Promise<Passed> {
  await using fake = await startSchwabMarket();
  await using prism = await startPrism(spec, fake.apiUrl);
  await using relay = await openRelay((path) =>
    path.startsWith('/trader/v1/') ? prism.address : fake.apiUrl,
  );
  await using bot = await openSchwabBot(fake, { apiUrl: relay.address });
  const failure = await sendTraffic(bot).then(() => null, asError);
  return { failure, calls: relay.calls.filter(({ path }) => path.startsWith('/trader/v1/')) };
}

process.exitCode = await run(process.argv.slice(2));
