export { scoreBatch } from './score-batch.js';
