// SP19 and SP16: documents that are small to send and large to read. Counted is the time of the processor, which a busy machine does not lengthen; read the
// naive way, each of them takes minutes or all the memory there is.
import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { after, before, test } from 'node:test'
import { writeZip } from '../namespaces/zip/write-zip.ts'
import { openTestServer, type Answer, type TestServer } from '../testing/test-server.ts'

let server: TestServer
before(async () => {
  server = await openTestServer()
})
after(() => server.stop())

const CPU_MS_MAX = 5_000

/** The answer, within a budget of the processor. */
async function within(what: string, run: () => Promise<Answer>): Promise<Answer> {
  const from = process.cpuUsage()
  const answer = await run()
  const { user, system } = process.cpuUsage(from)
  const tookMs = (user + system) / 1000
  assert.ok(tookMs < CPU_MS_MAX, `${what} took ${tookMs} ms of the processor`)
  assert.ok(answer.status < 500, `${what}: ${answer.status} ${answer.text.slice(0, 300)}`)
  return answer
}

const yaml = (body: string): Promise<Answer> =>
  server.send('POST', '/api/v1/main/flows', { body, headers: { 'content-type': 'application/x-yaml' } })

const start = 'id: evil\nnamespace: a.b\ntasks: [{ id: t, type: core.debug.Return, format: x }]\n'
const levels = (count: number): string =>
  Array.from({ length: count }, (_, at) =>
    at === 0
      ? 'a0: &a0 [x, x, x, x, x, x, x, x, x, x]'
      : `a${at}: &a${at} [${Array(10)
          .fill(`*a${at - 1}`)
          .join(', ')}]`,
  ).join('\n  ')

const EVIL_YAML: Readonly<Record<string, string>> = {
  'a bomb of aliases': `${start}variables:\n  ${levels(10)}\n`,
  'merges of merges': `${start}variables:\n  ${Array.from({ length: 200 }, (_, at) =>
    at === 0
      ? 'a0: &a0 {x: 1}'
      : `a${at}: &a${at} {<<: [${Array(at)
          .fill(0)
          .map((_, i) => `*a${i}`)
          .join(', ')}]}`,
  ).join('\n  ')}\n`,
  'an alias of itself': `${start}variables: &a { b: *a }\n`,
  'a hundred thousand brackets': `${start}variables: ${'['.repeat(100_000)}\n`,
  'a thousand indents': `${start}variables:\n${Array.from({ length: 1_200 }, (_, at) => `${' '.repeat(at + 1)}a:`).join('\n')}\n`,
  'twenty thousand keys': `${start}variables: {${Array.from({ length: 20_000 }, (_, at) => `k${at}: 1`).join(', ')}}\n`,
  'a tag of code': `${start}variables: !!js/function "function () { return process }"\n`,
  'a prototype': `${start}variables: { __proto__: { polluted: yes }, constructor: { prototype: { polluted: yes } } }\n`,
  'a long number': `${start}variables: { n: ${'9'.repeat(500_000)} }\n`,
  'many dashes': `${start}variables:\n${'- '.repeat(200_000)}\n`,
  'many question marks': `${start}variables:\n${'? '.repeat(100_000)}\n`,
  'long quotes that never end': `${start}variables: "${'\\n'.repeat(250_000)}\n`,
  'a template that never ends': `${start}description: "${'{{ '.repeat(100_000)}"\n`,
  'templates in templates': `${start}variables: { a: "{{ ${'('.repeat(100_000)} }}" }\n`,
}

test('no document of a flow takes more than its time', async () => {
  for (const [what, source] of Object.entries(EVIL_YAML)) {
    assert.ok(source.length < 2 ** 20, what)
    await within(what, () => yaml(source))
    await within(what, () => server.send('DELETE', '/api/v1/main/flows/a.b/evil'))
  }
  assert.equal(Reflect.get({}, 'polluted'), undefined)
})

const REDOS: readonly string[] = [
  '^(a+)+$',
  '^(a|a)*$',
  '^(a|aa)+$',
  '(.*a){20}',
  '^(([a-z])+.)+[A-Z]([a-z])+$',
  '^(a?){30}a{30}$',
]

