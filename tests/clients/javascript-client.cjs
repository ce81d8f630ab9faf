// The calls of the official JavaScript client, unmodified, against a running server: one line of JSON for each, with what went wrong.
//   node javascript-client.cjs http://127.0.0.1:8080 FOLDER-OF-NODE-MODULES
const { join } = require('node:path')

const [, , host, modules] = process.argv
const TENANT = 'main'
const NAMESPACE = 'clients.javascript'
const FLOW = `id: told
namespace: ${NAMESPACE}
inputs: [{ id: word, type: STRING, defaults: hello }]
tasks:
  - { id: note, type: io.kestra.plugin.core.log.Log, message: "{{ inputs.word }}" }
triggers:
  - { id: nightly, type: io.kestra.plugin.core.trigger.Schedule, cron: "0 3 * * *" }`
const BOARD = `id: javascript-board
title: JavaScript board
charts:
  - id: states
    type: io.kestra.plugin.core.dashboard.chart.Pie
    chartOptions: { displayName: States }
    data:
      type: io.kestra.plugin.core.dashboard.data.Executions
      columns: { state: { field: STATE }, total: { agg: COUNT } }`

const folder = join(modules, '@kestra-io', 'kestra-sdk', 'dist')
const { default: ApiClient } = require(join(folder, 'ApiClient.js'))
ApiClient.instance.basePath = host

const apis = new Map()

/** The package lacks some of its own files: each part is loaded by itself. */
function open(name) {
  if (!apis.has(name)) {
    try {
      apis.set(name, new (require(join(folder, 'api', `${name}.js`)).default)())
    } catch (error) {
      apis.set(name, error)
    }
  }
  return apis.get(name)
}

function report(call, error) {
  process.stdout.write(
    `${JSON.stringify({ call, ok: error === undefined, ...(error === undefined ? {} : { error }) })}\n`,
  )
}

/** `refused`: the status that is wanted instead of an answer. */
async function call(name, args, { check, refused } = {}) {
  const [apiName, method] = name.split('.')
  const api = open(apiName)
  if (api instanceof Error || typeof api[method] !== 'function') {
    const skipped = api instanceof Error ? `the package is broken here: ${api.message.split('\n')[0]}` : 'no such call'
    process.stdout.write(`${JSON.stringify({ call: name, skipped })}\n`)
    return undefined
  }
  return await new Promise(resolve => {
    try {
      api[method](...args, (error, data, response) => {
        const status = response?.status ?? error?.status
        if (refused !== undefined)
          report(name, status === refused ? undefined : `it was to be refused with ${refused}, not ${status}`)
        else if (error) report(name, `${status}: ${error.message} ${error.response?.text ?? ''}`.slice(0, 500))
        else if (check && !check(data, response)) report(name, `unexpected answer: ${response?.text?.slice(0, 300)}`)
        else report(name)
        resolve(data)
      })
    } catch (error) {
      report(name, `${error.name}: ${error.message}`)
      resolve(undefined)
    }
  })
}

async function main() {
  // Its own FlowsApi cannot be loaded.
  const saved = await fetch(`${host}/api/v1/main/flows`, {
    method: 'POST',
    body: FLOW,
    headers: { 'content-type': 'application/x-yaml' },
  })
  if (!saved.ok) throw new Error(await saved.text())
  await executions()
  await namespaces()
  await others()
}

async function executions() {
  await call('ExecutionsApi.createExecution', [NAMESPACE, 'told', true, TENANT, { labels: ['who:client'] }])
  const made = await (
    await fetch(`${host}/api/v1/main/executions/${NAMESPACE}/told?wait=true`, { method: 'POST' })
  ).json()
  await call('ExecutionsApi.createExecution', [NAMESPACE, 'nobody', true, TENANT, {}], { refused: 404 })
  const { id } = made
  await call('ExecutionsApi.getExecution', [id, TENANT], { check: found => found.flowId === 'told' })
  await call('ExecutionsApi.searchExecutions', [1, 10, TENANT, {}], { check: page => page.total >= 1 })
  await call('ExecutionsApi.getExecutionFlowGraph', [id, TENANT, {}])
  await call('ExecutionsApi.getFlowFromExecutionById', [id, TENANT])
  await call('ExecutionsApi.getFlowFromExecution', [NAMESPACE, 'told', TENANT, {}])
  await call('ExecutionsApi.getLatestExecutions', [TENANT, [{ namespace: NAMESPACE, flowId: 'told' }]])
  await call('ExecutionsApi.listExecutableDistinctNamespaces', [TENANT])
  await call('ExecutionsApi.listFlowExecutionsByNamespace', [NAMESPACE, TENANT])
  await call('ExecutionsApi.replayExecution', [id, TENANT, {}], { check: again => again.id !== id })
  await call('ExecutionsApi.killExecution', [id, false, TENANT], { refused: 409 })
  await call('ExecutionsApi.restartExecutionsByIds', [TENANT, [id]], { refused: 400 })
  await call('LogsApi.listLogsFromExecution', [id, TENANT, {}])
  await call('LogsApi.searchLogs', [1, 10, TENANT, {}])
  await call('LogsApi.downloadLogsFromExecution', [id, TENANT, {}])
  await call('LogsApi.deleteLogsFromExecution', [id, TENANT, {}])
  await call('MetricsApi.searchByExecution', [1, 10, id, TENANT, {}])
  await call('MetricsApi.listFlowMetrics', [NAMESPACE, 'told', TENANT])
  await call('MetricsApi.listTasksWithMetrics', [NAMESPACE, 'told', TENANT])
  await call('MetricsApi.aggregateMetricsFromFlow', [NAMESPACE, 'told', 'none', 'sum', TENANT, {}])
  await call('ExecutionsApi.deleteExecution', [id, true, true, true, TENANT])
  await call('TriggersApi.searchTriggers', [1, 10, TENANT, {}])
  await call('TriggersApi.searchTriggersForFlow', [1, 10, NAMESPACE, 'told', TENANT, {}])
  await call('TriggersApi.restartTrigger', [NAMESPACE, 'told', 'nightly', TENANT])
  await call('TriggersApi.unlockTrigger', [NAMESPACE, 'told', 'nightly', TENANT], { refused: 409 })
}

