import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { createTestRunContext, runTask } from '@batuta/plugin-sdk'
import type { TaskDefinition, TestResult, TestRun, ValueMap } from '@batuta/plugin-sdk'

export async function openTestRun(t: TestContext): Promise<TestRun> {
  const run = await createTestRunContext()
  t.after(() => run.close())
  return run
}

/** Runs a conversion of a file that holds the source. */
export async function convert(
  run: TestRun,
  task: unknown,
  source: string | Uint8Array,
  properties: ValueMap = {},
): Promise<TestResult> {
  const from = await run.ctx.files.put(source, { extension: '.x' })
  return await runTask(task as TaskDefinition, { from, ...properties }, run)
}

export async function bytesOf(run: TestRun, { outputs, message }: TestResult): Promise<Buffer> {
  assert.equal(message, undefined)
  return await bytesAt(run, String(outputs['uri']))
}

export async function bytesAt(run: TestRun, uri: string): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of await run.ctx.files.open(uri)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

export async function textOf(run: TestRun, result: TestResult): Promise<string> {
  return (await bytesOf(run, result)).toString('utf8')
}
