// POST /three runs the three activities and answers with their result; POST /two answers when the server has acknowledged the start.
import { Client, Connection } from '@temporalio/client'
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker'
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const taskQueue = 'bench'
const CONNECT_MS = 60_000
const RETRY_MS = 50

Runtime.install({ logger: new DefaultLogger('ERROR') })
const address = process.env.TEMPORAL
const worker = await patiently(async () => {
  const connection = await NativeConnection.connect({ address })
  const workflowsPath = join(process.env.FOLDER, 'temporal-workflows.mjs')
  const activities = { append: async (before, more) => before + more }
  return await Worker.create({ connection, namespace: 'default', taskQueue, workflowsPath, activities })
})
const client = new Client({ connection: await Connection.connect({ address }), namespace: 'default' })

async function answer(path) {
  const workflowId = randomUUID()
  if (path === '/three') return await client.workflow.execute('three', { taskQueue, workflowId })
  if (path === '/two') return (await client.workflow.start('two', { taskQueue, workflowId })).workflowId
  if (path === '/count') {
    const { count } = await client.workflow.count(`WorkflowType = 'two' and ExecutionStatus = 'Completed'`)
    return String(count)
  }
  return 'ready'
}

/** The server may still be starting. */
async function patiently(connect) {
  const endMs = performance.now() + CONNECT_MS
  for (;;) {
    try {
      return await connect()
    } catch (error) {
      if (performance.now() > endMs) throw error
      await sleep(RETRY_MS)
    }
  }
}

createServer((request, response) => {
  request.resume()
  answer(request.url).then(
    text => response.writeHead(200, { 'content-length': Buffer.byteLength(text) }).end(text),
    error => {
      process.stderr.write(`${error}\n`)
      response.writeHead(500, { 'content-length': 0 }).end()
    },
  )
}).listen(Number(process.env.PORT), '127.0.0.1')
await worker.run()