test('no pattern of anybody takes more than its time', async () => {
  const long = `${'a'.repeat(40_000)}!`
  for (const [at, pattern] of REDOS.entries()) {
    await yaml(
      `id: r${at}\nnamespace: a.b\ninputs: [{ id: word, type: STRING, validator: '${pattern}' }]\ntasks: [{ id: t, type: core.debug.Return, format: x }]\n`,
    )
    const body = JSON.stringify({ word: long })
    const headers = { 'content-type': 'application/json' }
    await within(`validator ${pattern}`, () =>
      server.send('POST', `/api/v1/main/executions/a.b/r${at}`, { body, headers }),
    )
    const asked = encodeURIComponent(pattern)
    await within(`filter ${pattern}`, () =>
      server.send('GET', `/api/v1/main/executions/search?filters[namespace][REGEX]=${asked}`),
    )
    await within(`filter ${pattern}`, () =>
      server.send('GET', `/api/v1/main/flows/search?filters[namespace][REGEX]=${asked}`),
    )
    await within(`search ${pattern}`, () => server.send('GET', `/api/v1/main/flows/source?q=${asked}`))
  }
})

test('no body of a call takes more than its time', async () => {
  await yaml(`${start}triggers: [{ id: h, type: core.trigger.Webhook, key: k }]\n`)
  const path = '/api/v1/main/executions/webhook/a.b/evil/k'
  const headers = { 'content-type': 'application/json' }
  const bodies: Readonly<Record<string, string>> = {
    brackets: '['.repeat(1_000_000),
    braces: '{"a":'.repeat(800_000),
    'a long number': '9'.repeat(1_000_000),
    'numbers of exponents': `[${'1e999999,'.repeat(200_000)}1]`,
    'many keys': `{${Array.from({ length: 50_000 }, (_, at) => `"k${at}":${at}`).join(',')}}`,
    'keys that look like places': `{${Array.from({ length: 50_000 }, (_, at) => `"${at * 1_000_003}":1`).join(',')}}`,
    escapes: `"${'\\u0041'.repeat(600_000)}"`,
  }

  for (const [what, body] of Object.entries(bodies))
    await within(what, () => server.send('POST', path, { body, headers }))
  const search = Array.from({ length: 5_000 }, (_, at) => `k${at}=${at}`).join('&')
  await within('parameters', () => server.send('GET', `/api/v1/main/flows/search?${search.slice(0, 15_000)}`))
})

test('no range of time takes more than its time', async () => {
  await yaml(start)
  await server.send('POST', '/api/v1/main/executions/a.b/evil?wait=true')
  const paths = ['executions/counts', 'dashboards/default/charts', 'executions/search']
  for (const range of ['startDate=0001-01-01T00:00:00Z', 'timeRange=P9000Y'])
    for (const path of paths)
      await within(`${path} ${range}`, () => server.send('GET', `/api/v1/main/${path}?${range}`))
})

async function zipOf(
  entries: readonly { readonly name: string; readonly text: string }[],
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  for await (const chunk of writeZip(
    entries.map(({ name, text }) => ({
      path: name,
      modifiedMs: 0,
      open: () => Promise.resolve(Readable.from([Buffer.from(text)])),
    })),
  ))
    chunks.push(chunk)
  return new Uint8Array(Buffer.concat(chunks))
}

test('an archive whose names lead out writes nothing', async () => {
  const names = [
    '../out.txt',
    'a/../../out.txt',
    '/etc/out.txt',
    '..\\out.txt',
    'a\u0000b',
    'a//b',
    './a',
    '.',
    '..',
    `${'x/'.repeat(700)}y`,
  ]

  for (const name of names) {
    const form = new FormData()
    form.append('fileContent', new Blob([await zipOf([{ name, text: 'out' }])]), 'files.zip')
    const answer = await within(name, () =>
      server.send('POST', '/api/v1/main/namespaces/zip.ns/files?path=/files.zip', { body: form }),
    )
    assert.ok(answer.status === 422 || answer.status === 200, `${name} ${answer.status} ${answer.text}`)
  }
  const listed = await server.send('GET', '/api/v1/main/namespaces/zip.ns/files/search?q=')
  for (const path of listed.json)
    assert.match(path, /^\/?(?:etc\/out\.txt|a|b|a\/b)$/, 'inside of the namespace, whatever the name was')
})
