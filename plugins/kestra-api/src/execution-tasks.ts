import {
  decodeValue,
  defineTask,
  fetchRows,
  fromPlain,
  isTruthyText,
  jsonText,
  mapEntries,
  p,
  printValue,
} from '@batuta/plugin-sdk'
import type { Value } from '@batuta/plugin-sdk'
import { apiExample, apiProperties, askApi, callApi, pagesOf } from './call-api.ts'

const PREFIX = 'io.kestra.plugin.kestra.executions'

export const countTask = defineTask({
  type: `${PREFIX}.Count`,
  title: 'Count executions.',
  description: 'With an expression the count is what it is only where the expression holds, and 0 elsewhere.',
  properties: {
    ...apiProperties,
    namespaces: p.list(p.string()).dynamic().title('Of these namespaces.'),
    flowId: p.string().dynamic().title('Of this flow.'),
    states: p.list(p.string()).dynamic().title('In these states.'),
    startDate: p.string().dynamic().title('Begun from this moment on.'),
    endDate: p.string().dynamic().title('Begun up to this moment.'),
    expression: p.string().dynamic().title('Rendered with `count`.'),
  },
  outputs: [{ name: 'count', type: 'long', description: 'How many there are.' }],
  examples: [
    {
      title: 'What failed since yesterday?',
      full: true,
      code: apiExample(
        `${PREFIX}.Count`,
        'namespaces: [company.team]\nstates: [FAILED]\nstartDate: "{{ now() | dateAdd(-1, \'DAYS\') }}"',
      ),
    },
  ],
  async run(ctx, props) {
    const common = {
      flowId: await props.flowId.render(),
      state: await props.states.render(),
      startDate: await props.startDate.render(),
      endDate: await props.endDate.render(),
      size: 1,
    }
    let count = 0
    for (const namespace of (await props.namespaces.render()) ?? [undefined]) {
      const { total } = await askApi(ctx, props, { path: '/executions/search', query: { ...common, namespace } })
      count += Number(total ?? 0)
    }
    const verdict = await props.expression.render({ count })
    return { count: verdict === undefined || isTruthyText(verdict.trim()) ? count : 0 }
  },
})

export const deleteTask = defineTask({
  type: `${PREFIX}.Delete`,
  title: 'Delete an execution.',
  properties: {
    ...apiProperties,
    executionId: p.string().dynamic().required().group('main').title('The execution.'),
    deleteLogs: p.boolean().dynamic().default(true).title('With its logs.'),
    deleteMetrics: p.boolean().dynamic().default(true).title('With its metrics.'),
    deleteStorage: p.boolean().dynamic().default(true).title('With its files.'),
  },
  examples: [
    { title: 'Delete one.', full: true, code: apiExample(`${PREFIX}.Delete`, 'executionId: "{{ inputs.id }}"') },
  ],
  async run(ctx, props) {
    const query = {
      deleteLogs: await props.deleteLogs.render(),
      deleteMetrics: await props.deleteMetrics.render(),
      deleteStorage: await props.deleteStorage.render(),
    }
    await callApi(ctx, props, {
      method: 'DELETE',
      path: `/executions/${idOf(await props.executionId.render())}`,
      query,
    })
  },
})

export const killTask = defineTask({
  type: `${PREFIX}.Kill`,
  title: 'Kill an execution.',
  properties: {
    ...apiProperties,
    executionId: p.string().dynamic().required().group('main').title('The execution.'),
    propagateKill: p.boolean().dynamic().default(true).title('With all that it has started.'),
  },
  examples: [{ title: 'Kill one.', full: true, code: apiExample(`${PREFIX}.Kill`, 'executionId: "{{ inputs.id }}"') }],
  async run(ctx, props) {
    const query = { isOnKillCascade: await props.propagateKill.render() }
    await callApi(ctx, props, {
      method: 'DELETE',
      path: `/executions/${idOf(await props.executionId.render())}/kill`,
      query,
    })
  },
})

