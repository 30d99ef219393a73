export { scoreBatch } from './score-batch.js';
export { account } from './account.js';
export { notification } from './notification.js';
