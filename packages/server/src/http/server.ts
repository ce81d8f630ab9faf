// @ts-nocheck
import { createServer } from 'node:http'
import { prepareBirth } from '../flows/births.ts'
export async function startHttp(d: any) {
  const server = createServer(async (req, res) => {
    const url = new URL(req.url ?? '/', 'http://x')
    const p = url.pathname.split('/').filter(Boolean)
    try {
      if (p[0] === 'run') {
        const entry = d.flows.newest({ tenant: 'main', namespace: p[1], flowId: p[2] })
        if (!entry) { res.statusCode = 404; return res.end('no flow') }
        const id = d.newId()
        const prepared = await prepareBirth(id, { plan: d.flows.planOf(entry), inputs: Object.fromEntries(url.searchParams) }, { world: d.startWorld(), ask: d.ask({ tenant: 'main', namespace: p[1], flowId: p[2], executionId: id }) })
        if (!('birth' in prepared)) { res.statusCode = 422; return res.end(JSON.stringify(prepared.problems)) }
        await d.inbox.submit({ type: 'create', executionId: id, birth: prepared.birth })
        return res.end(id)
      }
      if (p[0] === 'x') {
        const head = await d.store.read.findExecution(p[1]); const rows = await d.store.read.journalOf(p[1]); const logs = await d.store.read.logsOf({ executionId: p[1], limit: 1000 })
        return res.end(JSON.stringify({ head, rows: rows.map((r: any) => JSON.parse(r.events)), logs: logs.flatMap((l: any) => JSON.parse(l.lines)) }, null, 1))
      }
      if (p[0] === 'kill') { const r = await d.inbox.submit({ type: 'command', executionId: p[1], command: { name: 'kill', isCascading: true } }); return res.end(JSON.stringify(r)) }
      if (p[0] === 'restart') { const r = await d.inbox.submit({ type: 'command', executionId: p[1], command: { name: 'restart' } }); return res.end(JSON.stringify(r)) }
      res.end('?')
    } catch (e: any) { res.statusCode = 500; res.end(String(e.stack)) }
  })
  await new Promise<void>(r => server.listen(d.config.port, '127.0.0.1', r))
  const a: any = server.address()
  return { address: `http://127.0.0.1:${a.port}`, stop: async () => { server.close() } }
}
