/** Maps with several at work, and gives them in order. @param ahead how many are at work or held */
export async function* inOrder<From, To>(
  values: AsyncIterable<From> | Iterable<From>,
  map: (value: From) => Promise<To>,
  ahead: number,
): AsyncIterable<To> {
  const working: Promise<To>[] = [];
  for await (const value of values) {
    const work = map(value);
    work.catch(() => undefined); // it is thrown when its turn comes
    working.push(work);
    if (working.length < ahead) continue;
    const first = working.shift();
    if (first) yield await first;
  }
  for (const work of working) yield await work;
}
