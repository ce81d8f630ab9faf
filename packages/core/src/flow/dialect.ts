// Which grammar a flow is written in. Dialect 1 is Kestra 0.20 to 1.3, dialect 2 is Kestra 2.0 and what Batuta adds to it. Any construct
// that only 2 has makes it 2; the label `dialect` decides over that. A flow that mixes both is told so.
import type { Dialect, Label } from './flow.ts'
import { report } from './reading.ts'
import type { DialectMark, Reading } from './reading.ts'

const CORE = 'io.kestra.plugin.core.'
const ONLY_IN_1: ReadonlySet<string> = new Set(
  [
    ...['flow.ForEach', 'flow.ForEachItem', 'flow.EachSequential', 'flow.EachParallel', 'flow.Template'],
    ...['trigger.Toggle', 'execution.Resume', 'execution.Count'],
  ].map(name => CORE + name),
)
const ONLY_IN_2: ReadonlySet<string> = new Set(
  ['flow.Loop', 'flow.Approval', 'flow.Wait', 'execution.Kill', 'trigger.McpToolTrigger', 'trigger.BatchWebhook'].map(
    name => CORE + name,
  ),
)

/** The dialect to which a type binds its flow, if any. */
export function dialectOfType(type: string): Dialect | undefined {
  if (ONLY_IN_1.has(type)) return 1
  return ONLY_IN_2.has(type) ? 2 : undefined
}

/** Decides the dialect; `required` is the one that the caller insists on, whose missing constructs are then errors. */
export function decideDialect(reading: Reading, labels: readonly Label[], required?: Dialect): Dialect {
  const marks = reading.dialectMarks
  const label = labels.find(({ key }) => key === 'dialect')?.value
  const labelled = label === '1' || label === '2' ? label : undefined
  const first2 = marks.find(({ dialect }) => dialect === 2)
  const decided: Dialect =
    labelled === undefined ? (first2 === undefined ? (required ?? 1) : 2) : labelled === '1' ? 1 : 2
  if (required !== undefined) reportForeign(reading, required)
  else reportMix(reading, decided)
  return required ?? decided
}

function reportForeign(reading: Reading, required: Dialect): void {
  for (const found of reading.dialectMarks) {
    if (found.dialect === required) continue
    const message =
      required === 2
        ? `Dialect 2 no longer has ${found.what}.`
        : `Dialect 1 does not have ${found.what} yet; leave the choice of the dialect to the flow.`
    const code = found.path.endsWith('.type') ? 'removed-type' : 'wrong-dialect'
    report(reading, { severity: 'error', code, message, path: found.path, offset: found.offset })
  }
}

/** Both at once work, since 2 is read as a superset; but the author should know which meaning applies. */
function reportMix(reading: Reading, decided: Dialect): void {
  const foreign = reading.dialectMarks.find(({ dialect }) => dialect !== decided)
  const own = reading.dialectMarks.find(({ dialect }) => dialect === decided)
  if (foreign === undefined || own === undefined) return
  const message =
    `The flow mixes two dialects: ${describe(own)} and ${describe(foreign)}; it is read as dialect ${decided}. ` +
    'Set the label `dialect` to choose the other.'
  report(reading, { severity: 'warning', code: 'mixed-dialects', message, path: foreign.path, offset: foreign.offset })
}

function describe({ what, dialect, path }: DialectMark): string {
  return `${what} (dialect ${dialect}, at ${path})`
}
