// What the workers of one test process share; whoever sets it up first has the word.
import { createLogger } from '../../workers/logger.js';
import { installRuntime } from '../../workers/runtime.js';

installRuntime(createLogger({ level: 'error' }));
