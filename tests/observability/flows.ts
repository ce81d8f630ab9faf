// Flows of which everything that is measured happens: inline tasks, scripts, failures, subflows, a schedule, a webhook.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const FLOWS: Readonly<Record<string, string>> = {
  good: `
id: good
namespace: company.team
tasks:
  - id: say
    type: io.kestra.plugin.core.log.Log
    message: hello
  - id: script
    type: io.kestra.plugin.scripts.shell.Commands
    taskRunner: { type: io.kestra.plugin.core.runner.Process }
    commands: ["echo traced $TRACEPARENT"]
triggers:
  - id: door
    type: io.kestra.plugin.core.trigger.Webhook
    key: knock
`,
  bad: `
id: bad
namespace: company.team
tasks:
  - id: fail
    type: io.kestra.plugin.core.execution.Fail
`,
  parent: `
id: parent
namespace: company
tasks:
  - id: call
    type: io.kestra.plugin.core.flow.Subflow
    namespace: company.team
    flowId: good
    wait: true
`,
  clock: `
id: clock
namespace: company
tasks:
  - id: tick
    type: io.kestra.plugin.core.log.Log
    message: tick
triggers:
  - id: every-second
    type: io.kestra.plugin.core.trigger.Schedule
    withSeconds: true
    cron: "* * * * * *"
`,
}

export function writeFlows(folder: string): void {
  mkdirSync(join(folder, 'flows'), { recursive: true })
  for (const [id, source] of Object.entries(FLOWS)) writeFileSync(join(folder, 'flows', `${id}.yaml`), source)
}

/** One of each, and a path that is not there. */
export async function makeLoad(address: string, headers: Readonly<Record<string, string>> = {}): Promise<void> {
  const api = `${address}/api/v1/main`
  const start = async (flow: string): Promise<void> => {
    const body = new FormData()
    body.append('unused', '1')
    await (await fetch(`${api}/executions/${flow}`, { method: 'POST', body, headers })).arrayBuffer()
  }
  await start('company.team/good')
  await start('company.team/bad')
  await start('company/parent')
  await (await fetch(`${api}/executions/webhook/company.team/good/knock`, { method: 'POST', headers })).arrayBuffer()
  await (await fetch(`${address}/nothing`)).arrayBuffer()
}
