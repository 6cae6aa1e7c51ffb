/** What a gateway can lose behind it: the broker's servers, or the farm that tells prices. */
export const CONNECTIVITY = [
  'lost',
  'restored',
  'restored_data_lost',
  'farm_lost',
  'farm_restored',
] as const;
export type Connectivity = (typeof CONNECTIVITY)[number];

export const CONNECTIVITY_MESSAGES = {
  lost: [1100, 'Connectivity between IBKR and Trader Workstation has been lost.'],
  restored_data_lost: [
    1101,
    'Connectivity between IBKR and Trader Workstation has been restored- data lost.',
  ],
  restored: [
    1102,
    'Connectivity between IBKR and Trader Workstation has been restored - data maintained.',
  ],
  farm_lost: [2103, 'Market data farm connection is broken:usfarm'],
  farm_restored: [2104, 'Market data farm connection is OK:usfarm'],
} as const satisfies Record<Connectivity, readonly [number, string]>;
