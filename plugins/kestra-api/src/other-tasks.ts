import { defineTask, fromPlain, p, writeRows } from '@batuta/plugin-sdk'
import { apiExample, apiProperties, callApi, listFromApi, pagesOf } from './call-api.ts'

const PREFIX = 'io.kestra.plugin.kestra'

export const exportTask = defineTask({
  type: `${PREFIX}.flows.Export`,
  title: 'Export flows as a ZIP file.',
  properties: {
    ...apiProperties,
    namespace: p.string().dynamic().group('main').title('Of this namespace and those below.'),
    labels: p.list(p.string()).dynamic().title('With these labels, each as key:value.'),
  },
  outputs: [{ name: 'flowsZip', type: 'uri', description: 'The file.' }],
  examples: [
    { title: 'All flows of a company.', full: true, code: apiExample(`${PREFIX}.flows.Export`, 'namespace: company') },
  ],
  async run(ctx, props) {
    const query = { namespace: await props.namespace.render(), labels: await props.labels.render() }
    const { bytes } = await callApi(ctx, props, { path: '/flows/export/by-query', query })
    return { flowsZip: await ctx.files.put(bytes, { name: 'flows.zip' }) }
  },
})

export const exportByIdTask = defineTask({
  type: `${PREFIX}.flows.ExportById`,
  title: 'Export certain flows as a ZIP file.',
  properties: {
    ...apiProperties,
    flows: p
      .list(p.object({ id: p.string().dynamic().required(), namespace: p.string().dynamic().required() }))
      .dynamic()
      .group('main')
      .title('The flows.'),
  },
  outputs: [{ name: 'flowsZip', type: 'uri', description: 'The file.' }],
  examples: [
    {
      title: 'One flow.',
      full: true,
      code: apiExample(`${PREFIX}.flows.ExportById`, 'flows:\n  - id: load\n    namespace: company.team'),
    },
  ],
  async run(ctx, props) {
    const json = (await props.flows.render()) ?? []
    const { bytes } = await callApi(ctx, props, { method: 'POST', path: '/flows/export/by-ids', json })
    return { flowsZip: await ctx.files.put(bytes, { name: 'flows.zip' }) }
  },
})

export const listFlowsTask = defineTask({
  type: `${PREFIX}.flows.List`,
  title: 'List flows.',
  properties: { ...apiProperties, namespace: p.string().dynamic().group('main').title('Of this namespace.') },
  outputs: [{ name: 'flows', type: 'Flow[]', description: 'The flows.' }],
  examples: [
    { title: 'Of a namespace.', full: true, code: apiExample(`${PREFIX}.flows.List`, 'namespace: company.team') },
  ],
  async run(ctx, props) {
    const namespace = await props.namespace.render()
    if (namespace !== undefined)
      return { flows: await listFromApi(ctx, props, { path: `/flows/${encodeURIComponent(namespace)}` }) }
    const flows: unknown[] = []
    for await (const flow of pagesOf(ctx, props, { path: '/flows/search' })) flows.push(flow)
    return { flows }
  },
})

const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'] as const

export const fetchLogsTask = defineTask({
  type: `${PREFIX}.logs.Fetch`,
  title: 'Write logs into a file.',
  properties: {
    ...apiProperties,
    namespace: p.string().dynamic().title('Of this namespace.'),
    flowId: p.string().dynamic().title('Of this flow.'),
    executionId: p.string().dynamic().group('main').title('Of this execution; of the own one without any of these.'),
    tasksId: p.list(p.string()).dynamic().title('Of these tasks only.'),
    level: p
      .enum(...LEVELS)
      .dynamic()
      .default('INFO')
      .title('From this level on.'),
  },
  outputs: [
    { name: 'size', type: 'long', description: 'How many there are.' },
    { name: 'uri', type: 'uri', description: 'The entries, a row each.' },
  ],
  examples: [
    {
      title: 'What went wrong.',
      full: true,
      code: apiExample(`${PREFIX}.logs.Fetch`, 'executionId: "{{ inputs.id }}"\nlevel: WARN'),
    },
  ],
  async run(ctx, props) {
    const [namespace, flowId] = [await props.namespace.render(), await props.flowId.render()]
    const minLevel = await props.level.render()
    const executionId =
      (await props.executionId.render()) ??
      (namespace === undefined && flowId === undefined ? ctx.execution.id : undefined)
    const tasks = await props.tasksId.render()
    const rows = async function* (): AsyncGenerator<unknown> {
      if (executionId !== undefined)
        yield* await listFromApi(ctx, props, { path: `/logs/${encodeURIComponent(executionId)}`, query: { minLevel } })
      else yield* pagesOf(ctx, props, { path: '/logs/search', query: { namespace, flowId, minLevel } })
    }
    const wanted = async function* () {
      for await (const row of rows()) {
        const { taskId }: { readonly taskId?: unknown } = Object(row)
        if (tasks === undefined || tasks.includes(String(taskId))) yield fromPlain(row)
      }
    }
    const { uri, size } = await writeRows(ctx, wanted())
    return { uri, size }
  },
})

