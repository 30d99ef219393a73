// The environment of commands that use the test's Temporal server and a simulator of the test's own.
import type { Simulator } from '../../tomoviee/simulator/simulator.js';
import type { TestServer } from '../support/temporal.js';

export interface CommandSetting {
  /** REELSCORE_HOME. */
  home: string;
  /** One that no other test has. */
  account: string;
  server: Pick<TestServer, 'address'>;
  simulator: Pick<Simulator, 'url'>;
}

export function vendorEnv({ home, account, server, simulator }: CommandSetting) {
  return {
    REELSCORE_HOME: home,
    REELSCORE_ACCOUNT: account,
    REELSCORE_ALLOW_HOSTS: new URL(simulator.url).host,
    REELSCORE_POLL_INTERVAL: '200ms',
    TEMPORAL_ADDRESS: server.address,
    TOMOVIEE_BASE_URL: simulator.url,
    TOMOVIEE_APP_KEY: 'test-key',
    TOMOVIEE_APP_SECRET: 'test-secret',
  };
}

/** Callbacks get lost, and are not waited for. */
export const NO_CALLBACKS = {
  REELSCORE_CALLBACK_URL: 'http://127.0.0.1:9',
  REELSCORE_CALLBACK_GRACE: '0s',
};
