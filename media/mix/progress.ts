// Tells how much of a work of several passes is done. Pure.

/** Gets a part of 1, which never falls. */
export type OnShare = (share: number) => void;

/**
 * @param passes what each takes of the whole, which is 1
 * @returns for each pass, in order, what its progress in seconds is told to
 */
export function passesOf<Pass extends string>(
  passes: Readonly<Record<Pass, number>>,
  seconds: number,
  onShare: OnShare = () => undefined,
): (pass: Pass) => (done: number) => void {
  let told = 0;
  const order = Object.keys(passes) as Pass[];
  return (pass) => {
    const before = order.slice(0, order.indexOf(pass)).reduce((sum, name) => sum + passes[name], 0);
    return (done) => {
      const part = seconds > 0 ? Math.min(1, Math.max(0, done / seconds)) : 1;
      told = Math.max(told, Math.min(1, before + passes[pass] * part));
      onShare(told);
    };
  };
}
