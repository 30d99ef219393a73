export { scoreBatch } from './batch/score-batch.js';
export { account } from './account/account.js';
export { notification } from './notification.js';
export { mixVideos } from './mixing/mix-videos.js';
