import { accountView } from './accounts-view.ts';
import { isBefore } from './clock.ts';
import { transactionView } from './orders-view.ts';
import { parameterErrors, readRange } from './query.ts';
import { json, serviceError, validationError } from './reply.ts';
import type { Reply } from './reply.ts';
import type { AuthorizedCall } from './routes.ts';
import type { OperationName } from './spec.ts';
import { isTransactionType } from './spec.ts';
import type { FakeAccount } from './world.ts';

/** The accounts that the person's consent covers. */
export function linkedAccounts({ world, grant }: AuthorizedCall): readonly FakeAccount[] {
  return world.accounts.filter(({ number }) => grant.accounts.includes(number));
}

export type FoundAccount =
  | { readonly type: 'found'; readonly account: FakeAccount }
  | { readonly type: 'refused'; readonly reply: Reply };

/** The account of a path. Only its hash is taken, and only where the person's consent covers it. */
export function findAccount(call: AuthorizedCall): FoundAccount {
  const [text = ''] = call.parts;
  const known = call.world.accounts.find(({ hash }) => hash === text);
  if (known === undefined) {
    const reply = /^[0-9A-F]{64}$/.test(text)
      ? serviceError(404, 'Account not found.')
      : validationError(['Invalid account number: the encrypted hash value is required.']);
    return { type: 'refused', reply };
  }
  return linkedAccounts(call).includes(known)
    ? { type: 'found', account: known }
    : { type: 'refused', reply: serviceError(403, 'The account is not linked to this login.') };
}

export function accountNumbers(call: AuthorizedCall): Reply {
  const errors = parameterErrors('GET /trader/v1/accounts/accountNumbers', call.search);
  if (errors.length > 0) return validationError(errors);
  return json(
    200,
    linkedAccounts(call).map(({ number, hash }) => ({ accountNumber: number, hashValue: hash })),
  );
}

/** Null when the query is wrong. */
function wantsPositions(call: AuthorizedCall, operation: OperationName): boolean | Reply {
  const errors = parameterErrors(operation, call.search);
  const fields = call.search.get('fields');
  if (fields !== null && fields !== 'positions') errors.push('fields can be positions.');
  return errors.length > 0 ? validationError(errors) : fields === 'positions';
}

export function listAccounts(call: AuthorizedCall): Reply {
  const positions = wantsPositions(call, 'GET /trader/v1/accounts');
  if (typeof positions !== 'boolean') return positions;
  return json(
    200,
    linkedAccounts(call).map((account) => accountView(call.world, account, positions)),
  );
}

export function readAccount(call: AuthorizedCall): Reply {
  const positions = wantsPositions(call, 'GET /trader/v1/accounts/{accountNumber}');
  if (typeof positions !== 'boolean') return positions;
  const found = findAccount(call);
  if (found.type === 'refused') return found.reply;
  return json(200, accountView(call.world, found.account, positions));
}

function transactionsOf(call: AuthorizedCall, account: FakeAccount) {
  return [...call.world.orders.values()]
    .filter((order) => order.account === account)
    .flatMap((order) => order.executions.map((execution, index) => ({ order, execution, index })));
}

/** Trades; the fake knows no transactions of another type, and answers none to them. */
export function listTransactions(call: AuthorizedCall): Reply {
  const found = findAccount(call);
  if (found.type === 'refused') return found.reply;
  const { search, world } = call;
  const errors = parameterErrors('GET /trader/v1/accounts/{accountNumber}/transactions', search);
  const range = readRange(search, ['startDate', 'endDate'], world.clock.now(), errors);
  const types = search.get('types') ?? '';
  if (types !== '' && !types.split(',').every(isTransactionType))
    errors.push('types is not known.');
  if (range === null || errors.length > 0) return validationError(errors);
  const symbol = search.get('symbol');
  return json(
    200,
    transactionsOf(call, found.account)
      .filter(({ order, execution }) => {
        const isInRange = !isBefore(execution.at, range.from) && !isBefore(range.to, execution.at);
        return isInRange && (symbol === null || symbol === order.symbol);
      })
      .filter(() => types.split(',').includes('TRADE'))
      .toSorted((a, b) => b.execution.id - a.execution.id)
      .map(({ order, index }) => transactionView(world, order, index)),
  );
}

export function readTransaction(call: AuthorizedCall): Reply {
  const found = findAccount(call);
  if (found.type === 'refused') return found.reply;
  const wanted = call.parts[1] ?? '';
  const one = transactionsOf(call, found.account).find(
    ({ execution }) => String(execution.id) === wanted,
  );
  if (one === undefined) return serviceError(404, 'Transaction not found.');
  return json(200, [transactionView(call.world, one.order, one.index)]);
}

/** Without a streamer: the fake has none. */
export function userPreference(call: AuthorizedCall): Reply {
  return json(200, [
    {
      accounts: linkedAccounts(call).map(({ number }, index) => ({
        accountNumber: number,
        primaryAccount: index === 0,
        type: 'BROKERAGE',
        nickName: `Account ${number.slice(-3)}`,
        accountColor: 'Green',
        displayAcctId: `...${number.slice(-3)}`,
        autoPositionEffect: true,
      })),
      streamerInfo: [],
      offers: [{ level2Permissions: false, mktDataPermission: 'NP' }],
    },
  ]);
}
