import { openAlpaca } from './market-alpaca.ts';
import { openIbkr } from './market-ibkr.ts';
import { openPaper } from './market-paper.ts';
import { openSchwab } from './market-schwab.ts';
import type { BrokerName, Market, MarketOptions } from './market.ts';

export async function openMarket(name: BrokerName, options: MarketOptions): Promise<Market> {
  switch (name) {
    case 'paper':
      return openPaper(options);
    case 'alpaca':
      return await openAlpaca(options);
    case 'ibkr':
      return await openIbkr(options);
    case 'schwab':
      return await openSchwab(options);
  }
}
