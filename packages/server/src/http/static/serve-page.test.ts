import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import type { Reply } from '../reply.ts'
import { newPageServer, type PageServer } from './serve-page.ts'

const SHELL = '<template id="first-shell"><nav><template>star</template></nav></template>'
const INDEX = `<html data-tenant="%TENANT%"><head><script>run()</script></head><body><!--FIRST-CALL-->${SHELL}</body></html>`
const PROGRAM = 'assets/main-abc.js'

let folder = ''
let serve: PageServer
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batuta-page-'))
  await mkdir(join(folder, 'ui', 'assets'), { recursive: true })
  const files = {
    'index.html': { type: 'text/html', size: INDEX.length },
    [PROGRAM]: { type: 'text/javascript', size: 5, br: 2, gz: 3 },
  }
  await Promise.all([
    writeFile(join(folder, 'secret.txt'), 'secret'),
    writeFile(join(folder, 'ui', 'unlisted.js'), 'unlisted'),
    writeFile(join(folder, 'ui', 'index.html'), INDEX),
    writeFile(
      join(folder, 'ui', 'files.json'),
      JSON.stringify({
        files,
        everywhere: '/me',
        firstCalls: { '/flows': '/flows/search?size=50' },
        programs: [
          { pattern: '^/runs/[^/]+/logs/?$', files: ['assets/logs.css', 'assets/logs.js'] },
          { pattern: '^/runs(?:/[^/]+)?(?:/[^/]+)?/?$', files: ['assets/runs.js'] },
        ],
      }),
    ),
    writeFile(join(folder, 'ui', PROGRAM), 'plain'),
    writeFile(join(folder, 'ui', `${PROGRAM}.br`), 'br'),
    writeFile(join(folder, 'ui', `${PROGRAM}.gz`), 'gzi'),
  ])
  serve = newPageServer({
    folder: join(folder, 'ui'),
    tenant: 'main',
    isStranger: ({ cookie }) => cookie === 'old',
  })
})
after(() => rm(folder, { recursive: true, force: true }))

const ask = async (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Reply | undefined> =>
  await serve({ method, path, headers })

const bodyOf = (reply: Reply | undefined): string =>
  reply?.type === 'body' ? Buffer.from(reply.body).toString() : `${reply?.type} ${reply?.status}`

test('the address of the server leads to the page', async () => {
  const reply = await ask('/')

  assert.deepEqual([reply?.status, reply?.headers?.['location']], [302, '/ui/'])
})

test('whatever the page makes of its addresses, they are answered with the page', async () => {
  const bodies = await Promise.all(
    ['/ui', '/ui/executions/a/b/c/gantt', '/ui/main/flows', '/ui/nothing.here'].map(async path =>
      bodyOf(await ask(path)),
    ),
  )

  assert.deepEqual(
    bodies.map(body => body.startsWith('<html data-tenant="main">')),
    [true, true, true, true],
  )
})

test('the first question of a page stands in it, whether or not the tenant stands in front', async () => {
  const link = 'href="/api/v1/main/flows/search?size=50"'

  assert.ok(bodyOf(await ask('/ui/flows')).includes(link))
  assert.ok(bodyOf(await ask('/ui/main/flows')).includes(link))
  assert.ok(!bodyOf(await ask('/ui/executions')).includes('/api/v1/main'))
})

test('who is asking is asked on every page, but not of somebody who has to sign in first', async () => {
  const link = 'href="/api/v1/me"'
  const bodies = await Promise.all(
    [{}, { cookie: 'old' }].map(async headers => bodyOf(await ask('/ui/flows', headers))),
  )

  assert.deepEqual(
    bodies.map(body => [body.includes(link), body.includes('href="/api/v1/main/flows/')]),
    [
      [true, true],
      [false, false],
    ],
  )
})

test('the programs of a page stand in it, of the first pattern that fits its address', async () => {
  const named = async (path: string): Promise<readonly string[]> =>
    [...bodyOf(await ask(path)).matchAll(/rel="modulepreload" crossorigin href="([^"]+)"/g)].map(
      ([, href = '']) => href,
    )

  assert.deepEqual(await named('/ui/runs/a/logs'), ['/ui/assets/logs.js'])
  assert.ok(
    bodyOf(await ask('/ui/runs/a/logs')).includes(
      '<link rel="preload" as="style" crossorigin href="/ui/assets/logs.css">',
    ),
  )
  assert.deepEqual(await named('/ui/main/runs/a/'), ['/ui/assets/runs.js'])
  assert.deepEqual(await named('/ui/nothing'), [])
})

