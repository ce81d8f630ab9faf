import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { createTestRunContext, runTask } from '@batuta/plugin-sdk'
import type { TestOptions, TestResult, TestRun, ValueMap } from '@batuta/plugin-sdk'
import { tasks } from '../index.ts'

export async function openRun(t: TestContext, options: TestOptions = {}): Promise<TestRun> {
  const run = await createTestRunContext(options)
  t.after(() => run.close())
  return run
}

/** `shell.Script`, `python.Commands` … in a run of its own. */
export async function runType(
  t: TestContext,
  type: string,
  properties: ValueMap,
  options: TestOptions = {},
): Promise<TestResult & { readonly run: TestRun; readonly lines: readonly string[] }> {
  const run = await openRun(t, options)
  const task = tasks.find(each => each.type === `io.kestra.plugin.scripts.${type}`)
  assert.ok(task, type)
  const result = await runTask(task, properties, run)
  return { ...result, run, lines: result.logs.map(line => `${line.level} ${line.message}`) }
}

export function filesOf(result: TestResult): Readonly<Record<string, string>> {
  return result.outputs['outputFiles'] as Readonly<Record<string, string>>
}
