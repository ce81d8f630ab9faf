import { defineTask, isList, isMap, isTruthyText, mapGet, p, printValue } from '@batuta/plugin-sdk'
import type { Value } from '@batuta/plugin-sdk'
import { momentOf } from './moments.ts'

export const countExecutions = defineTask({
  type: 'io.kestra.plugin.core.execution.Count',
  aliases: ['io.kestra.core.tasks.executions.Counts'],
  title: 'Count executions of flows, and keep the flows for which an expression holds.',
  properties: {
    flows: p
      .list(p.object({ namespace: p.string().dynamic().required(), flowId: p.string().dynamic().required() }))
      .group('main')
      .title('Of these flows.'),
    namespaces: p.list(p.string()).dynamic().title('Of all flows of these namespaces, counted together.'),
    states: p.list(p.string()).dynamic().title('In these states; in any without it.'),
    startDate: p.string().dynamic().required().group('main').title('Begun from this moment on.'),
    endDate: p.string().dynamic().title('Begun up to this moment.'),
    expression: p
      .string()
      .dynamic()
      .required()
      .group('main')
      .title('Rendered for each flow, with its `count`; flows for which it is false are left out.'),
  },
  outputs: [
    { name: 'results', type: 'Result{namespace, flowId, count}[]', description: 'The flows that are left.' },
    { name: 'total', type: 'long', description: 'Of these flows together.' },
  ],
  examples: [
    {
      title: 'Which of them has not run today?',
      code: 'flows:\n  - {namespace: company.team, flowId: nightly}\nstartDate: "{{ now() | dateAdd(-1, \'DAYS\') }}"\nexpression: "{{ count == 0 }}"',
    },
  ],
  async run(ctx, props) {
    const flows = (await props.flows.render()) ?? []
    const expression = String(props.expression.raw ?? '')
    const counts = await ctx.ports.ask('executions.count', {
      flows: flows.map(({ namespace, flowId }) => ({ namespace, flowId })),
      namespaces: (await props.namespaces.render()) ?? null,
      states: (await props.states.render()) ?? null,
      fromMs: momentOf(await props.startDate.render(), 'startDate'),
      toMs: momentOf(await props.endDate.render(), 'endDate'),
    })
    const results: Value[] = []
    let total = 0
    for (const row of isList(counts) ? counts : []) {
      const count = row !== null && typeof row === 'object' && isMap(row) ? (mapGet(row, 'count') ?? 0) : 0
      if (!isTruthyText((await ctx.renderText(expression, { count })).trim())) continue
      results.push(row)
      total += Number(printValue(count))
    }
    ctx.metrics.counter('total', total)
    return { results, total }
  },
})
