// The pattern of all `…Execution` types: the facts of an execution become a message of the service, unless the author brings a template or a payload.
import { isStorageUri, TaskError } from '@batuta/plugin-sdk'
import type { Example, LazyProperties, LazyProperty, RunContext } from '@batuta/plugin-sdk'
import { renderFacts, type executionProperties, type ExecutionFacts } from './execution-facts.ts'
import { checkedJson } from './send-json.ts'

type ExecutionPart = LazyProperties<typeof executionProperties> & {
  readonly payload?: LazyProperty<string | undefined>
}

interface Telling {
  /** The built-in message, with what the author said of it. */
  message(facts: ExecutionFacts): Promise<unknown>
  send(body: unknown): Promise<unknown>
}

export async function tellExecution(ctx: RunContext, props: ExecutionPart, telling: Telling): Promise<void> {
  const facts = await renderFacts(ctx, props)
  const payload = await props.payload?.render(facts.scope)
  const written = payload ?? (await renderTemplate(ctx, facts, props.templateUri))
  await telling.send(written === undefined ? await telling.message(facts) : checkedJson(written))
}

/** Undefined where the built-in message is meant, be it by the name that Kestra gives it. */
export async function renderTemplate(
  ctx: RunContext,
  { scope }: Pick<ExecutionFacts, 'scope'>,
  templateUri: LazyProperty<string | undefined>,
): Promise<string | undefined> {
  const uri = (await templateUri.render())?.trim() ?? ''
  if (isStorageUri(uri)) return await ctx.renderText(await ctx.files.readText(uri), scope)
  if (uri === '' || /^[\w.-]+\.(?:peb|hbs)$/.test(uri)) return undefined
  throw new TaskError(`property "templateUri" must be the URI of a stored file, not "${uri}"`)
}

export const ABOUT_EXECUTION =
  'The message names the namespace, the flow, the execution, its state, its duration, the last task and the first one that failed, with a link. ' +
  'Use it in `errors` of a flow, or in a flow of its own that a Flow trigger starts for many others.'

/** With the lines that a task needs beside its type. */
export function executionExamples(type: string, lines: string): readonly Example[] {
  return [
    { title: 'Tell about every flow of a namespace that fails.', full: true, code: watchExample(type, lines) },
    { title: 'Tell when this flow fails.', full: true, code: ownExample(type, lines) },
  ]
}

export function taskExample(title: string, type: string, lines: string): Example {
  const code = `id: tell\nnamespace: company.team\n\ntasks:\n  - id: tell\n    type: ${type}\n${indented(lines)}\n`
  return { title, full: true, code }
}

function watchExample(type: string, lines: string): string {
  return `id: alert
namespace: company.monitoring

tasks:
  - id: tell
    type: ${type}
${indented(lines)}
    executionId: "{{ trigger.executionId }}"
    customFields:
      team: data

triggers:
  - id: on_failure
    type: io.kestra.plugin.core.trigger.Flow
    conditions:
      - type: io.kestra.plugin.core.condition.ExecutionStatus
        in: [FAILED, WARNING]
      - type: io.kestra.plugin.core.condition.ExecutionNamespace
        namespace: company.data
        prefix: true
`
}

function ownExample(type: string, lines: string): string {
  return `id: nightly
namespace: company.team

tasks:
  - id: work
    type: io.kestra.plugin.core.execution.Fail

errors:
  - id: tell
    type: ${type}
${indented(lines)}
`
}

function indented(text: string): string {
  return text.replace(/^(?=.)/gm, '    ')
}