async function namespaces() {
  await call('KVApi.setKeyValue', [NAMESPACE, 'word', TENANT, '"hello"'])
  await call('KVApi.getKeyValue', [NAMESPACE, 'word', TENANT])
  await call('KVApi.listKeys', [NAMESPACE, TENANT])
  await call('KVApi.deleteKeyValue', [NAMESPACE, 'word', TENANT])
  await call('FilesApi.createNamespaceDirectory', [NAMESPACE, TENANT, { path: '/dir' }])
  await call('FilesApi.createNamespaceFile', [NAMESPACE, '/dir/a.txt', TENANT, { fileContent: Buffer.from('hello') }])
  await call('FilesApi.getFileContent', [NAMESPACE, '/dir/a.txt', TENANT])
  await call('FilesApi.getFileMetadatas', [NAMESPACE, TENANT, { path: '/dir/a.txt' }])
  await call('FilesApi.listNamespaceDirectoryFiles', [NAMESPACE, TENANT, { path: '/dir' }])
  await call('FilesApi.searchNamespaceFiles', [NAMESPACE, 'a.txt', TENANT])
  await call('FilesApi.moveFileDirectory', [NAMESPACE, '/dir/a.txt', '/dir/b.txt', TENANT])
  await call('FilesApi.exportNamespaceFiles', [NAMESPACE, TENANT])
  await call('FilesApi.deleteFileDirectory', [NAMESPACE, '/dir', TENANT])
  await call('NamespacesApi.searchNamespaces', [1, 10, TENANT, {}])
  await call('NamespacesApi.getNamespace', [NAMESPACE, TENANT])
  await call('NamespacesApi.getInheritedSecrets', [NAMESPACE, TENANT])
  await call('NamespacesApi.inheritedVariables', [NAMESPACE, TENANT])
}

async function others() {
  await call('DashboardsApi.validateDashboard', [TENANT, BOARD])
  await call('DashboardsApi.createDashboard', [TENANT, BOARD])
  await call('DashboardsApi.getDashboard', ['javascript-board', TENANT])
  await call('DashboardsApi.searchDashboards', [1, 10, TENANT, {}])
  await call('DashboardsApi.getDashboardChartData', ['javascript-board', 'states', TENANT, {}])
  await call('DashboardsApi.exportDashboardChartDataToCSV', ['javascript-board', 'states', TENANT, {}])
  await call('DashboardsApi.deleteDashboard', ['javascript-board', TENANT])
  await call('PluginsApi.listPlugins', [])
  await call('PluginsApi.getPluginBySubgroups', [])
  await call('PluginsApi.getPluginIcons', [])
  await call('PluginsApi.getPluginGroupIcons', [])
  await call('PluginsApi.getAllInputTypes', [])
  await call('PluginsApi.getSchemaFromInputType', ['STRING'])
  await call('PluginsApi.getSchemasFromType', ['FLOW', false])
  await call('PluginsApi.getPropertiesFromType', ['TASK'])
  await call('PluginsApi.getPluginDocumentation', ['io.kestra.plugin.core.log.Log', false])
  await call('PluginsApi.getPluginVersions', ['io.kestra.plugin.core.log.Log'])
  await call('ServicesApi.getActiveServices', [])
  await call('ServicesApi.searchServices', [1, 10, {}])
  await call('FlowsApi.searchFlows', [1, 10, TENANT, {}])
  await call('MiscApi.getConfiguration', [])
}

main().catch(error => {
  report('main', String(error))
})
