// What the stream tells of task runs, put into what was read of them.

interface Run {
  readonly id: string
  readonly parentTaskRunId?: string | undefined
}

interface Runs<R extends Run> {
  readonly runs: readonly R[]
  readonly isWhole: boolean
  readonly total: number
}

/** A run that outgrows what is read whole keeps those of the flow itself, as if it had been read now: a page stays as large as it is. */
export function mergeRuns<R extends Run>(
  before: Runs<R>,
  told: readonly R[],
  { wholeMax }: { readonly wholeMax: number },
): Runs<R> {
  const isRoot = ({ parentTaskRunId }: R): boolean => parentTaskRunId === undefined
  const runs = mergeById(before.runs, told, run => before.isWhole || isRoot(run))
  const total = Math.max(before.total, runs.length)
  const isTooLarge = before.isWhole && runs.length > wholeMax
  return isTooLarge ? { runs: runs.filter(isRoot), isWhole: false, total } : { ...before, runs, total }
}

export function mergeById<R extends Run>(
  before: readonly R[],
  told: readonly R[],
  isTakenIn: (run: R) => boolean,
): readonly R[] {
  const changed = new Map(told.map(run => [run.id, run]))
  const known = new Set(before.map(({ id }) => id))
  return [...before.map(run => changed.get(run.id) ?? run), ...told.filter(run => !known.has(run.id) && isTakenIn(run))]
}
