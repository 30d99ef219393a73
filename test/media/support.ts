// Parsers for tests: threads of the built code.
import {
  createMediaAnalyzer,
  type AnalyzerOptions,
  type MediaAnalyzer,
} from '../../media/analyzer.js';
import { distFile } from '../../config/paths.js';
import { built } from '../support/built.js';

await built();

export function openAnalyzer(options: Partial<AnalyzerOptions> = {}): MediaAnalyzer {
  return createMediaAnalyzer({ threadFile: distFile('media/parser-thread.js'), ...options });
}
