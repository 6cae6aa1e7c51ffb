import { describe, expect, it } from 'vitest';
import { problemsOf, read, told, withAccount, withLines } from './helpers.ts';

describe('an account', () => {
  it.each([
    ['polcy: {}', 'polcy: unknown key; did you mean policy?'],
    ['limit: {}', 'limit: unknown key; did you mean limits?'],
    [
      'shortSales: allowed',
      'shortSales: unknown key; nothing allows short sales: Evenkeel sells only what is held, so take the line out',
    ],
    [
      'funds: { allowShorts: true }',
      'funds.allowShorts: unknown key; nothing allows short sales: Evenkeel sells only what is held, so take the line out',
    ],
    [
      'policy: { shortSelling: true }',
      'policy.shortSelling: unknown key; nothing allows short sales: Evenkeel sells only what is held, so take the line out',
    ],
    [
      'policy:',
      'policy: expected a section with band, rebalanceTo, cashBuffer, ...; found nothing',
    ],
    [
      'policy: { band: 5% }',
      'policy.band: expected none, or absolute and relative percentages; found 5%',
    ],
    [
      'policy: { band: { absolute: 5 } }',
      'policy.band.absolute: expected a percentage with its sign, such as 5%; found 5',
    ],
    [
      'policy: { band: { absolut: 5% } }',
      'policy.band.absolut: unknown key; did you mean absolute?',
    ],
    ['policy: { rebalanceTo: edge }', 'policy.rebalanceTo: expected target or band; found edge'],
    [
      'policy: { cashBuffer: -5 }',
      'policy.cashBuffer: expected an amount of money or a percentage, such as $500 or 2%; found -5',
    ],
    ['policy: { cashBuffer: 101% }', 'policy.cashBuffer: expected at most 100%; found 101%'],
    [
      'policy: { minimumTrade: 1e3 }',
      'policy.minimumTrade: expected an amount of money such as $1,000 or 250.50; found 1e3',
    ],
    [
      'policy: { minimumTrade: .inf }',
      'policy.minimumTrade: expected an amount of money such as $1,000 or 250.50; found .inf',
    ],
    [
      'policy: { lots: halves }',
      'policy.lots: expected whole, fractional or a step such as 0.01; found halves',
    ],
    ['policy: { lots: { default: 0 } }', 'policy.lots.default: expected a step above 0; found 0'],
    [
      'policy: { lots: { bySymbol: { vti: 1 } } }',
      'policy.lots.bySymbol.vti: expected a symbol such as AAPL or BRK.B (upper case); found vti',
    ],
    [
      'policy: { mode: buy_only }',
      'policy.mode: expected both, buy-only or sell-only; found buy_only; did you mean buy-only?',
    ],
    [
      'policy: { untouchable: IBM }',
      'policy.untouchable: expected a list of symbols, such as [AAPL, IBM]; found IBM',
    ],
    [
      'policy: { untouchable: [IBM, true] }',
      'policy.untouchable[1]: expected a symbol such as AAPL or BRK.B (upper case); found true',
    ],
    [
      'policy: { cooldownDays: 1.5 }',
      'policy.cooldownDays: expected a whole number from 0 to 365; found 1.5',
    ],
    ['approvals: { votes: 0 }', 'approvals.votes: expected a whole number from 1 to 20; found 0'],
    [
      'approvals: { allowOwnProposals: yes }',
      'approvals.allowOwnProposals: expected true or false; found yes',
    ],
    [
      'approvals: { expiresAfter: soon }',
      'approvals.expiresAfter: expected a duration such as 90 seconds, 1 hour or 2 days; found soon',
    ],
    [
      'approvals: { expiresAfter: 5 seconds }',
      'approvals.expiresAfter: expected a duration from 1 minute to 30 days; found "5 seconds"',
    ],
    [
      'approvals: { priceTolerance: 200% }',
      'approvals.priceTolerance: expected at most 100%; found 200%',
    ],
    [
      'approvals: { largeTrade: 50000 }',
      'approvals.largeTrade: expected a section with notional and votes; found 50000',
    ],
    [
      'approvals: { largeTrade: { notional: "$50,000" } }',
      'approvals.largeTrade.votes: expected a whole number from 1 to 20; it is missing',
    ],
    [
      'approvals: { largeTrade: { notional: $50,000, votes: 2 } }',
      'approvals.largeTrade.000: unknown key; an amount with a comma inside braces must be in quotes, such as "$50,000"',
    ],
    [
      'approvals: { votes: 2, largeTrade: { notional: 1000, votes: 1 } }',
      'approvals.largeTrade.votes: expected at least the 2 votes of an ordinary proposal; found 1',
    ],
    [
      'orders: { collar: 50 }',
      'orders.collar: expected basis points or a percentage, such as 50 bp or 0.5%; found 50',
    ],
    ['orders: { collar: 11% }', 'orders.collar: expected at most 10% (1000 bp); found 11%'],
    [
      'orders: { timeLimit: 2 }',
      'orders.timeLimit: expected a duration such as 90 seconds, 1 hour or 2 days; found 2',
    ],
    [
      'orders: { type: market, extendedHours: true }',
      'orders: expected type: limit with extendedHours: true; brokers take no market orders then',
    ],
    [
      'channels: { slack: C0123ABCD }',
      'channels: expected a list of channels, such as - slack: C0123ABCD; found a section',
    ],
    [
      'channels: [{ slack: "#general" }]',
      "channels[0].slack: expected the channel's id, such as C0123ABCD (not its name); found #general",
    ],
    [
      'channels: [{ discord: general }]',
      "channels[0].discord: expected Discord's numeric id, such as 112233445566778899 (turn on Developer Mode, Copy ID); found general",
    ],
    [
      'channels: [{ slack: C0123ABCD, discord: 1 }]',
      'channels[0]: expected one platform an item; begin the other with a dash of its own',
    ],
    [
      'channels: [{}]',
      'channels[0]: expected one platform and its channel, such as slack: C0123ABCD',
    ],
    [
      'channels: [{ slack: C0123ABCD }, { slack: C0123ABCD }]',
      'channels[1]: expected each channel once; slack C0123ABCD is written above',
    ],
    [
      'schedule: { dailySummary: at noon }',
      'schedule.dailySummary: expected a time such as weekdays at 16:05, monday, friday at 9:30, or off; found "at noon"',
    ],
    [
      'schedule: { driftScan: "61 * * * *" }',
      'schedule.driftScan: expected the minute to be from 0 to 59; found "61 * * * *"',
    ],
    [
      'schedule: { timeZone: Mars/Olympus }',
      'schedule.timeZone: expected a time zone by its IANA name, such as America/New_York; found Mars/Olympus',
    ],
    [
      'alpaca: { paper: true }',
      'alpaca: expected no alpaca section in an account with broker: paper',
    ],
    ['paper: 5', "paper: expected a section with the broker's settings; found 5"],
    ['mode: live', 'mode: expected mode: paper; the paper broker has no real money'],
  ])('%s', (line, problem) => {
    expect(told(withLines(line))).toEqual([`6: accounts.core.${problem}`]);
  });

  it.each([
    ['etrade', 'expected paper, alpaca, ibkr or schwab; found etrade'],
    ['alpacca', 'expected paper, alpaca, ibkr or schwab; found alpacca; did you mean alpaca?'],
    ['true', 'expected paper, alpaca, ibkr or schwab; found true'],
    ...['tdameritrade', 'TDAmeritrade', 'td', 'td ameritrade', 'td-ameritrade', 'thinkorswim'].map(
      (name): [string, string] => [
        name,
        "TD Ameritrade's API is gone; its accounts moved to Charles Schwab: use broker: schwab",
      ],
    ),
  ])('broker: %s', (broker, problem) => {
    expect(told(withAccount([`broker: ${broker}`, 'targets: { AAPL: 100 }']))).toEqual([
      `4: accounts.core.broker: ${problem}`,
    ]);
  });

  it('needs a broker', () => {
    expect(told(withAccount(['targets: { AAPL: 100 }']))).toEqual([
      '2: accounts.core.broker: expected paper, alpaca, ibkr or schwab; it is missing',
    ]);
  });

  it.each([
    ['all', 'accounts.all: this name is reserved; take another one'],
    ['evenkeel', 'accounts.evenkeel: this name is reserved; take another one'],
    ['Core', 'accounts.Core: expected a short name such as core (lower case); found Core'],
    [
      'my account',
      'accounts["my account"]: expected a short name such as core (lower case); found "my account"',
    ],
  ])('cannot be called %s', (name, problem) => {
    expect(told(withLines().replace('core:', `${name}:`))).toEqual([`2: ${problem}`]);
  });

  it('takes one more key to trade real money', () => {
    const text = withLines('mode: live').replace('broker: paper', 'broker: alpaca');
    expect(told(text)).toEqual([
      '6: accounts.core.mode: this account trades real money, and TRADING_MODE is not live: ' +
        'set TRADING_MODE=live in .env, or mode: paper here',
    ]);
    const live = read(text, { tradingMode: 'live' });
    expect(live.type === 'read' ? live.accounts.map((account) => account.mode) : live).toEqual([
      'live',
    ]);
  });

  it('has careful defaults', () => {
    const result = read(withLines());
    const [account] = result.type === 'read' ? result.accounts : [];
    expect(JSON.parse(JSON.stringify(account))).toEqual({
      name: 'core',
      broker: 'paper',
      brokerSettings: {},
      mode: 'paper',
      channels: [],
      targets: [
        { symbol: 'AAPL', weight: '0.6' },
        { symbol: 'IBM', weight: '0.4' },
      ],
      policy: {
        toleranceBand: { absolute: '0.05', relative: '0.25' },
        rebalanceTo: 'target',
        cashBuffer: { type: 'share', share: '0.005' },
        minimumTrade: '100',
        lots: { default: '1', bySymbol: [] },
        mode: 'both',
        contribution: null,
        untouchable: [],
        cooldownDays: 0,
      },
      envelope: { priceTolerance: '0.01' },
      approvals: {
        votesNeeded: 1,
        allowOwnProposals: false,
        expiresAfter: 'PT1H',
        largeTrade: null,
        rules: [],
        oneTimeCode: 'never',
        reminders: ['PT15M'],
        escalation: null,
        resumeVotes: 1,
      },
      orders: {
        orderType: 'limit',
        collarBasisPoints: '50',
        timeLimit: 'PT2M',
        extendedHours: false,
      },
      limits: {
        orderNotional: null,
        orderVolumeShare: null,
        dayNotional: null,
        dayOrders: null,
        dayTurnover: null,
      },
      marketHours: { runway: 'PT5M', whenClosed: 'refuse' },
      funds: { accountType: 'margin', allowMargin: false },
      compliance: {
        owner: 'core',
        taxable: true,
        restricted: [],
        watch: [],
        washSales: 'warn',
        substitutes: [],
        taxLots: 'fifo',
        notes: [],
      },
      automaticHalts: {
        rejections: { count: 3, within: 'PT10M' },
        dayLoss: null,
        clockSkew: 'PT30S',
        reconciliation: true,
      },
      reconciliation: { cash: '50', position: '0' },
      schedule: {
        dailySummary: { cron: '5 16 * * 1-5', timeZone: 'America/New_York' },
        driftScan: null,
      },
    });
  });

  it('takes everything that may be said', () => {
    const result = read(
      withLines(
        'policy:',
        '  band: { relative: 20% }',
        '  rebalanceTo: band',
        '  cashBuffer: $1,500.50',
        '  minimumTrade: 250',
        '  lots: { default: fractional, bySymbol: { IBM: whole, BRK.B: 0.01 } }',
        '  mode: sell-only',
        '  untouchable: [KO, BRK.B]',
        '  cooldownDays: 30',
        'approvals: { votes: 2, allowOwnProposals: true, expiresAfter: 2 days, priceTolerance: 0.5%, largeTrade: { notional: 50000, votes: 2 }, rules: [{ when: { notional: 20000, mode: live }, votes: 2, groups: [treasury] }], oneTimeCode: large-trades, reminders: [1 hour], escalation: { after: 30 minutes, group: risk }, resumeVotes: 2 }',
        'limits: { orderNotional: 10000, orderVolumeShare: 5%, dayNotional: 50000, dayOrders: 20, dayTurnover: 30% }',
        'marketHours: { runway: 15 minutes, whenClosed: queue }',
        'funds: { accountType: cash, allowMargin: false }',
        'compliance: { owner: smith, taxable: false, restricted: [TSLA], watch: [NVDA], washSales: block, substitutes: { VTI: ITOT }, taxLots: long-term-first, notes: [I have read the memo] }',
        'halts: { rejections: off, dayLoss: 5%, clockSkew: off, reconciliation: false }',
        'reconciliation: { cashTolerance: $1000, positionTolerance: 0.1% }',
        'orders: { type: market, collar: 0.25%, timeLimit: PT30S }',
        'channels: [{ slack: C0123ABCD }, { discord: 112233445566778899 }]',
        'schedule: { timeZone: Europe/Berlin, dailySummary: off, driftScan: daily at 10:00 }',
      )
        .replace('ben: { ', 'ben: { groups: [treasury], ')
        .replace('chloe: { ', 'chloe: { groups: [risk], '),
    );
    expect(problemsOf(result)).toEqual([]);
    const [account] = result.type === 'read' ? result.accounts : [];
    expect(JSON.parse(JSON.stringify(account))).toMatchObject({
      policy: {
        toleranceBand: { absolute: null, relative: '0.2' },
        rebalanceTo: 'band',
        cashBuffer: { type: 'amount', amount: '1500.5' },
        minimumTrade: '250',
        lots: {
          default: '0.0001',
          bySymbol: [
            { symbol: 'IBM', lot: '1' },
            { symbol: 'BRK.B', lot: '0.01' },
          ],
        },
        mode: 'sell_only',
        untouchable: ['KO', 'BRK.B'],
        cooldownDays: 30,
      },
      envelope: { priceTolerance: '0.005' },
      approvals: {
        votesNeeded: 2,
        allowOwnProposals: true,
        expiresAfter: 'PT48H',
        largeTrade: { notional: '50000', votesNeeded: 2 },
        rules: [
          {
            when: { notional: '20000', turnover: null, mode: 'live', warnings: null },
            votesNeeded: 2,
            groups: ['treasury'],
          },
        ],
        oneTimeCode: 'large_trades',
        reminders: ['PT1H'],
        escalation: { after: 'PT30M', group: 'risk' },
        resumeVotes: 2,
      },
      limits: {
        orderNotional: '10000',
        orderVolumeShare: '0.05',
        dayNotional: '50000',
        dayOrders: 20,
        dayTurnover: '0.3',
      },
      marketHours: { runway: 'PT15M', whenClosed: 'queue' },
      funds: { accountType: 'cash', allowMargin: false },
      compliance: {
        owner: 'smith',
        taxable: false,
        restricted: ['TSLA'],
        watch: ['NVDA'],
        washSales: 'block',
        substitutes: [{ symbol: 'VTI', substitute: 'ITOT' }],
        taxLots: 'long_term_first',
        notes: ['I have read the memo'],
      },
      automaticHalts: { rejections: null, dayLoss: '0.05', clockSkew: null, reconciliation: false },
      reconciliation: { cash: '1000', position: '0.001' },
      orders: { orderType: 'market', collarBasisPoints: '25', timeLimit: 'PT30S' },
      channels: [
        { platform: 'slack', channel: 'C0123ABCD' },
        { platform: 'discord', channel: '112233445566778899' },
      ],
      schedule: {
        dailySummary: null,
        driftScan: { cron: '0 10 * * *', timeZone: 'Europe/Berlin' },
      },
    });
  });

  it('takes no band at all', () => {
    const result = read(withLines('policy: { band: none, lots: 0.001 }'));
    expect(result.type === 'read' ? result.accounts[0]?.policy : result).toMatchObject({
      toleranceBand: { absolute: null, relative: null },
      lots: { bySymbol: [] },
    });
  });
});