test('the policy forbids every script but ours', async () => {
  const policy = String((await ask('/ui'))?.headers?.['content-security-policy'])

  assert.match(policy, /script-src 'self' 'sha256-[A-Za-z0-9+/]{43}='(;|$)/)
  assert.match(
    policy,
    /^default-src 'none'; .*frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types default$/,
  )
  assert.doesNotMatch(policy, /unsafe/)
})

test('the shell stands in the page, but not for somebody who has to sign in first', async () => {
  const bodies = await Promise.all(
    [{}, { cookie: 'old' }].map(async headers => bodyOf(await ask('/ui/flows', headers))),
  )

  assert.deepEqual(
    bodies.map(body => [body.includes(SHELL), body.includes('template'), body.endsWith('</body></html>')]),
    [
      [true, true, true],
      [false, false, true],
    ],
  )
})

test('the page goes compressed to whoever takes that, and says the same', async () => {
  const plain = await ask('/ui/flows')
  const forms = await Promise.all(['br', 'gzip'].map(names => ask('/ui/flows', { 'accept-encoding': names })))
  const [br, gz] = forms.map(reply => (reply?.type === 'body' ? Buffer.from(reply.body) : Buffer.alloc(0)))

  assert.equal(brotliDecompressSync(br ?? '').toString(), bodyOf(plain))
  assert.equal(gunzipSync(gz ?? '').toString(), bodyOf(plain))
  assert.deepEqual(
    forms.map(reply => [reply?.headers?.['content-encoding'], reply?.headers?.['etag']]),
    [
      ['br', `W/${plain?.headers?.['etag']}`],
      ['gzip', `W/${plain?.headers?.['etag']}`],
    ],
  )
})

test('the page is asked for again each time, and answered in a few bytes where it has not changed', async () => {
  const first = await ask('/ui')
  const again = await ask('/ui', { 'if-none-match': `W/${first?.headers?.['etag']}` })

  assert.equal(first?.headers?.['cache-control'], 'no-cache')
  assert.deepEqual([again?.status, again?.type], [304, 'empty'])
})

test('programs are kept for ever and sent in the smallest form that the client takes', async () => {
  const path = `/ui/${PROGRAM}`
  const taken = await Promise.all(
    ['gzip, deflate, br', 'gzip', 'br;q=0, gzip', 'identity', ''].map(async names => {
      const reply = await ask(path, { 'accept-encoding': names })
      return [
        bodyOf(reply),
        reply?.headers?.['content-encoding'],
        reply?.headers?.['cache-control']?.includes('immutable'),
      ]
    }),
  )

  assert.deepEqual(taken, [
    ['br', 'br', true],
    ['gzi', 'gzip', true],
    ['gzi', 'gzip', true],
    ['plain', undefined, true],
    ['plain', undefined, true],
  ])
})

test('nothing is read that the build did not list', async () => {
  const paths = [
    '/ui/../secret.txt',
    '/ui/..%2fsecret.txt',
    '/ui/unlisted.js',
    '/ui/files.json',
    '/ui/assets/gone-123.js',
  ]
  const bodies = await Promise.all(paths.map(async path => bodyOf(await ask(path))))

  assert.deepEqual(
    bodies.map(body => /^secret|^unlisted|firstCalls/.test(body)),
    [false, false, false, false, false],
  )
  assert.equal(await ask('/ui/assets/gone-123.js'), undefined)
})

test('who asks for the head alone gets it, with the length', async () => {
  const reply = await ask(`/ui/${PROGRAM}`, {}, 'HEAD')

  assert.deepEqual([reply?.type, reply?.status, reply?.headers?.['content-length']], ['empty', 200, '5'])
})

test('other paths and methods are none of the page', async () => {
  const replies = [await ask('/uix'), await ask('/api/v1/x'), await ask('/ui', {}, 'POST')]

  assert.deepEqual(replies, [undefined, undefined, undefined])
})

test('a server without a built page says how to build it', async () => {
  const reply = await newPageServer({ folder: join(folder, 'none'), tenant: 'main', isStranger: () => false })({
    method: 'GET',
    path: '/ui',
    headers: {},
  })

  assert.equal(reply?.status, 503)
})
