// batuta execution get ID: where an execution stands. The exit code says only whether it is there.
import { connect } from '../connect.ts'
import { elapsedOf } from '../elapsed.ts'
import { summarize } from '../execution-summary.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import type { GlobalOptions } from '../global-options.ts'
import { printJson, printLine, printTable } from '../print.ts'
import { nameOf } from '../view/plain-view.ts'

export async function executionGet(executionId: string, options: GlobalOptions): Promise<ExitCode> {
  const execution = await connect(options).executions.get({ params: { executionId } })
  if (options.json) {
    printJson(execution)
    return EXIT.ok
  }
  for (const line of summarize(execution)) printLine(line)
  const { taskRunList: runs = [] } = execution
  if (runs.length > 0) {
    printLine()
    const rowOf = (run: (typeof runs)[number]): string[] => [
      nameOf(run),
      run.state.current,
      elapsedOf(run.state),
      run.id,
    ]
    printTable(['TASK', 'STATE', 'TIME', 'TASK RUN'], runs.map(rowOf))
  }
  return EXIT.ok
}
