// A batch's search attributes, where the server has them.
import { upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { attributeOf, FIRST_STATUS, firstAttributes } from '../../contract/names.js';

/** All attributes of a batch that no client of this package has started. */
export function sayAll(name: string): void {
  upsertSearchAttributes(firstAttributes(name, workflowInfo().taskQueue));
}

/** Says what a batch is doing, when that changes. */
export class StatusAttribute {
  /** @param said what was said last */
  constructor(
    private readonly enabled: boolean,
    public said: string = FIRST_STATUS,
  ) {}

  say(status: string): void {
    if (!this.enabled || status === this.said) return;
    this.said = status;
    upsertSearchAttributes([attributeOf('status', status)]);
  }
}
