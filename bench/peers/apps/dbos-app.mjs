// POST /three runs the three steps and answers with their result; POST /two answers as soon as the start is in the database.
import { DBOS } from '@dbos-inc/dbos-sdk'
import { createServer } from 'node:http'

const three = DBOS.registerWorkflow(
  async () => {
    const first = await DBOS.runStep(async () => 'one', { name: 'first' })
    const second = await DBOS.runStep(async () => `${first} two`, { name: 'second' })
    return await DBOS.runStep(async () => `${second} three`, { name: 'third' })
  },
  { name: 'three' },
)
const two = DBOS.registerWorkflow(
  async () => {
    const message = await DBOS.runStep(async () => 'Hello World', { name: 'message' })
    await DBOS.runStep(async () => message, { name: 'log' })
  },
  { name: 'two' },
)

DBOS.setConfig({
  name: 'bench',
  applicationVersion: '1',
  systemDatabaseUrl: process.env.DATABASE_URL,
  runAdminServer: false,
  logLevel: 'warn',
})
await DBOS.launch()

async function answer(path) {
  if (path === '/three') return await three()
  if (path === '/two') return (await DBOS.startWorkflow(two)()).workflowID
  return 'ready'
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
