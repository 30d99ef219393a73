// The programmatic API. The command line uses nothing else to start, watch and steer batches.
import path from 'node:path';
import { ENVIRONMENT } from '../config/environment.js';
import type { Evicted, Tuning } from '../contract/account.js';
import { PAUSE_SIGNAL, RESUME_SIGNAL, SIMULATOR_ACCOUNT, taskQueueOf } from '../contract/names.js';
import { resolveConfig, type ConfigOptions, type ResolvedConfig } from '../config/config.js';
import { openTemporal, type OpenedTemporal } from '../temporal/connection.js';
import {
  accountStatus,
  evictBatch,
  tuneAccount,
  type AccountStatus,
  type TunedAccount,
} from './account.js';
import { auditBatch, type Audit, type AuditOptions } from './audit/audit.js';
import { accountsInUse } from './accounts-in-use.js';
import { recordedHome } from '../intake/batch-record.js';
import { storesOf } from '../intake/network.js';
import type { OpenStore } from '../store/store.js';
import type { StartContext } from './context.js';
import { downloadResults, type DownloadedResults, type DownloadOptions } from './download.js';
import { ReelscoreError } from './errors.js';
import type { BatchFilter } from './filter.js';
import { openedOf } from './execution.js';
import { locateBatch } from './locate.js';
import { markBatch, type MarkedBatch } from './marks/mark-batch.js';
import { planManifest, type Plan, type PlanOptions } from './plan.js';
import { LiveReview } from './report/live-review.js';
import { writeReport, type ReportOptions, type WrittenReport } from './report/report.js';
import { resultsOf, type BatchResults, type ResultsOptions } from './results.js';
import { retryBatch, type RetriedBatch, type RetryOptions } from './retry.js';
import { Schedules } from './schedules/schedules.js';
import { simulationConfig } from './simulation.js';
import { spendOf, type Spend, type SpendOptions } from './spend/spend.js';
import { startBatch, type StartOptions } from './start.js';
import type { StartedBatch } from './started.js';
import type { CheckedManifest, ManifestSource } from './check-source.js';
import { isOpen } from './states.js';
import { statusOf, type BatchStatus, notStartedStatus } from './status.js';
import { TemporalClient } from './temporal.js';
import { notifiedEnd, type NotifiedEnd, type NotifiedOptions } from './notified.js';
import type { Mark } from '../outcomes/review/marks.js';
import { readWarnings, type Warning } from '../outcomes/warnings.js';
import {
  mixingOf,
  startMixing,
  waitForVideos,
  type EndedMixing,
  type MixedBatch,
  type MixWaitOptions,
} from './videos.js';
import { waitForBatch, type EndedBatch, type WaitOptions } from './wait.js';

export interface ConnectOptions {
  /** Settings by name, as in reelscore.yaml; they come before environment and file. */
  settings?: ConfigOptions;
  /** Settings resolved already, in place of `settings`. */
  config?: ResolvedConfig;
  /** Default: this process's. */
  env?: NodeJS.ProcessEnv;
  /** Where `reelscore.yaml` and `results/` are. Default: this process's. */
  cwd?: string;
  /** Start the simulator too, and start batches for it. */
  simulate?: boolean;
  /** Called, line by line, with what takes long (a download, a build). Default: written to stderr. */
  onProgress?: (line: string) => void;
}

/** A batch as `start` found or made it, with what can be asked of it. */
export interface BatchHandle extends StartedBatch {
  /** Page of the batch in Temporal's web UI, if it is known where that is. */
  url?: string;
  status: () => Promise<BatchStatus>;
  wait: (options?: WaitOptions) => Promise<EndedBatch>;
  results: (options?: ResultsOptions) => Promise<BatchResults>;
}

/** Accounts in use and batches, seen together. */
export interface Overview {
  /** The configured one first, then those of batches that run. */
  accounts: AccountStatus[];
  /** Newest first. */
  batches: BatchStatus[];
}

/** Often enough for a progress bar; rarely enough on servers that bill queries. */
const PROGRESS_MS = { embedded: 500, remote: 5000 };

/** How long the batches of a list may take to answer, all at once. */
const LIST_QUERY_MS = 1500;

/**
 * Starts, watches and steers batches. It does not score clips: that is what a worker is for
 * (`reelscore serve`, `worker` or `run`).
 *
 * Every method may throw ReelscoreError `temporal_unreachable` or `temporal_refused`.
 */
export class Reelscore {
  readonly #openStore: OpenStore;

