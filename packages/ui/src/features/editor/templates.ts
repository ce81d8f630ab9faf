// What a new flow can begin with. All of them run as they are.
export interface Template {
  readonly id: string
  readonly title: string
  readonly source: string
}

const HEAD = 'namespace: company.team\n'

export const TEMPLATES: readonly Template[] = [
  {
    id: 'hello',
    title: 'Hello, world',
    source: `id: my_flow
${HEAD}
tasks:
  - id: hello
    type: io.kestra.plugin.core.log.Log
    message: Hello, world!
`,
  },
  {
    id: 'inputs',
    title: 'Inputs and outputs',
    source: `id: my_flow
${HEAD}
inputs:
  - id: name
    type: STRING
    defaults: Ada

tasks:
  - id: greet
    type: io.kestra.plugin.core.debug.Return
    format: "Hello, {{ inputs.name }}!"
  - id: show
    type: io.kestra.plugin.core.log.Log
    message: "{{ outputs.greet.value }}"

outputs:
  - id: greeting
    type: STRING
    value: "{{ outputs.greet.value }}"
`,
  },
  {
    id: 'parallel',
    title: 'In parallel, then together',
    source: `id: my_flow
${HEAD}
tasks:
  - id: both
    type: io.kestra.plugin.core.flow.Parallel
    tasks:
      - id: left
        type: io.kestra.plugin.core.debug.Return
        format: left
      - id: right
        type: io.kestra.plugin.core.debug.Return
        format: right
  - id: together
    type: io.kestra.plugin.core.log.Log
    message: "{{ outputs.left.value }} and {{ outputs.right.value }}"
`,
  },
  {
    id: 'schedule',
    title: 'On a schedule, with an alarm',
    source: `id: my_flow
${HEAD}
tasks:
  - id: work
    type: io.kestra.plugin.core.log.Log
    message: "It is {{ trigger.date ?? now() }}."

errors:
  - id: alarm
    type: io.kestra.plugin.core.log.Log
    level: ERROR
    message: "{{ flow.id }} has failed."

triggers:
  - id: every_morning
    type: io.kestra.plugin.core.trigger.Schedule
    cron: "0 6 * * *"
`,
  },
  { id: 'empty', title: 'An empty text', source: '' },
]
