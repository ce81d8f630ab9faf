import { askAgainUntil, defineTask, p, TaskError } from '@batuta/plugin-sdk'
import { fivetranProperties, openFivetran, timeOf } from './open-fivetran.ts'

const TYPE = 'io.kestra.plugin.fivetran.connectors.Sync'

export const connectorSync = defineTask({
  type: TYPE,
  title: 'Sync a connector of Fivetran.',
  description:
    'Unless told otherwise the task waits for the end of the sync and ends as it does. A task that is stopped leaves the sync to itself.',
  properties: {
    ...fivetranProperties,
    connectorId: p.string().dynamic().required().group('main').title('The connector.'),
    force: p.boolean().dynamic().default(false).title('Stop a sync that runs, and begin anew.'),
    wait: p.boolean().dynamic().default(true).title('Wait for its end.'),
    maxDuration: p.duration().dynamic().default('PT60M').title('How long to wait for its end.'),
    pollFrequency: p.duration().dynamic().default('PT5S').group('advanced').title('How often it is looked at.'),
  },
  examples: [
    {
      title: 'Load what is new, and go on with it.',
      full: true,
      code: `id: fivetran
namespace: company.team

tasks:
  - id: sync
    type: ${TYPE}
    apiKey: "{{ secret('FIVETRAN_KEY') }}"
    apiSecret: "{{ secret('FIVETRAN_SECRET') }}"
    connectorId: speak_inexpensive
`,
    },
  ],
  async run(ctx, props) {
    const fivetran = await openFivetran(ctx, props)
    const id = (await props.connectorId.render()).trim()
    const before = await fivetran.find(id)
    await fivetran.sync(id, await props.force.render())
    ctx.logger.info(`the sync of ${id} has begun`)
    if (!(await props.wait.render())) return
    const { hasFailed, failedAt } = await askAgainUntil(ctx, {
      ask: async () => {
        const now = await fivetran.find(id)
        return timeOf(now.completedDate) > timeOf(before.completedDate) ? now : undefined
      },
      everyMs: await props.pollFrequency.render(),
      atMostMs: await props.maxDuration.render(),
      what: `the sync of the connector ${id}`,
    })
    if (hasFailed)
      throw new TaskError(`the sync of the connector ${id} failed at ${failedAt}: Fivetran's page says why`)
  },
})