  private constructor(
    /** With the simulator's account and address when connected with `simulate`. */
    readonly config: ResolvedConfig,
    /** The server in use. */
    readonly server: OpenedTemporal,
    private readonly temporal: TemporalClient,
    private readonly cwd: string,
  ) {
    this.#openStore = storesOf(config);
  }

  /**
   * Finds the Temporal server (starting the embedded one if none is named) and connects to it.
   * @throws ConfigError, NoTemporalServerError
   */
  static async connect(options: ConnectOptions = {}): Promise<Reelscore> {
    const { env = ENVIRONMENT, cwd = process.cwd(), simulate = false, onProgress } = options;
    const given = options.config ?? resolveConfig(options.settings ?? {}, env, cwd);
    const server = await openTemporal(given, env, {
      withSimulator: simulate,
      ...(onProgress && { onProgress }),
    });
    try {
      const { simulatorUrl: url } = server;
      const config = url === undefined ? given : simulationConfig(given, { url });
      return new Reelscore(config, server, await TemporalClient.connect(server), cwd);
    } catch (error) {
      await server.release();
      throw error;
    }
  }

  /**
   * Predicts what a batch of a manifest would do and cost. Needs neither server nor
   * keys; the pace is the configured one.
   * @param manifest path of the file
   * @throws ConfigError, ManifestInvalidError, ManifestError
   */
  static async plan(
    manifest: ManifestSource | CheckedManifest,
    options: Omit<ConnectOptions, 'onProgress'> & PlanOptions = {},
  ): Promise<Plan> {
    const { settings = {}, env = ENVIRONMENT, cwd = process.cwd(), simulate } = options;
    const given = options.config ?? resolveConfig(settings, env, cwd);
    const config = simulate ? { ...given, account: SIMULATOR_ACCOUNT } : given;
    return await planManifest({ config, openStore: storesOf(config) }, manifest, options);
  }

  /** Closes the connection; an embedded server without other users stops. Batches stay as they are. */
  async close(): Promise<void> {
    await this.temporal.close();
    await this.server.release();
  }

