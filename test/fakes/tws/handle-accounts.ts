import { toText, ZERO } from '../../../src/core/decimal.ts';
import type { Decimal } from '../../../src/core/decimal.ts';
import { accountFigures } from './accounts.ts';
import type { FakeAccount } from './accounts.ts';
import { message, portfolioMessage, positionMessage, positionMultiMessage } from './encode.ts';
import type { GatewayContext } from './gateway-context.ts';
import { invalid } from './gateway-context.ts';
import type { Session } from './session.ts';

const CURRENCY = 'USD';
const SUMMARIES = 2;
const money = (value: Decimal): string => toText(value.round(2));

type Line = readonly [key: string, value: string, currency: string];

/** The values of an account that have the same names in summaries and updates. */
function figureLines(account: FakeAccount): readonly Line[] {
  const figures = accountFigures(account);
  const excess = figures.equityWithLoan.minus(figures.maintenanceMargin);
  const amounts: readonly [string, Decimal][] = [
    ['NetLiquidation', figures.netLiquidation],
    ['TotalCashValue', figures.totalCash],
    ['SettledCash', figures.settledCash],
    ['AccruedCash', ZERO],
    ['BuyingPower', figures.buyingPower],
    ['EquityWithLoanValue', figures.equityWithLoan],
    ['PreviousEquityWithLoanValue', figures.equityWithLoan],
    ['GrossPositionValue', figures.stockValue],
    ['InitMarginReq', figures.initialMargin],
    ['MaintMarginReq', figures.maintenanceMargin],
    ['AvailableFunds', figures.availableFunds],
    ['ExcessLiquidity', excess],
    ['FullInitMarginReq', figures.initialMargin],
    ['FullMaintMarginReq', figures.maintenanceMargin],
    ['FullAvailableFunds', figures.availableFunds],
    ['FullExcessLiquidity', excess],
  ];
  return [
    ['AccountType', 'INDIVIDUAL', ''],
    ['Cushion', '1', ''],
    ['DayTradesRemaining', '-1', ''],
    ...amounts.map(([key, value]): Line => [key, money(value), CURRENCY]),
  ];
}

function ledgerLines(account: FakeAccount): readonly Line[] {
  const figures = accountFigures(account);
  const amounts: readonly [string, Decimal][] = [
    ['CashBalance', figures.totalCash],
    ['TotalCashBalance', figures.totalCash],
    ['StockMarketValue', figures.stockValue],
    ['NetLiquidationByCurrency', figures.netLiquidation],
    ['UnrealizedPnL', figures.unrealized],
    ['RealizedPnL', figures.realized],
  ];
  return [CURRENCY, 'BASE'].flatMap((currency): readonly Line[] => [
    ['Currency', currency, currency],
    ...amounts.map(([key, value]): Line => [key, money(value), currency]),
  ]);
}

/** The account that is meant; null after an error has been sent. */
function namedAccount(
  { world }: GatewayContext,
  session: Session,
  id: number,
  name: string,
): FakeAccount | null {
  const [first, second] = world.accounts;
  if (name === '' && first !== undefined && second === undefined) return first;
  const found = world.account(name);
  if (found !== undefined) return found;
  invalid(
    session,
    id,
    name === ''
      ? 'The account code is required for this operation.'
      : `Invalid account code '${name}'.`,
  );
  return null;
}

/** REQ_ACCOUNT_SUMMARY: the tags of every account; two subscriptions at most. */
export function sendSummary(
  context: GatewayContext,
  session: Session,
  id: number,
  group: string,
  tags: readonly string[],
): void {
  const { summaries } = session.subscriptions;
  if (group !== 'All') {
    invalid(session, id, `Group name is not recognised: ${group}`);
    return;
  }
  const [sample] = context.world.accounts;
  const known = sample === undefined ? [] : figureLines(sample).map(([key]) => key);
  const unknown = tags.find((tag) => !known.includes(tag) && !/^\$LEDGER(:[A-Z]+)?$/.test(tag));
  if (tags.length === 0 || unknown !== undefined) {
    invalid(session, id, `Invalid account summary tag: ${unknown ?? ''}`);
    return;
  }
  if (!summaries.has(id) && summaries.size >= SUMMARIES) {
    session.error(
      id,
      322,
      "Error processing request.-'bE' : cause - Maximum number of account summary requests exceeded",
    );
    return;
  }
  summaries.set(id, tags);
  for (const account of context.world.accounts) {
    const ledger = tags.some((tag) => tag.startsWith('$LEDGER')) ? ledgerLines(account) : [];
    const lines = figureLines(account).filter(([key]) => tags.includes(key));
    for (const [key, value, currency] of [...lines, ...ledger]) {
      session.send(message(63, 1, id, account.id, key, value, currency));
    }
  }
  session.send(message(64, 1, id));
}

