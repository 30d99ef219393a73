// A batch's search attributes, where the server has them.
import { upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { accountOf, ATTRIBUTES, nameAttribute } from '../contract/names.js';

const keyword = (name: string) => defineSearchAttributeKey(name, SearchAttributeType.KEYWORD);

/** What clients say of a batch when they start it. */
export const FIRST_STATUS = 'running';

/** All attributes of a batch that no client of this package has started. */
export function sayAll(name: string): void {
  upsertSearchAttributes([
    { key: keyword(ATTRIBUTES.name), value: nameAttribute(name) },
    { key: keyword(ATTRIBUTES.account), value: accountOf(workflowInfo().taskQueue) },
    { key: keyword(ATTRIBUTES.status), value: FIRST_STATUS },
  ]);
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
    upsertSearchAttributes([{ key: keyword(ATTRIBUTES.status), value: status }]);
  }
}
