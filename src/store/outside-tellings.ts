import { sql, type RawBuilder } from 'kysely';
import { fillSchema, type Fill } from '../core/order.ts';
import { decodeColumn } from './columns.ts';

/** An execution of an order that is not ours. */
export interface OutsideRow {
  readonly number: number;
  /** The newest fill of ours when it was recorded. */
  readonly afterFill: number;
  readonly executionId: string;
  readonly revision: number;
}

/** Executions as their newest tellings have them; more conditions may follow. */
export function newestTellings(): RawBuilder<unknown> {
  return sql`
    select first.number as number, first.after_fill as "afterFill", first.account as account,
      first.execution_id as "executionId", first.client_order_id as "clientOrderId",
      first.broker_order_id as "brokerOrderId", first.symbol as symbol, first.side as side,
      first.at as at, coalesce(newest.revision, first.revision) as revision,
      coalesce(newest.quantity, first.quantity) as quantity,
      coalesce(newest.price, first.price) as price, coalesce(newest.fees, first.fees) as fees
    from outside_fills as first
      left join outside_fills as newest on newest.number = (
        select max(number) from outside_fills where corrects = first.number
      )
    where first.corrects is null`;
}

export function toOutsideFill({
  number: _number,
  afterFill: _after,
  revision,
  ...row
}: OutsideRow): Fill {
  return decodeColumn(
    fillSchema,
    revision === 0 ? row : { ...row, revision },
    `outside fill ${row.executionId}`,
  );
}
