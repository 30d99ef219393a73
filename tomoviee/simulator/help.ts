// What `--help` prints of the simulator.
import { faultHelp } from './faults.js';

const OPTIONS = `Options (JSON):
  host, port, publicUrl            where it listens (127.0.0.1, a free port), and base of its links
  resultUrl                        base of result links, if another than of the rest
  appKey, appSecret                the one pair accepted (any that is well formed)
  ratePerSecond, burst             submissions a second (0 = no limit), and at once
  maxInFlight, maxInFlightCode     tasks in flight (0 = no limit); vendor code past it (0 = HTTP 429)
  workers, taskMs                  tasks at one time (0 = no limit); ms or [min, max] ([1500, 4000])
  result, soundtrackSeconds        "audio" or "video" ("audio"); length (8)
  resultTtlMs                      how long a result link holds (two days)
  callbackDelayMs                  from the end of a task to its callback (0)
  callbackRetries, callbackBackoffMs   further tries of a callback not answered 2xx (0), backoff (1000)
  fetchClips                       download each clip, as the vendor does (false)
  clipsDir                         clips served at /clips/ (the package's own)
  stateDir                         keeps ledger and tasks over restarts (none)
  seed, faults                     see below`;

const ENDPOINTS = `Endpoints besides the vendor's:
  GET  /clips/NAME, /clips/load/N.mp4
  GET  /_simulator/ledger, /_simulator/arrivals (JSON lines), /_simulator/stats
  POST /_simulator/faults {"faults":"..."}, /_simulator/limits {"ratePerSecond":...},
       /_simulator/keys {"revoked":true}        (as JSON; the last six from this machine only)`;

/** Options, endpoints and faults. */
export function simulatorHelp(): string {
  return [OPTIONS, ENDPOINTS, faultHelp()].join('\n\n');
}
