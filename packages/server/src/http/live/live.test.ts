import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openTestServer, type TestServer } from '../../testing/test-server.ts'

const NS = 'live.test'
const BASE = '/api/v1/main/live'

let server: TestServer
before(async () => {
  server = await openTestServer()
  await server.saveFlow(`
id: waiting
namespace: ${NS}
tasks:
  - { id: hello, type: io.kestra.plugin.core.log.Log, message: before }
  - { id: wait, type: io.kestra.plugin.core.flow.Pause }
  - { id: bye, type: io.kestra.plugin.core.log.Log, message: after }
`)
})
after(() => server.stop())

interface Frame {
  readonly id: string
  readonly topic: string
  readonly type: string
  readonly [key: string]: unknown
}

/** A stream, and its frames as they come. */
async function openStream(headers: Record<string, string> = {}, query = ''): Promise<Stream> {
  const controller = new AbortController()
  const reply = await fetch(server.address + BASE + query, { headers, signal: controller.signal })
  assert.equal(reply.status, 200)
  const reader = reply.body?.getReader()
  assert.ok(reader)
  const decoder = new TextDecoder()
  let rest = ''
  const frames: Frame[] = []
  const next = async (wanted: (frame: Frame) => boolean): Promise<Frame> => {
    for (;;) {
      const at = frames.findIndex(wanted)
      if (at >= 0) return frames.splice(at, 1)[0] as Frame
      const { value, done } = await reader.read()
      assert.equal(done, false, 'the stream has ended')
      rest += decoder.decode(value, { stream: true })
      const parts = rest.split('\n\n')
      rest = parts.pop() ?? ''
      for (const part of parts) {
        const [data, id] = part.split('\n')
        if (data?.startsWith('data: ')) frames.push({ ...JSON.parse(data.slice(6)), id: id?.slice(4) ?? '' })
      }
    }
  }
  const hello = await next(frame => frame.type === 'hello')
  return {
    hello,
    clientId: String(hello['clientId']),
    next,
    close: () => {
      controller.abort()
      return Promise.resolve()
    },
  }
}

interface Stream {
  readonly hello: Frame
  readonly clientId: string
  next(wanted: (frame: Frame) => boolean): Promise<Frame>
  close(): Promise<void>
}

async function add(stream: Stream, ...topics: unknown[]): Promise<readonly string[]> {
  const body = JSON.stringify({ add: topics })
  const { status, json } = await server.send('POST', `${BASE}/${stream.clientId}/topics`, {
    body,
    headers: { 'content-type': 'application/json' },
  })
  assert.equal(status, 200)
  return json.topics
}

async function start(): Promise<string> {
  return (await server.client.executions.create({ params: { namespace: NS, id: 'waiting' } })).id
}

async function resume(id: string): Promise<void> {
  await server.client.executions.resume({ params: { executionId: id } })
}

const stateOf = (frame: Frame): unknown =>
  (frame['execution'] as { state: { current: string } } | undefined)?.state.current

test('an execution is told as it is, and then what moves', async () => {
  const id = await start()
  const stream = await openStream()
  assert.deepEqual(await add(stream, `exec:${id}`), [`exec:${id}`])

  const snapshot = await stream.next(frame => frame.type === 'snapshot')
  await resume(id)
  const end = await stream.next(frame => frame.topic === `exec:${id}` && frame['isEnded'] === true)

  assert.equal(stateOf(snapshot), 'PAUSED')
  assert.deepEqual(
    (snapshot['taskRuns'] as { taskId: string }[]).map(run => run.taskId),
    ['wait'],
  )
  assert.equal(stateOf(end), 'SUCCESS')
  assert.deepEqual((end['taskRuns'] as { taskId: string }[]).map(run => run.taskId).sort(), ['bye', 'wait'])
  assert.equal(end['total'], 3)
  await stream.close()
})

test('a log is told from its end on, or from where one was', async () => {
  const id = await start()
  const stream = await openStream()
  await add(stream, `logs:${id}`)
  const first = await stream.next(frame => frame.type === 'snapshot')
  await resume(id)
  const delta = await stream.next(frame => frame.type === 'delta')

  const again = await openStream()
  await add(again, { topic: `logs:${id}`, after: 0 })
  const all = await again.next(frame => frame.type === 'snapshot')

  assert.deepEqual(first['lines'], [])
  const messages = (frame: Frame): unknown => (frame['lines'] as { message: string }[]).map(line => line.message)
  assert.deepEqual(messages(delta), ['after'])
  assert.deepEqual(messages(all), ['before', 'after'])
  await stream.close()
  await again.close()
})

