// batuta test record EXECUTION: makes a suite of flow tests of an execution, with what its tasks put out as fixtures.
import { writeFile } from 'node:fs/promises'
import type { ExecutionDocument } from '@batuta/api'
import {
  createCatalogue,
  fromPlain,
  isMap,
  parseFlow,
  recordTest,
  type RecordedExecution,
  type ValueMap,
} from '@batuta/core'
import { connect } from '../connect.ts'
import { CommandError, EXIT, type ExitCode } from '../exit-code.ts'
import type { GlobalOptions } from '../global-options.ts'
import { remark } from '../print.ts'

export interface TestRecordOptions extends GlobalOptions {
  readonly output?: string
}

export async function testRecord(executionId: string, options: TestRecordOptions): Promise<ExitCode> {
  const client = connect(options)
  const execution = await client.executions.get({ params: { executionId } })
  const { namespace, flowId: id, flowRevision: revision } = execution
  const document = await client.flows.get({
    params: { namespace, id },
    query: { source: true, revision, allowDeleted: true },
  })
  const catalogue = createCatalogue()
  const { flow } = parseFlow(document.source ?? '', { catalogue })
  if (flow === undefined) throw new CommandError(EXIT.refused, `the flow ${namespace}.${id} cannot be read any more`)
  const suite = recordTest(recordedOf(execution), flow, catalogue)
  if (options.output === undefined) process.stdout.write(suite)
  else {
    await writeFile(options.output, suite)
    remark(`wrote ${options.output}; run it with "batuta test ${options.output} --flows FOLDER"`)
  }
  return EXIT.ok
}

function recordedOf({ id, state, inputs, outputs, trigger, taskRunList = [] }: ExecutionDocument): RecordedExecution {
  return {
    id,
    state: state.current,
    inputs: mapOf(inputs),
    outputs: mapOf(outputs),
    ...(trigger && { trigger: { id: trigger.id, type: trigger.type, variables: mapOf(trigger.variables) } }),
    runs: taskRunList.map(run => ({
      id: run.id,
      taskId: run.taskId,
      state: run.state.current,
      attempts: run.attempts?.map(attempt => attempt.state.current) ?? [],
      outputs: mapOf(run.outputs),
      ...(run.parentTaskRunId !== undefined && { parentId: run.parentTaskRunId }),
      ...(run.value !== undefined && { value: run.value }),
    })),
  }
}

function mapOf(document: unknown): ValueMap {
  const value = fromPlain(document ?? {})
  return isMap(value) ? value : {}
}
