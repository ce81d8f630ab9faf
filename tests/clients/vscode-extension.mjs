// The calls that Kestra's extension for VS Code makes, with its addresses and headers: `node vscode-extension.mjs ADDRESS`. Prints one line of JSON
// for each. What it asks of a window or of its makers' own server is left out.
const address = process.argv[2]
const NAMESPACE = 'clients.vscode'
const YAML = { 'Content-Type': 'application/x-yaml' }
const FLOW = `id: hello
namespace: ${NAMESPACE}
inputs:
  - id: name
    type: STRING
    defaults: World
tasks:
  - id: hello
    type: io.kestra.plugin.core.log.Log
    message: Hello {{ inputs.name }}
`
const base = `${address}/api/v1`
const tenant = `${base}/main`
const files = suffix => `${tenant}/namespaces/${NAMESPACE}/files${suffix}`
const flows = suffix => `${tenant}/flows${suffix}`

async function call(name, url, options, judge = () => true) {
  try {
    const response = await fetch(url, options)
    const text = await response.text()
    const isOk = response.ok && judge(text, response)
    print(
      isOk ? { call: name, ok: true } : { call: name, ok: false, error: `${response.status} ${text.slice(0, 300)}` },
    )
    return text
  } catch (error) {
    print({ call: name, ok: false, error: String(error) })
    return ''
  }
}

function print(report) {
  process.stdout.write(`${JSON.stringify(report)}\n`)
}

function form(content) {
  const data = new FormData()
  data.append('fileContent', new Blob([content]))
  return data
}

const json = judge => text => judge(JSON.parse(text))

// Signing in, versions, what the editor completes and documents.
await call(
  'configs',
  `${base}/configs`,
  {},
  json(({ version }) => typeof version === 'string'),
)
await call(
  'plugins/schemas/flow',
  `${base}/plugins/schemas/flow`,
  {},
  json(schema => schema.definitions !== undefined || schema.$ref !== undefined),
)
await call(
  'plugins/{type}',
  `${base}/plugins/io.kestra.plugin.core.log.Log`,
  {},
  json(type => typeof type.markdown === 'string' && type.schema.properties !== undefined),
)
await call(
  'plugins/{type}, outputs',
  `${base}/plugins/io.kestra.plugin.core.debug.Return`,
  {},
  json(type => Object.keys(type.schema.outputs.properties).includes('value')),
)
await call(
  'plugins/groups/subgroups',
  `${base}/plugins/groups/subgroups`,
  {},
  json(list => Array.isArray(list) && list.length > 0),
)
await call(
  'plugins/icons',
  `${base}/plugins/icons`,
  {},
  json(icons => Object.keys(icons).length > 0),
)
await call(
  'plugins/icons/groups',
  `${base}/plugins/icons/groups`,
  {},
  json(icons => typeof icons === 'object'),
)
await call(
  'pebble/filters',
  `${base}/pebble/filters`,
  {},
  json(list => Array.isArray(list) && list.length > 0),
)
await call(
  'pebble/functions',
  `${base}/pebble/functions`,
  {},
  json(list => Array.isArray(list) && list.length > 0),
)

// Flows: judged while one types, drawn, saved, opened as files of a folder.
await call(
  'flows/validate',
  flows('/validate'),
  { method: 'POST', body: FLOW, headers: YAML },
  json(([one]) => one.constraints === undefined),
)
await call(
  'flows/validate, wrong',
  flows('/validate'),
  { method: 'POST', body: FLOW.replace('Log', 'Nothing'), headers: YAML },
  json(([one]) => typeof one.constraints === 'string'),
)
await call(
  'flows/graph',
  flows('/graph'),
  { method: 'POST', body: FLOW, headers: YAML },
  json(({ nodes, edges }) => nodes.length > 0 && edges.length > 0),
)
await call(
  'create a flow',
  flows(''),
  { method: 'POST', body: FLOW, headers: YAML },
  json(({ id }) => id === 'hello'),
)
await call(
  'update a flow',
  flows(`/${NAMESPACE}/hello`),
  { method: 'PUT', body: FLOW.replace('Hello {{', 'Hi {{'), headers: YAML },
  json(({ revision }) => revision === 2),
)
await call(
  'flows of a namespace',
  flows(`/${NAMESPACE}`),
  {},
  json(list => list.some(({ id }) => id === 'hello')),
)
await call(
  'a flow with its source',
  flows(`/${NAMESPACE}/hello?source=true`),
  {},
  json(({ source }) => source.includes('Hi {{')),
)

// Files of a namespace as a file system.
await call('make a folder', files('/directory?path=/scripts'), { method: 'POST' })
await call('write a file', files('?path=/scripts/a.txt'), { method: 'POST', body: form('one') })
await call('read a file', files('?path=/scripts/a.txt'), {}, text => text === 'one')
await call(
  'stats of a file',
  files('/stats?path=/scripts/a.txt'),
  {},
  json(({ type, size }) => type === 'File' && size === 3),
)
await call(
  'stats of a folder',
  files('/stats?path=/scripts'),
  {},
  json(({ type }) => type === 'Directory'),
)
await call(
  'a folder',
  files('/directory?path=/scripts'),
  {},
  json(list => list.some(({ fileName }) => fileName === 'a.txt')),
)
await call(
  'the top folder',
  files('/directory'),
  {},
  json(list => list.some(({ fileName }) => fileName === 'scripts')),
)
await call(
  'search files',
  files('/search?q=a.txt'),
  {},
  json(list => list.includes('/scripts/a.txt')),
)
await call('rename a file', files('?from=/scripts/a.txt&to=/scripts/b.txt'), { method: 'PUT' })
await call('delete a file', files('?path=/scripts/b.txt'), { method: 'DELETE' })

// Running: inputs as a form, the execution and its log as streams.
const inputs = new FormData()
inputs.append('name', 'Ada')
const started = await call(
  'start an execution',
  `${tenant}/executions/${NAMESPACE}/hello`,
  { method: 'POST', body: inputs },
  json(({ id }) => typeof id === 'string'),
)
const { id } = JSON.parse(started || '{}')
const isStream = (text, response) => response.headers.get('content-type')?.startsWith('text/event-stream')
await call(
  'follow an execution',
  `${tenant}/executions/${id}/follow`,
  {},
  (text, response) => isStream(text, response) && text.includes('SUCCESS'),
)
await call(
  'follow its log',
  `${tenant}/logs/${id}/follow?minLevel=INFO`,
  {},
  (text, response) => isStream(text, response) && text.includes('Hi Ada'),
)
await call(
  'the execution at its end',
  `${tenant}/executions/${id}`,
  {},
  json(({ state }) => state.current === 'SUCCESS'),
)
await call('delete a flow', flows(`/${NAMESPACE}/hello`), { method: 'DELETE' })
