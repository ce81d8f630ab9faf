// batuta flow test FILE [NAME VALUE…]: runs one flow in memory, with these inputs, and tells how it went. Its tasks run for real; nothing is kept.
import { isMap, mapGet, parseYaml, fromPlain, writeYaml } from '@batuta/core'
import { CommandError, EXIT, type ExitCode } from '../exit-code.ts'
import { readFlowSources } from '../flow-sources.ts'
import type { GlobalOptions } from '../global-options.ts'
import { printJson, printLine } from '../print.ts'

export async function flowTry([file = '', ...given]: readonly string[], options: GlobalOptions): Promise<ExitCode> {
  if (given.length % 2 !== 0)
    throw new CommandError(EXIT.usage, `the input "${given.at(-1)}" has no value: write NAME VALUE for each`)
  const documents = await readFlowSources([file])
  const { value } = parseYaml(documents[0]?.source ?? '')
  if (value === undefined || !isMap(value)) throw new CommandError(EXIT.failed, `${file} is no YAML of a flow`)
  const inputs = Object.fromEntries(
    Array.from({ length: given.length / 2 }, (_, at) => [given[2 * at] ?? '', given[2 * at + 1] ?? '']),
  )
  const suite = fromPlain({
    id: 'run',
    namespace: String(mapGet(value, 'namespace')),
    flowId: String(mapGet(value, 'id')),
    // No wish but that it ends well.
    testCases: [
      { id: 'run', type: 'io.kestra.core.tests.flow.UnitTest', fixtures: { inputs }, expectedState: 'SUCCESS' },
    ],
  })
  const { rehearse } = await import('@batuta/server')
  const [result] = await rehearse({
    documents: [...documents, { file: 'run.yaml', source: writeYaml(suite), linesBefore: 0 }],
    isIsolated: false,
  })
  const [ran] = result?.cases ?? []
  const problems = [...(result?.problems ?? []), ...(ran?.errors ?? [])]
  const state = ran?.executionState ?? 'not run'
  if (options.json) printJson({ state, problems, logs: ran?.logs ?? [], durationMs: ran?.durationMs })
  else {
    for (const line of ran?.logs ?? []) printLine(line)
    for (const problem of problems) printLine(`✗ ${problem}`)
    printLine(`${state}${ran === undefined ? '' : ` (${ran.durationMs} ms)`}`)
  }
  return ran?.state === 'SUCCESS' ? EXIT.ok : EXIT.failed
}
