// batuta plan FILE: says what an execution of a flow would do, without running anything and without a server.
import {
  createCatalogue,
  checkFlow,
  forecast,
  isMap,
  jsonText,
  mapEntries,
  printValue,
  TOUCH_KINDS,
  writeYaml,
} from '@batuta/core'
import type { Forecast, ForecastTask, Outlook, TouchKind, Value } from '@batuta/core'
import { CommandError, EXIT, type ExitCode } from '../exit-code.ts'
import { readFlowSources } from '../flow-sources.ts'
import { nowMs } from '../platform/clock.ts'
import { printJson, printLine } from '../print.ts'
import { readInputs } from '../read-inputs.ts'

export interface FlowPlanOptions {
  readonly inputs: readonly string[]
  /** The name that `flow run` has for them. */
  readonly input: readonly string[]
  readonly json?: boolean
}

const ENV_PREFIX = 'ENV_'

export async function flowPlan(file: string, options: FlowPlanOptions): Promise<ExitCode> {
  const [document] = await readFlowSources([file])
  if (document === undefined) throw new CommandError(EXIT.usage, `no flow was found in ${file}`)
  const { flow, diagnostics } = checkFlow(document.source, { catalogue: createCatalogue() })
  if (flow === undefined) {
    const errors = diagnostics.filter(({ severity }) => severity === 'error')
    throw new CommandError(
      EXIT.failed,
      `${file} is no valid flow`,
      errors.map(({ line = 1, column = 1, message }) => `${file}:${line + document.linesBefore}:${column}: ${message}`),
    )
  }
  const { timeZone, locale } = new Intl.DateTimeFormat().resolvedOptions()
  const plan = forecast(flow, {
    inputs: await inputsOf([...options.inputs, ...options.input]),
    nowMs: nowMs(),
    zone: timeZone,
    locale,
    configuredRoots: new Map([['envs', environment()]]),
  })
  if (options.json) printJson(documentOf(plan))
  else for (const line of linesOf(plan)) printLine(line)
  return plan.problems.length > 0 ? EXIT.failed : EXIT.ok
}

function environment(): Value {
  const names = Object.entries(process.env).flatMap(([name, value]) =>
    name.startsWith(ENV_PREFIX) && value !== undefined
      ? [[name.slice(ENV_PREFIX.length).toLowerCase(), value] as const]
      : [],
  )
  return Object.fromEntries(names)
}

/** As for a start; of a file only its name is known. */
async function inputsOf(given: readonly string[]): Promise<Record<string, Value>> {
  const form = await readInputs(given)
  const inputs: Record<string, Value> = {}
  for (const [name, value] of form?.entries() ?? []) inputs[name] = typeof value === 'string' ? value : value.name
  return inputs
}

/** Values of the language as plain JSON. */
function documentOf(plan: Forecast): unknown {
  const { inputs, tasks, ...rest } = plan
  return {
    ...rest,
    inputs: inputs.map(input => ({ ...input, value: plainOf(input.value) })),
    tasks: tasks.map(task => ({ ...task, properties: plainOf(task.properties) })),
  }
}

function plainOf(value: Value): unknown {
  return JSON.parse(jsonText(value))
}

const MARKS: Readonly<Record<Outlook, string>> = {
  runs: '●',
  'may-run': '?',
  skipped: '–',
  'on-failure': '!',
  always: '●',
  after: '●',
}
const SAID: Readonly<Record<Outlook, string>> = {
  runs: '',
  'may-run': 'may run',
  skipped: 'is skipped',
  'on-failure': 'runs on failure',
  always: 'runs in the end, whatever happens',
  after: 'runs when the execution has ended',
}
const HEADS: Readonly<Record<TouchKind, string>> = {
  host: 'Hosts',
  table: 'Tables',
  file: 'Files',
  secret: 'Secrets',
  key: 'Keys',
  subflow: 'Flows',
  script: 'Scripts',
}

function linesOf(plan: Forecast): readonly string[] {
  const lines = [`${plan.namespace}.${plan.flowId}`]
  for (const problem of plan.problems) lines.push(`  ✗ ${problem}`)
  if (plan.inputs.length > 0) lines.push('', 'Inputs')
  for (const { id, value, isDefault } of plan.inputs)
    lines.push(`  ${id}: ${shown(value)}${isDefault ? '  (default)' : ''}`)
  lines.push('', 'Tasks')
  for (const task of plan.tasks) lines.push(...linesOfTask(task))
  lines.push(...linesOfTouches(plan))
  return lines
}

function linesOfTask({
  id,
  type,
  depth,
  outlook,
  reasons,
  properties,
  unknown,
  problems,
}: ForecastTask): readonly string[] {
  const indent = '  '.repeat(depth + 1)
  const why = [SAID[outlook], ...reasons].filter(text => text !== '').join('; ')
  const head = `${indent}${MARKS[outlook]} ${id}  ${type.replace('io.kestra.plugin.', '')}${why === '' ? '' : `  – ${why}`}`
  if (outlook === 'skipped') return [head]
  const rows = Array.from(
    mapEntries(properties),
    ([key, value]) => `${indent}    ${key}: ${shown(value, `${indent}    `)}`,
  )
  const open = unknown.length === 0 ? [] : [`${indent}    not known yet: ${unknown.join(', ')}`]
  return [head, ...rows, ...open, ...problems.map(problem => `${indent}    ✗ ${problem}`)]
}

function linesOfTouches({ touches }: Forecast): readonly string[] {
  if (touches.length === 0) return ['', 'Nothing outside of the engine would be touched, as far as can be seen.']
  const lines = ['', 'Would be touched']
  for (const kind of TOUCH_KINDS) {
    const those = touches.filter(touch => touch.kind === kind)
    if (those.length > 0) lines.push(`  ${HEADS[kind]}`)
    for (const { name, access, tasks } of those)
      lines.push(`    ${name}${access === undefined ? '' : ` (${access})`}  by ${tasks.join(', ')}`)
  }
  return lines
}

function shown(value: Value, indent = ''): string {
  if (typeof value === 'string') return value.includes('\n') ? `|\n${inner(value, indent)}` : value
  if (value === null || typeof value !== 'object') return printValue(value)
  const text = jsonText(value)
  return text.length <= 100 || !isMap(value) ? text : `\n${inner(writeYaml(value), indent)}`
}

function inner(text: string, indent: string): string {
  return text
    .trimEnd()
    .split('\n')
    .map(line => `${indent}  ${line}`)
    .join('\n')
}
