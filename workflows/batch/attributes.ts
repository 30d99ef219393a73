// A batch's search attributes, if they are registered on the server.
import { upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { attributeOf, FIRST_STATUS, firstAttributes } from '../../contract/names.js';

/** Sets all attributes of a batch that was not started by a client of this package. */
export function sayAll(name: string): void {
  upsertSearchAttributes(firstAttributes(name, workflowInfo().taskQueue));
}

/** Updates the status attribute when the status changes. */
export class StatusAttribute {
  /** @param said the last value set */
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