test('who comes back finds its topics, and its log where it was', async () => {
  const id = await start()
  const stream = await openStream({}, `?topics=logs:${id},counts`)
  const last = await stream.next(frame => frame.topic === `logs:${id}`)
  await stream.close()
  await resume(id)

  const back = await openStream({ 'last-event-id': last.id })
  const missed = await back.next(frame => frame.topic === `logs:${id}`)

  assert.equal(back.clientId, stream.clientId)
  assert.deepEqual(back.hello['topics'], [`logs:${id}`, 'counts'])
  assert.deepEqual(
    (missed['lines'] as { message: string }[]).map(line => line.message),
    ['after'],
  )
  assert.equal(Number(missed.id.split('.').at(-1)) > Number(last.id.split('.').at(-1)), true)
  await back.close()
})

test('lists, counts, flows, triggers and the inbox tell what changes', async () => {
  const stream = await openStream()
  await add(stream, { topic: 'list:paused', query: `filters[state][EQUALS]=PAUSED&namespace=${NS}` }, 'counts', 'inbox')
  await add(stream, `flow:${NS}.waiting`, `trigger:${NS}.waiting`)
  const list = await stream.next(frame => frame.topic === 'list:paused')
  const counts = await stream.next(frame => frame.topic === 'counts')
  const id = await start()
  const more = await stream.next(frame => frame.topic === 'list:paused' && frame.type === 'delta')
  const inbox = await stream.next(frame => frame.topic === 'inbox' && JSON.stringify(frame).includes(id))

  assert.equal(list.type, 'snapshot')
  assert.equal(typeof (counts['value'] as Record<string, number>)['PAUSED'], 'number')
  assert.deepEqual(
    (more['rows'] as { id: string }[]).map(row => row.id),
    [id],
  )
  assert.equal((inbox['value'] as { count: number }).count >= 1, true)
  await resume(id)
  const gone = await stream.next(frame => frame.topic === 'list:paused' && frame.type === 'delta')
  assert.deepEqual(gone['gone'], [id])
  await stream.close()
})

test('the counts tell of an execution that was over before anybody counted it', async () => {
  await server.saveFlow(`
id: at-once
namespace: ${NS}
tasks:
  - { id: only, type: io.kestra.plugin.core.debug.Return, format: x }
`)
  const stream = await openStream()
  await add(stream, 'counts')
  await stream.next(frame => frame.topic === 'counts' && frame.type === 'snapshot')

  const { json } = await server.send('POST', `/api/v1/main/executions/${NS}/at-once?wait=true`)

  assert.equal(json.state.current, 'SUCCESS')
  await stream.next(({ topic, value }) => topic === 'counts' && (value as { newest: string }).newest === json.id)
  await stream.close()
})

test('a list hears of labels that an execution gets after its end', async () => {
  const { json } = await server.send('POST', `/api/v1/main/executions/${NS}/at-once?wait=true`)
  const stream = await openStream()
  await add(stream, { topic: 'list:labelled', query: 'filters[flowId][EQUALS]=at-once' })
  await stream.next(({ topic, type }) => topic === 'list:labelled' && type === 'snapshot')

  const body = JSON.stringify([{ key: 'colour', value: 'red' }])
  await server.send('POST', `/api/v1/main/executions/${json.id}/labels`, {
    body,
    headers: { 'content-type': 'application/json' },
  })
  const { rows } = await stream.next(({ topic, type }) => topic === 'list:labelled' && type === 'delta')

  const [row, ...others] = rows as { id: string; labels: { key: string; value: string }[] }[]
  assert.equal(row?.id, json.id)
  assert.ok(row?.labels.some(({ key, value }) => key === 'colour' && value === 'red'))
  assert.deepEqual(others, [])
  await stream.close()
})

test('a topic or a stream that does not exist is refused', async () => {
  const stream = await openStream()
  await add(stream, 'weather', { topic: 'list:x', query: 'filters[mood][EQUALS]=good' })

  const weather = await stream.next(frame => frame.topic === 'weather')
  const list = await stream.next(frame => frame.topic === 'list:x')
  const nobody = await server.send('POST', `${BASE}/nobody/topics`, { body: '{"add":["counts"]}' })
  const gone = await openStream({}, '?topics=exec:0abcdefg00aaaaaaaaaaaa')

  assert.equal(weather.type, 'refused')
  assert.match(String(list['message']), /There is no filter "mood"/)
  assert.equal(nobody.status, 404)
  assert.equal((await gone.next(frame => frame.topic.startsWith('exec:'))).type, 'gone')
  await gone.close()
  await stream.close()
})

test('nobody is watched any more when the streams are closed', async () => {
  const deadline = Date.now() + 5_000
  while (server.watching() > 0 && Date.now() < deadline) await new Promise(resolve => setImmediate(resolve))

  assert.equal(server.watching(), 0)
})
