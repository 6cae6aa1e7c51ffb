import { BrokerError } from '../../ports/broker-error.ts';
import { accountAnswer, configurationAnswer } from './answers.ts';
import type { AccountAnswer } from './answers.ts';
import type { Addresses } from './addresses.ts';
import type { AlpacaApi } from './client.ts';
import type { Login } from './login.ts';

/**
 * Looks whether the account could trade, without changing anything.
 * @returns a sentence for each thing that is wrong, with what to do.
 */
export async function findAlpacaProblems(facts: {
  readonly mode: 'paper' | 'live';
  readonly addresses: Addresses;
  readonly login: Login;
  readonly api: AlpacaApi;
}): Promise<readonly string[]> {
  const { mode, addresses, login, api } = facts;
  let account: AccountAnswer;
  try {
    account = await api.read('reading', accountAnswer, (client) => client.getAccount());
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    return [failureWords(error, mode, addresses, login)];
  }
  const problems = accountProblems(account, mode, addresses);
  const settings = await api.read('reading', configurationAnswer, (client) =>
    client.getAccountConfigurations(),
  );
  if (settings.fractional_trading === false) {
    problems.push(
      "Fractional trading is switched off for this account: switch it on in the account's settings at Alpaca, or set lots: whole in its policy.",
    );
  }
  if (settings.suspend_trade === true && account.trade_suspended_by_user !== true) {
    problems.push(SUSPENDED);
  }
  return problems;
}

const SUSPENDED =
  "Trading is suspended in the account's own settings: end the suspension on its page at Alpaca.";

function accountProblems(
  account: AccountAnswer,
  mode: 'paper' | 'live',
  addresses: Addresses,
): string[] {
  const problems: string[] = [];
  if (account.status !== 'ACTIVE') {
    problems.push(
      `Alpaca has the account as ${account.status}, and only an ACTIVE one trades: see its page at Alpaca.`,
    );
  }
  if (account.account_blocked === true) {
    problems.push('Alpaca has blocked the account: ask their support why.');
  }
  if (account.trading_blocked === true) {
    problems.push('Alpaca has blocked the account from placing orders: ask their support why.');
  }
  if (account.trade_suspended_by_user === true) problems.push(SUSPENDED);
  if (account.currency !== undefined && account.currency !== 'USD') {
    problems.push(
      `The account is kept in ${account.currency}, and Evenkeel keeps accounts in USD only.`,
    );
  }
  // Numbers of paper accounts begin with PA.
  if (mode === 'live' && account.account_number?.startsWith('PA') === true) {
    problems.push(
      `The account is live in portfolios.yaml, and ${addresses.api} answers for a paper account: correct apiUrl, or set mode: paper.`,
    );
  }
  return problems;
}

function failureWords(
  error: BrokerError,
  mode: 'paper' | 'live',
  addresses: Addresses,
  login: Login,
): string {
  const reason = error.message.replace(/[.\s]*$/u, '');
  if (error.code !== 'authentication') return `${reason}. ${error.nextStep}`;
  if (login.keyKind !== null && login.keyKind !== mode) {
    return `The API key is one of ${login.keyKind} trading, and the account is ${mode}: make a key pair on the page of the ${mode} account at Alpaca, or set mode: ${login.keyKind}.`;
  }
  // Nothing was asked, and the reason says what to do.
  if (error.brokerCode === null) return `${reason}.`;
  if (login.endsAt !== null) {
    return `Alpaca refuses the login at ${addresses.api} (${reason}): connect it again with "evenkeel connect alpaca".`;
  }
  return `Alpaca refuses the key pair at ${addresses.api} (${reason}): check that API key and secret are whole, belong together and to the ${mode} account, and were not made anew since.`;
}
