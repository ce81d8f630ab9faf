// Which store the servers of a suite keep all in, out of the arguments of its command.
const STORES = ['sqlite', 'postgres']

/** `--store NAME`, and the arguments without it; undefined when it is not among them. */
export function takeStore(given) {
  const at = given.indexOf('--store')
  if (at === -1) return { store: undefined, rest: given }
  const store = given[at + 1]
  if (!STORES.includes(store))
    throw new Error(
      `--store is followed by ${STORES.join(' or ')}, not by ${store === undefined ? 'nothing' : `"${store}"`}`,
    )
  return { store, rest: given.toSpliced(at, 2) }
}
