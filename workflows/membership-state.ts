import type { MembershipState } from '../contract/carried.js';

export function newMembership(): MembershipState {
  return {
    joined: false,
    moments: { stopped: false, next: 0 },
    told: { held: 0, wants: 0, at: 0 },
  };
}
