// Checks everything that Reelscore needs, and advises on what is missing.
import path from 'node:path';
import { ENVIRONMENT } from '../../config/environment.js';
import { SIMULATOR_ACCOUNT } from '../../contract/names.js';
import type { ResolvedConfig } from '../../config/config.js';
import { openTemporal, type OpenedTemporal } from '../../temporal/connection.js';
import { callbackFindings } from './callbacks.js';
import { clipsFinding } from './clips.js';
import { ok, problemOf, type DoctorFinding } from './finding.js';
import { ffmpegFinding } from './ffmpeg.js';
import { folderFinding, placeFinding } from './folders.js';
import { gatewayFindings } from './gateway.js';
import { keysFinding, nodeFinding, notificationsFinding, payloadsFinding } from './settings.js';
import { temporalFindings } from './temporal.js';

export interface ExamineOptions {
  config: ResolvedConfig;
  /** Default: this process's. */
  env?: NodeJS.ProcessEnv;
  /** Where `results/` is. Default: this process's. */
  cwd?: string;
  /** Look at what batches against the simulator need. */
  simulate?: boolean;
  /** Called, line by line, with what takes long (a download, a build). Default: written to stderr. */
  onProgress?: (line: string) => void;
}

/**
 * Examines the settings, folders, Temporal, the vendor's gateway, and the ways of callbacks and clips. Starts the
 * embedded server for it if none is named. Sends no credentials to the vendor, and never throws: what
 * fails is a finding.
 */
export async function examine(options: ExamineOptions): Promise<DoctorFinding[]> {
  const { config, cwd = process.cwd(), simulate = false } = options;
  const findings = [
    nodeFinding(process.versions.node),
    simulate ? ok('Keys', 'the simulator needs none') : keysFinding(config),
    notificationsFinding(config),
    payloadsFinding(config),
    await placeFinding(config, 'Results', config.outDir ?? path.resolve(cwd, 'results')),
    await placeFinding(config, 'Ledger', config.ledgerDir),
    await folderFinding('Home', config.home),
    await ffmpegFinding(config),
  ];
  const opened = await open(options);
  if ('check' in opened) findings.push(opened);
  const server = 'check' in opened ? undefined : opened;
  try {
    if (server) {
      const account = simulate ? SIMULATOR_ACCOUNT : config.account;
      findings.push(...(await temporalFindings(server, { account, probe: config.probe })));
    }
    const baseUrl = simulate ? server?.simulatorUrl : config.tomoviee.baseUrl;
    if (baseUrl !== undefined) findings.push(...(await gatewayFindings(baseUrl)));
  } finally {
    await server?.release();
  }
  if (simulate) {
    return [...findings, ok('Callback URL', "the simulator's callbacks stay on this machine")];
  }
  return [...findings, ...(await callbackFindings(config.callbacks)), await clipsFinding(config)];
}

async function open({
  config,
  env = ENVIRONMENT,
  simulate = false,
  onProgress,
}: ExamineOptions): Promise<OpenedTemporal | DoctorFinding> {
  try {
    return await openTemporal(config, env, {
      withSimulator: simulate,
      ...(onProgress && { onProgress }),
    });
  } catch (error) {
    return problemOf('Temporal', error);
  }
}
