import { describe, expect, it } from 'vitest';
import type { Check } from '../../../src/core/check.ts';
import { checkComplianceLists } from '../../../src/core/checks/compliance-lists.ts';
import { checkWashSales } from '../../../src/core/checks/wash-sales.ts';
import type { OwnedAccount } from '../../../src/core/compliance/wash-sales.ts';
import { decimal } from '../../../src/core/decimal.ts';
import type { ComplianceSettings } from '../../../src/core/guardrail-settings.ts';
import { sampleAccount } from '../../fixtures/sample-account.ts';
import { sampleProposal } from '../../fixtures/sample-proposal.ts';
import { lot } from '../compliance/lots-table.ts';
import { planOf } from '../compliance/plan-of.ts';
import { outcomeOf, sampleFacts } from './check-table.ts';

function settings(changes: Partial<ComplianceSettings>) {
  return { compliance: { ...sampleAccount().compliance, ...changes } };
}

describe('the restricted and the watch list', () => {
  it.each<[Partial<ComplianceSettings>, restricted: string, watch: string]>([
    [{}, 'not asked', 'not asked'],
    [{ restricted: ['KO'], watch: ['PEP'] }, 'passed', 'passed'],
    [{ restricted: ['AAPL'] }, 'failed: sell AAPL', 'not asked'],
    [{ restricted: ['IBM', 'AMZN'] }, 'failed: buy IBM, buy AMZN', 'not asked'],
    [{ watch: ['IBM'] }, 'not asked', 'warned: buy IBM'],
    // Held but not traded.
    [{ restricted: ['MSFT'], watch: ['MSFT'] }, 'passed', 'passed'],
  ])('%j', (changes, restricted, watch) => {
    const checks = checkComplianceLists(sampleFacts({ settings: settings(changes) }));
    expect([outcomeOf(checks, 'restricted'), outcomeOf(checks, 'watch')]).toEqual([
      restricted,
      watch,
    ]);
  });

  it('says who can change it', () => {
    const [check] = checkComplianceLists(
      sampleFacts({ settings: settings({ restricted: ['AAPL'] }) }),
    );
    expect(check?.remedy).toBe(
      'Leave it out with Adjust, or an admin can change compliance.restricted of core in portfolios.yaml.',
    );
  });
});

describe('wash sales', () => {
  const held = lot('100 @ 100 2025-01-06');
  const joint: OwnedAccount = {
    account: 'joint',
    taxable: true,
    method: 'fifo',
    lots: [],
    sales: [
      {
        symbol: 'VTI',
        soldOn: Temporal.PlainDate.from('2026-11-20'),
        quantity: decimal('5'),
        proceeds: decimal('400'),
        parts: [{ lot: held, quantity: decimal('5') }],
      },
    ],
    proposals: [],
  };

  function checked(
    changes: Partial<ComplianceSettings>,
    legs: readonly string[],
    owned: readonly OwnedAccount[] = [joint],
  ): readonly Check[] {
    return checkWashSales(
      sampleFacts({
        proposal: sampleProposal({ plan: planOf(legs) }),
        settings: settings(changes),
        compliance: { lots: [held], owned },
      }),
    );
  }

  const finding = 'buys 5 VTI, sold at a loss in joint on 20 Nov; may be bought again from 21 Dec';

  it.each([
    ['ignore', 'not asked'],
    ['warn', `warned: ${finding}`],
    ['block', `failed: ${finding}`],
  ] as const)('under %s: %s', (washSales, expected) => {
    expect(outcomeOf(checked({ washSales }, ['buy 5 VTI @ 80']), 'wash_sale')).toBe(expected);
  });

  it('are told as one where an order was filled in parts', () => {
    const owned = {
      ...joint,
      sales: ['2', '3'].flatMap((text) =>
        joint.sales.map((sale) => ({
          ...sale,
          quantity: decimal(text),
          proceeds: decimal(text).times('80'),
          parts: [{ lot: held, quantity: decimal(text) }],
        })),
      ),
    };
    expect(
      outcomeOf(checked({ washSales: 'warn' }, ['buy 5 VTI @ 80'], [owned]), 'wash_sale'),
    ).toBe(`warned: ${finding}`);
  });

  it('name what may be bought in its place, and who can change it', () => {
    const substitutes = [{ symbol: 'VTI', substitute: 'ITOT' }];
    const [check] = checked({ washSales: 'block', substitutes }, ['buy 5 VTI @ 80']);
    expect(check?.remedy).toBe(
      'Buy ITOT in place of VTI. Wait for the day, or leave it out with Adjust, or an admin can change compliance.washSales of core in portfolios.yaml.',
    );
  });

  it('say from which day a loss that is fine may be bought again', () => {
    expect(outcomeOf(checked({ washSales: 'block' }, ['sell 5 VTI @ 80'], []), 'wash_sale')).toBe(
      'passed: VTI is sold at a loss: may be bought again from 21 Dec',
    );
    expect(outcomeOf(checked({ washSales: 'block' }, ['sell 5 VTI @ 120'], []), 'wash_sale')).toBe(
      'passed',
    );
  });

  it('are looked for on the day of the next open when that is waited for', () => {
    const at = (nextOpen: string) =>
      checkWashSales(
        sampleFacts({
          proposal: sampleProposal({ plan: planOf(['buy 5 VTI @ 80']) }),
          settings: settings({ washSales: 'warn' }),
          compliance: { lots: [], owned: [joint] },
          market: { open: false, nextOpen: Temporal.Instant.from(nextOpen), nextClose: null },
          atNextOpen: true,
        }),
      );
    expect(outcomeOf(at('2026-12-20T14:30:00Z'), 'wash_sale')).toMatch(/^warned/);
    expect(outcomeOf(at('2026-12-21T14:30:00Z'), 'wash_sale')).toBe('passed');
  });

  it('are told three at a time', () => {
    const owned = ['a', 'b', 'c', 'd', 'e'].map((account) => ({ ...joint, account }));
    expect(
      outcomeOf(checked({ washSales: 'warn' }, ['buy 5 VTI @ 80'], owned), 'wash_sale'),
    ).toMatch(/in c on 20 Nov; may be bought again from 21 Dec; and 2 more$/);
  });
});
