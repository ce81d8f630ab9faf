// What the server runs while it is killed: short flows that end in one commit, and flows that wait for scripts, timers, children.
export interface TortureFlow {
  readonly id: string
  /** Who starts it: those who go on at once, those who wait in between, or only another flow. */
  readonly pace: 'quick' | 'patient' | 'never'
  readonly source: string
}

const LOG = 'io.kestra.plugin.core.log.Log'
const RETURN = 'io.kestra.plugin.core.debug.Return'
const WEBHOOK = `triggers:
  - id: webhook
    type: io.kestra.plugin.core.trigger.Webhook
    key: torture
`

/** What a script says before it ends well, and the flows that have one. */
export const SLEEPER_WORDS = 'the sleeper has slept'
export const SLEEPERS: readonly string[] = ['script', 'child']

/** `mark` is in the environment of every script, so that we find those that outlive their server. */
export function tortureFlows(mark: string, folder: string): readonly TortureFlow[] {
  return [
    { id: 'inline', pace: 'quick', source: inlineFlow() },
    { id: 'loop', pace: 'patient', source: loopFlow() },
    { id: 'retry', pace: 'patient', source: retryFlow() },
    { id: 'script', pace: 'patient', source: scriptFlow(mark, folder) },
    { id: 'parent', pace: 'patient', source: parentFlow() },
    { id: 'child', pace: 'never', source: childFlow(mark, folder) },
  ]
}

/** As in Benchmark 1, with the token of the call as input. */
function inlineFlow(): string {
  return `id: inline
namespace: torture
inputs:
  - id: name
    type: STRING
    defaults: World
tasks:
  - id: message
    type: io.kestra.plugin.core.output.OutputValues
    values:
      message: "Hello {{ inputs.name }}"
  - id: token
    type: ${RETURN}
    format: "{{ trigger.body.token }}"
  - id: log
    type: ${LOG}
    message: "{{ outputs.message.values.message }}"
${WEBHOOK}`
}

/** More events than one turn may have: it goes on over several commits. */
function loopFlow(): string {
  return `id: loop
namespace: torture
tasks:
  - id: each
    type: io.kestra.plugin.core.flow.ForEach
    values: "{{ range(1, 150) }}"
    concurrencyLimit: 0
    tasks:
      - id: one
        type: ${RETURN}
        format: "{{ taskrun.value }}"
  - id: token
    type: ${RETURN}
    format: "{{ trigger.body.token }}"
${WEBHOOK}`
}

/** Fails twice and waits for its timer in between. */
function retryFlow(): string {
  return `id: retry
namespace: torture
tasks:
  - id: token
    type: ${RETURN}
    format: "{{ trigger.body.token }}"
  - id: third
    type: io.kestra.plugin.core.execution.Fail
    condition: "{{ taskrun.attemptsCount < 2 }}"
    retry:
      type: constant
      interval: PT0.2S
      maxAttempts: 5
${WEBHOOK}`
}

function scriptFlow(mark: string, folder: string): string {
  return `id: script
namespace: torture
tasks:
  - id: token
    type: ${RETURN}
    format: "{{ trigger.body.token }}"
${scriptTask('sleeper', mark, folder)}
  - id: after
    type: ${LOG}
    message: "{{ outputs.sleeper.vars.said }}"
${WEBHOOK}`
}

function parentFlow(): string {
  return `id: parent
namespace: torture
tasks:
  - id: token
    type: ${RETURN}
    format: "{{ trigger.body.token }}"
  - id: call
    type: io.kestra.plugin.core.flow.Subflow
    namespace: torture
    flowId: child
    wait: true
  - id: after
    type: ${LOG}
    message: "{{ outputs.call.executionId }}"
${WEBHOOK}`
}

function childFlow(mark: string, folder: string): string {
  return `id: child
namespace: torture
tasks:
${scriptTask('sleeper', mark, folder)}
`
}

/** Holds a lock as long as it lives: a second attempt that begins while the first still runs is told in the file of overlaps. */
function scriptTask(id: string, mark: string, folder: string): string {
  return `  - id: ${id}
    type: io.kestra.plugin.scripts.shell.Script
    taskRunner:
      type: io.kestra.plugin.core.runner.Process
    env:
      TORTURE_MARK: "${mark}"
    script: |
      exec 9>"${folder}/lock-{{ taskrun.id }}"
      flock -n 9 || echo "{{ taskrun.id }}" >> "${folder}/overlaps"
      sleep 0.3
      echo '${SLEEPER_WORDS}'
      echo '::{"outputs":{"said":"done"}}::'`
}
