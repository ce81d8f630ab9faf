// The pages that are timed, as a browser asks for them: over HTTP, whole documents.
import { Agent, get } from 'node:http'
import { roundTo, type Figures } from '../harness/figures.ts'
import { COMMON_LABEL, OLD_NAMESPACE, RARE_LABEL, flowIdAt, namespaceAt } from './backlog-flows.ts'
import { SPAN_MS } from './seed-plan.ts'

export interface Page {
  readonly name: string
  readonly query: string
  /** What an answer must hold: rows at least, and what each of them is. */
  readonly rowsMin: number
}

export interface PageTimes {
  readonly name: string
  readonly p50: number
  readonly p95: number
  readonly rows: number
  readonly total: number
  readonly maxMs: number
  /** Of the server and its database, for one page: what other work on the machine does not change. */
  readonly cpuMs: number
}

const SIZE = 25
const REQUESTS = 50
const DEEP_PAGE = 400

const search = (more = '', page = 1): string =>
  `/api/v1/executions/search?size=${SIZE}&page=${page}&sort=state.startDate:desc${more}`

export function listPages(endMs: number): readonly Page[] {
  const middle = new Date(endMs - SPAN_MS / 2).toISOString()
  const beforeMiddle = new Date(endMs - SPAN_MS / 2 - SPAN_MS / 30).toISOString()
  const [namespace, flowId] = [namespaceAt(3), flowIdAt(3)]
  const page = (name: string, query: string, rowsMin = SIZE): Page => ({ name, query, rowsMin })
  return [
    page('latest', search()),
    page('oldest first', search().replace(':desc', ':asc')),
    page('state FAILED', search('&state=FAILED'), 1),
    page('states FAILED and WARNING', search('&state=FAILED&state=WARNING'), 1),
    page('all states but SUCCESS', search('&filters[state][NOT_EQUALS]=SUCCESS'), 1),
    page('namespace prefix of all', search('&namespace=bench')),
    page('namespace', search(`&filters[namespace][EQUALS]=${namespace}`)),
    page('namespace prefix of one', search(`&namespace=${namespace}`)),
    page('namespace used long ago', search(`&namespace=${OLD_NAMESPACE}`), 20),
    page('namespace nobody has', search('&namespace=nobody'), 0),
    page('flow', search(`&filters[namespace][EQUALS]=${namespace}&filters[flowId][EQUALS]=${flowId}`), 1),
    page('namespace and FAILED', search(`&namespace=${namespace}&state=FAILED`), 0),
    page('flow and FAILED, none', search(`&namespace=${namespace}&flowId=${flowId}&state=FAILED`), 0),
    page('flow and RUNNING, none', search(`&namespace=${namespace}&flowId=${flowId}&state=RUNNING`), 0),
    page('label of a tenth', search(`&labels=${COMMON_LABEL}`)),
    page('label of a tenth, namespace', search(`&labels=${COMMON_LABEL}&namespace=${namespace}`), 1),
    page('label of one in 10,007', search(`&labels=${RARE_LABEL}`), 0),
    page('label nobody has', search('&labels=no:one'), 0),
    page('last day', search('&timeRange=P1D'), 0),
    page('a day in the middle', search(`&startDate=${beforeMiddle}&endDate=${middle}`), 0),
    page('middle by key', search(`&endDate=${middle}`), 0),
    page('row 10,000', search('', DEEP_PAGE), 0),
    page('row 10,000 of a namespace', search(`&namespace=${namespace}`, DEEP_PAGE), 0),
    page('row 10,000 of FAILED', search('&state=FAILED', DEEP_PAGE), 0),
  ]
}

/** `cpuMicros`: what the server and its database have used so far. */
export async function timePage(
  { address, cpuMicros }: { readonly address: string; cpuMicros(): number },
  { name, query, rowsMin }: Page,
): Promise<PageTimes> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  try {
    const times: number[] = []
    const before = cpuMicros()
    let body = { results: [] as unknown[], total: 0 }
    for (let count = 0; count < REQUESTS; count++) {
      const startMs = performance.now()
      const text = await fetchText(`${address}${query}`, agent)
      times.push(performance.now() - startMs)
      body = JSON.parse(text)
    }
    const cpuMs = roundTo((cpuMicros() - before) / 1000 / REQUESTS, 2)
    if (body.results.length < rowsMin)
      throw new Error(`the page "${name}" has ${body.results.length} rows of ${rowsMin} at least: ${query}`)
    times.sort((a, b) => a - b)
    const at = (share: number): number => roundTo(times[Math.floor(times.length * share)] ?? 0, 2)
    return { name, p50: at(0.5), p95: at(0.95), maxMs: at(0.999), cpuMs, rows: body.results.length, total: body.total }
  } finally {
    agent.destroy()
  }
}

export function figuresOfPage({ name, p50, p95, maxMs, cpuMs, rows, total }: PageTimes): Figures {
  return { page: name, p50, p95, max: maxMs, cpuMs, rows, total }
}

async function fetchText(url: string, agent: Agent): Promise<string> {
  return await new Promise((resolve, reject) => {
    get(encodeURI(url), { agent }, response => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        if (response.statusCode === 200) resolve(text)
        else reject(new Error(`${url} answered ${response.statusCode}: ${text.slice(0, 500)}`))
      })
    }).on('error', reject)
  })
}