/** REQ_ACCOUNT_DATA: one account at a time; a new one takes the place of the last. */
export function subscribeAccount(
  context: GatewayContext,
  session: Session,
  subscribe: boolean,
  name: string,
): void {
  if (!subscribe) {
    session.subscriptions.accountUpdates = null;
    return;
  }
  const account = namedAccount(context, session, -1, name);
  if (account === null) return;
  session.subscriptions.accountUpdates = account.id;
  sendAccountUpdate(context, session, account);
  session.send(message(54, 1, account.id));
}

function sendAccountUpdate(
  { world }: GatewayContext,
  session: Session,
  account: FakeAccount,
): void {
  const lines: readonly Line[] = [
    ['AccountCode', account.id, ''],
    ['AccountReady', 'true', ''],
    ...figureLines(account),
    ...ledgerLines(account),
  ];
  for (const [key, value, currency] of lines) {
    session.send(message(6, 2, key, value, currency, account.id));
  }
  for (const { contract, quantity, averageCost, realized } of account.positions) {
    const value = quantity.times(contract.last);
    session.send(
      portfolioMessage(account.id, contract, [
        quantity,
        contract.last,
        money(value),
        averageCost.round(8),
        money(value.minus(quantity.times(averageCost))),
        money(realized),
      ]),
    );
  }
  const time = world.clock.now().toZonedDateTimeISO('America/New_York').toPlainTime();
  session.send(message(8, 1, time.toString({ smallestUnit: 'minute' })));
}

/** REQ_ACCOUNT_UPDATES_MULTI */
export function subscribeAccountMulti(
  context: GatewayContext,
  session: Session,
  id: number,
  name: string,
  ledgerOnly: boolean,
): void {
  const account = namedAccount(context, session, id, name);
  if (account === null) return;
  session.subscriptions.accountsMulti.set(id, { account: account.id, ledgerOnly });
  sendAccountMulti(session, id, account, ledgerOnly);
  session.send(message(74, 1, id));
}

function sendAccountMulti(
  session: Session,
  id: number,
  account: FakeAccount,
  ledgerOnly: boolean,
): void {
  const lines = ledgerOnly
    ? ledgerLines(account)
    : [...figureLines(account), ...ledgerLines(account)];
  for (const [key, value, currency] of lines) {
    session.send(message(73, 1, id, account.id, '', key, value, currency));
  }
}

/** REQ_POSITIONS: of all accounts. */
export function subscribePositions({ world }: GatewayContext, session: Session): void {
  session.subscriptions.positions = true;
  for (const account of world.accounts) sendPositions(session, account);
  session.send(message(62, 1));
}

function sendPositions(session: Session, account: FakeAccount): void {
  for (const { contract, quantity, averageCost } of account.positions) {
    session.send(positionMessage(account.id, contract, quantity, averageCost));
  }
}

/** REQ_POSITIONS_MULTI */
export function subscribePositionsMulti(
  context: GatewayContext,
  session: Session,
  id: number,
  name: string,
): void {
  const account = namedAccount(context, session, id, name);
  if (account === null) return;
  session.subscriptions.positionsMulti.set(id, account.id);
  sendPositionsMulti(session, id, account);
  session.send(message(72, 1, id));
}

function sendPositionsMulti(session: Session, id: number, account: FakeAccount): void {
  for (const { contract, quantity, averageCost } of account.positions) {
    session.send(positionMultiMessage(id, account.id, contract, quantity, averageCost));
  }
}

/** What subscribers are told when an account has changed. */
export function sendAccountChanges(
  context: GatewayContext,
  session: Session,
  account: FakeAccount,
): void {
  const { positions, accountUpdates, positionsMulti, accountsMulti } = session.subscriptions;
  if (positions) sendPositions(session, account);
  if (accountUpdates === account.id) sendAccountUpdate(context, session, account);
  for (const [id, name] of positionsMulti) {
    if (name === account.id) sendPositionsMulti(session, id, account);
  }
  for (const [id, { account: name, ledgerOnly }] of accountsMulti) {
    if (name === account.id) sendAccountMulti(session, id, account, ledgerOnly);
  }
}
