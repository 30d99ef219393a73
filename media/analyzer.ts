// Owns the parsers: mediainfo compiled to WebAssembly. One parser reads one file at a time.
import type { MediaInfo, MediaInfoResult, ReadChunkFunc } from 'mediainfo.js';
import pLimit from 'p-limit';

/** Small, so that the parser asks for a jump before it is given more than it needs. */
const CHUNK_BYTES = 65_536;

/** A parser's memory grows with the worst file it met and never shrinks; so it is not kept for good. */
const FILES_PER_PARSER = 500;

/** The parser itself broke on a file. */
export class MediaParserError extends Error {
  override readonly name = 'MediaParserError';
}

export interface MediaAnalyzer {
  /**
   * What a file tells about itself.
   *
   * @param size the file's length in bytes
   * @param read bytes at an offset; an empty answer ends the reading, and the report holds what was
   *   learned so far. Its rejection is passed on.
   * @throws MediaParserError
   */
  analyze(size: number, read: ReadChunkFunc): Promise<MediaInfoResult>;
  /** Lets the parsers go; a later `analyze` makes new ones. */
  close(): void;
}

interface Parser {
  info: MediaInfo;
  files: number;
}

async function createParser(): Promise<Parser> {
  // 40 ms and some tens of MB: only when a clip is really looked into.
  const { mediaInfoFactory } = await import('mediainfo.js');
  return { info: await mediaInfoFactory({ format: 'object', chunkSize: CHUNK_BYTES }), files: 0 };
}

/**
 * @param parsers how many files are read at the same time; more calls wait. A parser waits while its
 *   file's bytes come over the network, and takes a few milliseconds of the processor per file.
 */
export function createMediaAnalyzer(parsers = 8): MediaAnalyzer {
  const idle: Parser[] = [];
  const limit = pLimit(parsers);

  return {
    analyze: (size, read) =>
      limit(async () => {
        const parser = idle.pop() ?? (await createParser());
        let unread: unknown;
        const noted: ReadChunkFunc = async (length, offset) => {
          try {
            return await read(length, offset);
          } catch (error) {
            unread = error;
            throw error;
          }
        };
        try {
          const report = await parser.info.analyzeData(size, noted);
          parser.files += 1;
          if (parser.files < FILES_PER_PARSER) idle.push(parser);
          else parser.info.close();
          return report;
        } catch (error) {
          // It may be in any state: a trap in WebAssembly leaves it unusable.
          parser.info.close();
          if (error === unread) throw error;
          throw new MediaParserError('the media parser failed on this file', { cause: error });
        }
      }),
    close() {
      for (const { info } of idle.splice(0)) info.close();
    },
  };
}