  /** Closes it at the end of a block: `await using reelscore = await Reelscore.connect()`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /**
   * Starts a batch of a manifest, or attaches to it if it runs, or tells how it ended.
   * The same manifest is the same batch, so a call whose answer was lost can be made again.
   * @param manifest path of the file, http(s) URL, the clips themselves, or one that `check` brought here
   * @throws ManifestInvalidError, ManifestError, ReelscoreError `manifest_unreadable`,
   *   `batch_id_invalid`, `batch_mismatch`, `batch_stopped`, `store_taken`, `batch_running` (another
   *   program started it, and its manifest is not read yet)
   */
  async start(
    manifest: ManifestSource | CheckedManifest,
    options: StartOptions = {},
  ): Promise<BatchHandle> {
    const started = await startBatch(this.#context, manifest, options);
    const { batch } = started;
    const url = this.server.uiUrl(batch);
    return {
      ...started,
      ...(url !== undefined && { url }),
      status: () => this.status(batch),
      wait: (waitOptions) => this.wait(batch, waitOptions),
      results: (resultsOptions) => this.results(batch, resultsOptions),
    };
  }

  /**
   * Runs a batch that has ended again, for the rows that did not succeed.
   * Tasks it left at the vendor are asked about first. A corrected manifest, of all rows or of some,
   * has its changed rows run too; rows that it leaves out stay.
   * @throws ReelscoreError `batch_not_found`, `batch_running`, `batch_mismatch`, `nothing_to_retry`; with a
   *   manifest also `correction_unclear` and what `start` throws for one
   */
  retry(batch: string, options?: RetryOptions): Promise<RetriedBatch> {
    return retryBatch(this.#context, batch, options);
  }

  /**
   * Keeps what people said of takes, and chooses the takes they approve. A mark that was made on other takes than the
   * clip has now changes nothing, and is told. What is to be redone is run by `retry`, with `marked`.
   * @throws ReelscoreError `batch_not_found`, `results_gone`
   */
  async mark(batch: string, marks: readonly Mark[]): Promise<MarkedBatch> {
    return await markBatch(await locateBatch(this.#context, batch), this.#openStore, marks);
  }

  /**
   * Copies what is for people of a batch's results into a folder of this machine, from a bucket or another folder.
   * @param folder path, relative to the working folder; see `downloadResults`
   * @throws ReelscoreError `batch_not_found`, `results_gone`, `store_taken`
   */
  async download(
    batch: string,
    folder: string,
    options?: DownloadOptions,
  ): Promise<DownloadedResults> {
    const target = path.resolve(this.cwd, folder);
    return await downloadResults(await locateBatch(this.#context, batch), target, options);
  }

  /** @throws ReelscoreError `batch_not_found` */
  async status(batch: string): Promise<BatchStatus> {
    const bare = await this.temporal.describeBare(batch);
    if (bare && !bare.memo) return this.#withUrl(await notStartedStatus(this.temporal, bare));
    const execution = bare && openedOf(bare);
    // What Temporal knows is reported also when the store is gone.
    const located = execution
      ? { batch, store: this.#openStore(execution.memo.store), execution }
      : await locateBatch(this.#context, batch);
    const status = this.#withUrl(await statusOf(this.temporal, located));
    const mixing = status.progress ? undefined : await mixingOf(this.#context, batch);
    return mixing ? { ...status, mixing } : status;
  }

  /** The batches Temporal knows, newest first. */
  async list(filter: BatchFilter = {}): Promise<BatchStatus[]> {
    const executions = await this.temporal.list(filter);
    const found = await Promise.all(
      executions.map(async ({ memo, ...execution }) => {
        const { batch } = execution;
        if (!memo) return this.#withUrl(await notStartedStatus(this.temporal, execution));
        const located = {
          batch,
          store: this.#openStore(memo.store),
          execution: { ...execution, memo },
        };
        return this.#withUrl(await statusOf(this.temporal, located, LIST_QUERY_MS));
      }),
    );
    return found.filter(({ state }) => filter.state === undefined || state === filter.state);
  }

  /**
   * How an account stands: its limits, and which batch has what of them.
   * @param account default: the configured one
   */
  account(account: string = this.config.account): Promise<AccountStatus> {
    const ask = (batch: string) => this.temporal.progress(batch, LIST_QUERY_MS);
    return accountStatus(this.temporal, account, this.config.pace, ask, LIST_QUERY_MS);
  }

  /** A list of batches, and the accounts they use; with `filter.account`, that one alone. */
  async overview(filter: BatchFilter = {}): Promise<Overview> {
    const batches = await this.list(filter);
    const { account, pace } = this.config;
    const shown = { account: filter.account ?? account, pace };
    const accounts = await accountsInUse(this.temporal, shown, batches, LIST_QUERY_MS);
    return { accounts, batches };
  }

  /**
   * Changes the limits of an account in use, for all its batches and for as long as any uses it.
   * @param account default: the configured one
   * @returns the limits before and after
   * @throws ReelscoreError `account_idle`, `tuning_refused`, `worker_silent`
   */
  tune(tuning: Tuning, account: string = this.config.account): Promise<TunedAccount> {
    return tuneAccount(this.temporal, account, tuning);
  }

  /**
   * Puts a batch that does not answer out of its account, so that others get its slots. Its tasks at the
   * vendor are not counted any more. If it comes back, it joins anew.
   * @param account default: the configured one
   * @returns how many slots it kept from others
   * @throws ReelscoreError `account_idle`, `eviction_refused`, `worker_silent`
   */
  evict(batch: string, account: string = this.config.account): Promise<Evicted> {
    return evictBatch(this.temporal, account, batch);
  }

  /**
   * Resolves when the batch has ended, whatever became of its clips.
   * @throws ReelscoreError `batch_not_found`, `batch_stopped` (also of a batch that another program started
   *   and that could not be read)
   */
  wait(batch: string, options?: WaitOptions): Promise<EndedBatch> {
    const progressMs = this.server.embedded ? PROGRESS_MS.embedded : PROGRESS_MS.remote;
    return waitForBatch(this.#context, batch, { progressMs, ...options });
  }

  /**
   * What became of the notification that a batch sent when it ended. Deliveries need a worker.
   * @throws ReelscoreError `batch_not_found`
   */
  async notified(batch: string, options?: NotifiedOptions): Promise<NotifiedEnd> {
    if (await this.temporal.describeBare(batch)) {
      return await notifiedEnd(this.temporal, batch, options);
    }
    await locateBatch(this.#context, batch);
    return { state: 'none' }; // Temporal has forgotten it
  }

  /**
   * Has the finished videos of a batch that has ended mixed, as `audio`, `loudness` and `fade` say; those that are
   * there and mixed alike stay. Needs a worker (`reelscore serve` or `worker`).
   * @throws ReelscoreError `batch_not_found`, `batch_running`, `batch_mismatch`, `results_gone`
   */
  mix(batch: string): Promise<MixedBatch> {
    return startMixing(this.#context, batch);
  }

  /**
   * Resolves when the finished videos of a batch are mixed, with undefined if none are to be.
   * @throws ReelscoreError `mixing_stopped`
   */
  videos(batch: string, options?: MixWaitOptions): Promise<EndedMixing | undefined> {
    return waitForVideos(this.#context, batch, options);
  }

  /**
   * Rows in manifest order, those without an outcome as `pending`.
   * @throws ReelscoreError `batch_not_found`; `batch_running` or `batch_stopped` where there are none, for
   *   its manifest is not read yet or could not be
   */
  async results(batch: string, options?: ResultsOptions): Promise<BatchResults> {
    return await resultsOf(await locateBatch(this.#context, batch), options);
  }

  /**
   * Writes a page into the folder of the results on which its clips are seen and heard, also while the batch runs.
   * Stills and waveforms need ffmpeg, and are kept for the next time.
   * @throws ReelscoreError `batch_not_found`, `results_gone`
   */
  async report(batch: string, options?: ReportOptions): Promise<WrittenReport> {
    return await writeReport(await locateBatch(this.#context, batch), this.#context, options);
  }

  /**
   * The clips of a batch as they are seen and heard, and how that changes.
   * @throws ReelscoreError `batch_not_found`, `results_gone`
   */
  async review(batch: string): Promise<LiveReview> {
    return await LiveReview.open(await locateBatch(this.#context, batch), this.config);
  }

  /**
   * Reads the soundtracks and finished videos of a batch, and compares them with `provenance.jsonl`.
   * @throws ReelscoreError `batch_not_found`, `results_gone`
   */
  async audit(batch: string, options?: AuditOptions): Promise<Audit> {
    return await auditBatch(await locateBatch(this.#context, batch), options);
  }

  /**
   * What could not be checked of clips that were submitted all the same, and what the ledger reported about them.
   * Only of a batch that has ended.
   * @throws ReelscoreError `batch_not_found`
   */
  async warnings(batch: string): Promise<AsyncIterable<Warning>> {
    return readWarnings((await locateBatch(this.#context, batch)).store);
  }

  /**
   * Stops submitting until `resume`; tasks at the vendor are still waited for.
   * @throws ReelscoreError `batch_not_found`, `batch_ended`
   */
  async pause(batch: string, reason?: string): Promise<void> {
    await this.#mustRun(batch);
    await this.temporal.signal(batch, PAUSE_SIGNAL, ...(reason === undefined ? [] : [reason]));
  }

  /** @throws ReelscoreError `batch_not_found`, `batch_ended` */
  async resume(batch: string): Promise<void> {
    await this.#mustRun(batch);
    await this.temporal.signal(batch, RESUME_SIGNAL);
  }

  /**
   * Gives every open clip the outcome `cancelled`; tasks at the vendor are left to themselves. A worker
   * is needed to carry it out.
   * @throws ReelscoreError `batch_not_found`, `batch_ended`
   */
  async cancel(batch: string): Promise<void> {
    await this.#mustRun(batch);
    await this.temporal.cancel(batch);
  }

  /**
   * Whether a batch was made for the simulator, so that `retry` needs a client with `simulate`.
   * @throws ReelscoreError `batch_not_found`
   */
  async isSimulated(batch: string): Promise<boolean> {
    const { execution, record } = await locateBatch(this.#context, batch);
    if (execution) return execution.taskQueue === taskQueueOf(SIMULATOR_ACCOUNT);
    return record?.account === SIMULATOR_ACCOUNT;
  }

  /** What submissions have cost: of batches that Temporal knows, and of those beside the ledger. */
  async spend(options?: SpendOptions): Promise<Spend> {
    return await spendOf(this.#context, options);
  }

  /** Batches that the server starts by itself. */
  get schedules(): Schedules {
    return new Schedules(this.#context);
  }

  get #context(): StartContext {
    const { temporal, config, cwd, server } = this;
    const { outDir, home } = config;
    const folder = outDir === undefined ? {} : { outDir };
    return {
      temporal,
      config,
      cwd,
      openStore: this.#openStore,
      ...folder,
      ...recordedHome(server, home),
    };
  }

  #withUrl(status: BatchStatus): BatchStatus {
    const url = this.server.uiUrl(status.batch);
    return url === undefined ? status : { ...status, url };
  }

  async #mustRun(batch: string): Promise<void> {
    const bare = await this.temporal.describeBare(batch);
    if (bare && isOpen(bare)) return;
    await locateBatch(this.#context, batch);
    throw new ReelscoreError(
      'batch_ended',
      `batch ${batch} does not run any more (see: reelscore status ${batch})`,
    );
  }
}