export const listNamespacesTask = defineTask({
  type: `${PREFIX}.namespaces.List`,
  title: 'List namespaces.',
  description: 'Without `page` all that match are given.',
  properties: {
    ...apiProperties,
    prefix: p.string().dynamic().group('main').title('Whose names begin so.'),
    page: p.integer().dynamic().title('The page, from 1 on.'),
    size: p.integer().dynamic().default(10).title('How many a page has.'),
    existingOnly: p.boolean().dynamic().default(false).title('Only those that somebody made, and not only named.'),
  },
  outputs: [{ name: 'namespaces', type: 'string[]', description: 'Their names.' }],
  examples: [{ title: 'Of a company.', full: true, code: apiExample(`${PREFIX}.namespaces.List`, 'prefix: company') }],
  async run(ctx, props) {
    const prefix = await props.prefix.render()
    const page = await props.page.render()
    const size = await props.size.render()
    const query = { q: prefix, existing: await props.existingOnly.render() }
    const names: string[] = []
    for await (const row of pagesOf(ctx, props, { path: '/namespaces/search', query })) {
      const { id }: { readonly id?: unknown } = Object(row)
      if (typeof id === 'string' && id.startsWith(prefix ?? '')) names.push(id)
    }
    return { namespaces: page === undefined ? names : names.slice((page - 1) * size, page * size) }
  },
})

export const namespacesWithFlowsTask = defineTask({
  type: `${PREFIX}.namespaces.NamespacesWithFlows`,
  title: 'List namespaces that have flows.',
  properties: { ...apiProperties, prefix: p.string().dynamic().group('main').title('Whose names begin so.') },
  outputs: [{ name: 'namespaces', type: 'string[]', description: 'Their names.' }],
  examples: [
    {
      title: 'Of a company.',
      full: true,
      code: apiExample(`${PREFIX}.namespaces.NamespacesWithFlows`, 'prefix: company'),
    },
  ],
  async run(ctx, props) {
    const prefix = (await props.prefix.render()) ?? ''
    const names = (await listFromApi(ctx, props, { path: '/flows/distinct-namespaces' })).map(String)
    return { namespaces: names.filter(name => name.startsWith(prefix)) }
  },
})

export const toggleTask = defineTask({
  type: `${PREFIX}.triggers.Toggle`,
  title: 'Switch a trigger on or off.',
  properties: {
    ...apiProperties,
    namespace: p.string().dynamic().title('Of the flow; the own one without it.'),
    flowId: p.string().dynamic().title('The flow; the own one without it.'),
    trigger: p.string().dynamic().group('main').title('The trigger.'),
    enabled: p.boolean().dynamic().default(false).title('Whether it is to be on.'),
  },
  examples: [
    {
      title: 'Switch one off.',
      full: true,
      code: apiExample(`${PREFIX}.triggers.Toggle`, 'flowId: load\nnamespace: company.team\ntrigger: daily'),
    },
  ],
  async run(ctx, props) {
    const trigger = {
      namespace: (await props.namespace.render()) ?? ctx.flow.namespace,
      flowId: (await props.flowId.render()) ?? ctx.flow.id,
      triggerId: (await props.trigger.render()) ?? '',
    }
    const json = { triggers: [trigger], disabled: !(await props.enabled.render()) }
    await callApi(ctx, props, { method: 'POST', path: '/triggers/set-disabled/by-triggers', json })
  },
})