export const resumeTask = defineTask({
  type: `${PREFIX}.Resume`,
  title: 'Resume an execution that is paused.',
  properties: {
    ...apiProperties,
    executionId: p.string().dynamic().group('main').title('The execution.'),
    inputs: p.map().dynamic().title('What is answered to what it asks.'),
  },
  examples: [
    {
      title: 'Let it go on.',
      full: true,
      code: apiExample(`${PREFIX}.Resume`, 'executionId: "{{ inputs.id }}"\ninputs:\n  isApproved: true'),
    },
  ],
  async run(ctx, props) {
    const form = new FormData()
    for (const [name, value] of mapEntries((await props.inputs.render()) ?? {}))
      form.set(name, value !== null && typeof value === 'object' ? jsonText(value) : printValue(value))
    const id = (await props.executionId.render()) ?? ctx.execution.id
    await callApi(ctx, props, { method: 'POST', path: `/executions/${idOf(id)}/resume`, form })
  },
})

export const queryTask = defineTask({
  type: `${PREFIX}.Query`,
  title: 'Search executions.',
  description: 'Without `page` all that match are given.',
  properties: {
    ...apiProperties,
    page: p.integer().dynamic().title('The page, from 1 on.'),
    size: p.integer().dynamic().default(10).title('How many a page has.'),
    fetchType: p
      .enum('STORE', 'FETCH', 'FETCH_ONE', 'NONE')
      .dynamic()
      .default('STORE')
      .title('What to do with the rows.'),
    flowScopes: p.list(p.enum('USER', 'SYSTEM')).dynamic().title('Of flows of people, or of the system.'),
    namespace: p.string().dynamic().title('Of this namespace and those below.'),
    flowId: p.string().dynamic().title('Of this flow.'),
    startDate: p.string().dynamic().title('Begun from this moment on.'),
    endDate: p.string().dynamic().title('Begun up to this moment.'),
    timeRange: p.string().dynamic().title('Begun in this time before now, such as PT1H.'),
    states: p.list(p.string()).dynamic().title('In these states.'),
    labels: p.map(p.string()).dynamic().title('With these labels.'),
    triggerExecutionId: p.string().dynamic().title('Started by this execution.'),
    childFilter: p.enum('CHILD', 'MAIN').dynamic().title('Those that others started, or those that none did.'),
  },
  outputs: [
    { name: 'rows', type: 'any[]', description: 'With FETCH: the executions.' },
    { name: 'row', type: 'map<any>', description: 'With FETCH_ONE: the first.' },
    { name: 'uri', type: 'uri', description: 'With STORE: the executions, a row each.' },
    { name: 'size', type: 'long', description: 'How many there are.' },
  ],
  examples: [
    {
      title: 'What failed in the last hour?',
      full: true,
      code: apiExample(`${PREFIX}.Query`, 'namespace: company\nstates: [FAILED]\ntimeRange: PT1H\nfetchType: FETCH'),
    },
  ],
  async run(ctx, props) {
    const labels = await props.labels.render()
    const query = {
      scope: await props.flowScopes.render(),
      namespace: await props.namespace.render(),
      flowId: await props.flowId.render(),
      startDate: await props.startDate.render(),
      endDate: await props.endDate.render(),
      timeRange: await props.timeRange.render(),
      state: await props.states.render(),
      labels: labels && [...labels].map(([key, value]) => `${key}:${value}`),
      triggerExecutionId: await props.triggerExecutionId.render(),
      childFilter: await props.childFilter.render(),
    }
    const [page, size] = [await props.page.render(), await props.size.render()]
    const path = '/executions/search'
    const rows = async function* (): AsyncGenerator<Value> {
      if (page === undefined) for await (const row of pagesOf(ctx, props, { path, query })) yield fromPlain(row)
      else {
        const { text } = await callApi(ctx, props, { path, query: { ...query, page, size } })
        const { results }: { readonly results?: readonly unknown[] } = Object(JSON.parse(text))
        for (const row of results ?? []) yield decodeValue(JSON.stringify(row))
      }
    }
    return { ...(await fetchRows(ctx, rows(), await props.fetchType.render())) }
  },
})

function idOf(id: string): string {
  return encodeURIComponent(id.trim())
}
