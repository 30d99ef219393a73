// The thread of one parser: one question at a time, each answered by one message.
import { parentPort, workerData } from 'node:worker_threads';
import type { AnalysisInput, ThreadMessage } from './analysis.js';
import { createParser } from './parser.js';

const port = parentPort;
if (port === null) throw new Error('media/parser-thread.js is run as a thread only');

const { maxMemoryBytes } = workerData as { maxMemoryBytes: number };
const parser = await createParser(maxMemoryBytes);
const post = (message: ThreadMessage): void => port.postMessage(message);

port.on('message', (input: AnalysisInput) => {
  parser.analyze(input).then(
    (answer) => post({ kind: 'answer', answer, memoryBytes: parser.memoryBytes() }),
    (error: unknown) => post({ kind: 'broken', message: String(error) }),
  );
});
post({ kind: 'ready' });
