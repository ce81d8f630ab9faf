// Triggers that run a script in every interval and start the flow when it ends as they wait for: with an exit code, or with a value.
import {
  bindProperties,
  definePollingTrigger,
  endingOf,
  fromPlain,
  isMap,
  jsonText,
  messageOf,
  outputsOfError,
  p,
  plainText,
  PollFound,
} from '@batuta/plugin-sdk'
import type {
  Example,
  RunContext,
  TaskDefinition,
  TaskOutputs,
  TriggerDefinition,
  Value,
  ValueMap,
} from '@batuta/plugin-sdk'
import { commandsProperty, imageProperty, indented, scriptProperty, scriptsOf } from './language.ts'

export interface TriggeredLanguage {
  readonly id: string
  readonly name: string
  readonly image: string
  readonly editor: string
  /** What runs; they bring their properties and their way. */
  readonly script: TaskDefinition
  readonly commands: TaskDefinition
  /** False where the catalogue does not demand `exitCondition`. */
  readonly isConditionRequired?: boolean
  /** A script that gives `{ "rows": 3 }`. */
  readonly example: string
}

const OUTPUTS = [
  { name: 'timestamp', type: 'datetime', description: 'When the script had ended.' },
  { name: 'condition', type: 'string', description: 'The condition that was met.' },
  { name: 'exitCode', type: 'int', description: '0 on success.' },
  { name: 'vars', type: 'map<any>', description: 'Values that the script gave: `::{"outputs":{"name":"value"}}::`.' },
] as const

const DESCRIPTION =
  'The script runs in every interval, where the installation runs its scripts. The condition `exit N` looks at the exit code; any other is a ' +
  'regular expression, or a part, of the values that the script gave, as JSON. With `edge` the flow starts when the condition becomes true, ' +
  'and not again while it stays so.'

/** `io.kestra.plugin.scripts.<id>.ScriptTrigger` and `.CommandsTrigger`. */
export function scriptTriggers(language: TriggeredLanguage): readonly TriggerDefinition[] {
  return [commandsTrigger(language), scriptTrigger(language)]
}

function scriptTrigger(language: TriggeredLanguage): TriggerDefinition {
  const { id, name, editor, script, example } = language
  const type = `${scriptsOf(id)}.ScriptTrigger`
  return definePollingTrigger({
    type,
    title: `Start the flow when a ${name} script ends as it should.`,
    description: DESCRIPTION,
    properties: {
      ...SHARED,
      containerImage: imageProperty(language.image),
      exitCondition: conditionProperty(language),
      script: scriptProperty(editor),
    },
    outputs: OUTPUTS,
    examples: [exampleOf(`${id}_script_trigger`, type, ['script: |', indented(example, 2)])],
    evaluate: (ctx, props, mark) =>
      evaluate(ctx, props, { mark, task: script, written: { script: props.script.raw ?? '', ...imageOf(props) } }),
  })
}

function commandsTrigger(language: TriggeredLanguage): TriggerDefinition {
  const { id, name, commands } = language
  const type = `${scriptsOf(id)}.CommandsTrigger`
  return definePollingTrigger({
    type,
    title: `Start the flow when commands with ${name} at hand end as they should.`,
    description: DESCRIPTION,
    properties: {
      ...SHARED,
      containerImage: imageProperty(language.image),
      exitCondition: conditionProperty(language),
      commands: commandsProperty().required(),
    },
    outputs: OUTPUTS,
    examples: [
      exampleOf(`${id}_commands_trigger`, type, [
        'commands:',
        '  - test -f /data/ready.csv',
        `  - echo '::{"outputs":{"rows":3}}::'`,
      ]),
    ],
    evaluate: (ctx, props, mark) =>
      evaluate(ctx, props, {
        mark,
        task: commands,
        written: { commands: props.commands.raw ?? [], ...imageOf(props) },
      }),
  })
}

const SHARED = {
  interval: p.duration().default('PT1M').group('execution').title('Time between two runs.'),
  edge: p
    .boolean()
    .dynamic()
    .default(true)
    .group('advanced')
    .title('Start the flow when the condition becomes true, and not again while it stays so.'),
} as const

function conditionProperty({ isConditionRequired = true }: TriggeredLanguage): ReturnType<typeof scriptProperty> {
  const condition = p
    .string()
    .dynamic()
    .group('main')
    .title('What the script must end with: `exit 0`, or a text or pattern in its values.')
  return isConditionRequired ? condition.required() : condition.default(SUCCEEDED)
}

const SUCCEEDED = 'exit 0'

interface Raw {
  readonly raw: Value | undefined
  readonly isSet: boolean
}

function imageOf({ containerImage }: { readonly containerImage: Raw }): ValueMap {
  return containerImage.isSet ? { containerImage: containerImage.raw ?? '' } : {}
}

interface Asked {
  readonly exitCondition: { render(): Promise<string> }
  readonly edge: { render(): Promise<boolean> }
}

interface Look {
  readonly task: TaskDefinition
  readonly written: ValueMap
  /** Whether the condition was met when it was looked at last: kept with the execution that it started. */
  readonly mark: Value | undefined
}

async function evaluate(ctx: RunContext, props: Asked, { task, written, mark }: Look): Promise<PollFound> {
  const condition = (await props.exitCondition.render()).trim()
  const ended = await runOnce(ctx, task, written)
  const isMet = await meets(ctx, condition, ended)
  const isNew = mark !== true || !(await props.edge.render())
  return new PollFound(isMet, isMet && isNew ? { timestamp: new Date().toISOString(), condition, ...ended } : undefined)
}

interface EndedScript {
  readonly exitCode: number
  readonly vars: ValueMap
}

/** A script that fails has ended as well; one that could not run has not. */
async function runOnce(ctx: RunContext, task: TaskDefinition, written: ValueMap): Promise<EndedScript> {
  try {
    const returned = await task.run(ctx, bindProperties(task.properties, written, ctx))
    return endedWith(endingOf(returned).outputs) ?? { exitCode: 0, vars: {} }
  } catch (error) {
    ctx.signal.throwIfAborted()
    const ended = endedWith(outputsOfError(error) ?? {})
    if (ended === undefined) throw error
    ctx.logger.debug(messageOf(error))
    return ended
  }
}

function endedWith({ exitCode, vars }: TaskOutputs): EndedScript | undefined {
  if (typeof exitCode !== 'number') return undefined
  const values = fromPlain(vars ?? {})
  return { exitCode, vars: isMap(values) ? values : {} }
}

const EXIT = /^exit\s+(\d+)$/i

async function meets(ctx: RunContext, condition: string, { exitCode, vars }: EndedScript): Promise<boolean> {
  const code = EXIT.exec(condition)?.[1]
  if (code !== undefined) return exitCode === Number(code)
  const texts = [jsonText(vars), plainText(vars)]
  if (texts.some(text => text.includes(condition))) return true
  // On the engine of the expressions, which no pattern can hang.
  const scope = { texts, condition }
  return (await ctx.renderText('{{ (texts | join("\n")) | regexMatch(condition) }}', scope)) === 'true'
}

function exampleOf(id: string, type: string, lines: readonly string[]): Example {
  const code = [
    `id: ${id}`,
    'namespace: company.team',
    'triggers:',
    '  - id: look',
    `    type: ${type}`,
    '    exitCondition: exit 0',
    '    interval: PT30S',
    ...lines.map(line => indented(line, 4)),
    'tasks:',
    '  - id: log',
    '    type: io.kestra.plugin.core.log.Log',
    '    message: "{{ trigger.vars }}"',
  ]
  return { title: 'Look every half a minute.', full: true, code: code.join('\n') }
}
