// The package's programmatic API.
export { Reelscore, type BatchHandle, type ConnectOptions, type Overview } from './reelscore.js';
export type { AccountBatch, AccountStatus, TunedAccount } from './account.js';
export type { AccountView, Priority, Tuning } from '../contract/account.js';
export {
  CLIENT_ERRORS,
  ManifestInvalidError,
  ReelscoreError,
  type ReelscoreErrorCode,
} from './errors.js';
export type { ManifestSource } from './check-source.js';
export type { StartOptions } from './start.js';
export type { StartedBatch } from './started.js';
export type { Plan, PlannedClips, PlanOptions } from './plan.js';
export { Schedules, type SavedSchedule } from './schedules/schedules.js';
export type { BackfillSpan, Overlap, ScheduleChanges, ScheduleSpec } from './schedules/spec.js';
export type { ScheduleStatus } from './schedules/status.js';
export type { ScheduledBatch } from './schedules/recent.js';
export type { Triggered } from './schedules/trigger.js';
export type {
  BatchRequest,
  FieldValue,
  InlineManifest,
  RequestSettings,
} from '../contract/request.js';
export type { RetriedBatch, RetryOptions } from './retry.js';
export type { Audit, AuditDifference, AuditOptions } from './audit/audit.js';
export type { MarkedBatch, StaleMark } from './marks/mark-batch.js';
export { readMarksFile, type Mark } from '../outcomes/review/marks.js';
export type { Spend, SpendGroup, SpendOptions } from './spend/spend.js';
export { examine, type ExamineOptions } from './doctor/examine.js';
export type { DoctorFinding as Finding, Verdict } from './doctor/finding.js';
export type { BatchFilter } from './filter.js';
export type { BatchPhase } from './states.js';
export type { BatchStatus } from './status.js';
export type { FailingWork, SeenProgress } from './failing-work.js';
export type { EndedBatch, WaitOptions } from './wait.js';
export type { EndedMixing, MixedBatch, MixWaitOptions, SeenMixing } from './videos.js';
export type { NotifiedEnd, NotifiedOptions } from './notified.js';
export type { LiveClip, LiveReview } from './report/live-review.js';
export type { ReportOptions, WrittenReport } from './report/report.js';
export type { BatchResults, ResultsOptions } from './results.js';
export type { DownloadedResults, DownloadOptions } from './download.js';
export type { Warning } from '../outcomes/warnings.js';
export type { ResultRow, ResultStatus } from '../outcomes/result-row.js';
export type {
  BatchProgress,
  RunningPhase as BatchState,
  LedgerFindings,
} from '../contract/batch.js';
export type { FailureNote } from '../contract/failure.js';
export type { Pace } from '../contract/account.js';
export type { BatchSummary, OutcomeCounts, OutcomeStatus } from '../contract/clip.js';
export { checkManifest, type ManifestReport } from '../manifests/read.js';
export { formatProblem, ManifestError, type Problem } from '../manifests/problems.js';
export { ConfigError, type ConfigOptions, type ResolvedConfig } from '../config/config.js';
