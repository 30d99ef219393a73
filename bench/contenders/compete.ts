// One run of one contender, counted by a vendor of its own.
import { join } from 'node:path';
import type { SimulatorOptions } from '../../tomoviee/simulator/options.js';
import { generateManifest } from '../generate-manifest.js';
import { withScratch } from '../support/scratch.js';
import { startVendor, type BenchVendor } from '../support/vendor.js';
import type { Job, Prepared } from './contender.js';

export interface Course extends Pick<Job, 'rows' | 'ratePerSecond' | 'maxInFlight'> {
  vendor: SimulatorOptions;
}

/** So few that composing soundtracks, which is the vendor's work, costs next to nothing. */
const PROMPTS = 35;

/**
 * Sets the contender up, lets it score the manifest, and returns what `count` reads from the vendor's
 * books and the output folder before both are gone.
 * @param drive how the job is run; by default to its end, undisturbed
 */
export async function compete<P extends Prepared, T>(
  contender: { prepare(job: Job): Promise<P> },
  { vendor: options, ...course }: Course,
  count: (vendor: BenchVendor, files: { manifest: string; out: string }) => Promise<T>,
  drive: (prepared: P, vendor: BenchVendor) => Promise<void> = (prepared) => prepared.start().done,
): Promise<T> {
  return await withScratch(async (folder) => {
    const manifest = join(folder, 'library.csv');
    await generateManifest(manifest, course.rows, PROMPTS);
    const vendor = await startVendor(options);
    try {
      const prepared = await contender.prepare({
        ...{ ...course, folder, manifest, vendorUrl: vendor.url },
      });
      try {
        await drive(prepared, vendor);
      } finally {
        await prepared.close();
      }
      return await count(vendor, { manifest, out: prepared.out });
    } finally {
      await vendor.close();
    }
  });
}
