import { stat } from 'node:fs/promises'
import { definePollingTrigger, p } from '@batuta/plugin-sdk'

export const fileTrigger = definePollingTrigger({
  type: '__TYPE__.FileTrigger',
  title: 'Start an execution while a file of the server is there.',
  description:
    'Looked at every `interval`. Give undefined when there is nothing to start for, else the variables of `trigger`.',
  properties: {
    interval: p.duration().default('PT1M').group('execution').title('How often is looked.'),
    path: p.string().dynamic().required().group('main').title('Path of the file.'),
  },
  outputs: [
    { name: 'path', type: 'string' },
    { name: 'size', type: 'long', description: 'Bytes.' },
  ],
  examples: [
    {
      title: 'Wait for a report.',
      full: true,
      code: `id: on_report
namespace: company.team
triggers:
  - id: report
    type: __TYPE__.FileTrigger
    path: /data/report.csv
tasks:
  - id: greet
    type: __TYPE__.Greet
    name: "{{ trigger.path }}"
`,
    },
  ],
  async evaluate(_ctx, props) {
    const path = await props.path.render()
    const found = await stat(path).catch(() => undefined)
    return found === undefined ? undefined : { path, size: found.size }
  },
})
