// A store with a backlog: flows, one real execution of each as a template, and as many copies of them as are asked for.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { getExecution, WEBHOOK_KEY, type ExecutionDocument } from '../harness/api.ts'
import { readFlow } from '../harness/bench-server.ts'
import { startServer, type ServerProcess } from '../harness/server-process.ts'
import { OLD_NAMESPACE, RARE_LABEL, backlogFlows, namespaceAt, templateAt } from './backlog-flows.ts'
import type { SeedPlan } from './seed-plan.ts'
import { readProgress, seedUpTo, type SeedStore } from './seeder.ts'
import { readExecution, type Query } from './stored-rows.ts'
import { templateOf, type Template } from './templates.ts'

/** Where a backlog is kept: a folder, and a database in it or beside it. */
export interface BacklogPlace {
  readonly folder: string
  readonly env: Readonly<Record<string, string>>
  query: Query
  openSeed(): Promise<SeedStore>
}

interface Templates {
  readonly templates: readonly Template[]
  readonly documents: readonly ExecutionDocument[]
}

/** Copies of a template that are looked at: those of one flow may carry the rare label. */
const LOOKED_AT = 5

export class Backlog {
  readonly plan: SeedPlan
  readonly #place: BacklogPlace
  readonly #documents: readonly ExecutionDocument[]

  constructor(place: BacklogPlace, plan: SeedPlan, documents: readonly ExecutionDocument[]) {
    this.#place = place
    this.plan = plan
    this.#documents = documents
  }

  async grow(size: number): Promise<number> {
    const store = await this.#place.openSeed()
    try {
      await store.prepare(this.plan.templates, this.plan.endMs)
      return await seedUpTo(size, { plan: this.plan, store, progressFile: progressFile(this.#place) })
    } finally {
      await store.close()
    }
  }

  async startServer(): Promise<ServerProcess> {
    return await startOn(this.#place)
  }

  /** The newest copy of every template, read through the API, must tell what the real execution told. */
  async verify(server: ServerProcess): Promise<number> {
    let compared = 0
    const endDate = new Date(this.plan.endMs - 1).toISOString()
    for (const [index, template] of this.plan.templates.entries()) {
      const { namespace, flowId } = template
      const label = index === this.plan.templates.length - 1 ? `&labels=${RARE_LABEL}` : ''
      const query = `size=${LOOKED_AT}&sort=state.startDate:desc&endDate=${endDate}&filters[namespace][EQUALS]=${namespace}&filters[flowId][EQUALS]=${flowId}${label}`
      const response = await fetch(`${server.address}/api/v1/executions/search?${encodeURI(query)}`)
      const text = await response.text()
      if (!response.ok) throw new Error(`${query} answered ${response.status}: ${text}${server.stderr}`)
      const { results }: { results: readonly ExecutionDocument[] } = JSON.parse(text)
      const wanted = this.#documents[index]
      if (results.length === 0 || !wanted) continue
      if (!results.some(found => bare(found) === bare(wanted)))
        throw new Error(
          `copies of ${namespace}.${flowId} differ:\n${results[0] ? bare(results[0]) : ''}\n${bare(wanted)}`,
        )
      compared += 1
    }
    return compared
  }
}

/** Opens what is there, or begins with the flows and their templates. */
export async function openBacklog(place: BacklogPlace, total: number): Promise<Backlog> {
  const file = join(place.folder, 'templates.json')
  const nowMs = Date.now()
  const { templates, documents } = existsSync(file) ? readTemplates(file) : await makeTemplates(place, file)
  const known = readProgress(progressFile(place))
  if (known && known.total < total)
    throw new Error(`The backlog in "${place.folder}" was begun for ${known.total} executions: begin a new one.`)
  const plan = { templates, templateAt, total: known?.total ?? total, endMs: known?.endMs ?? nowMs }
  return new Backlog(place, plan, documents)
}

/** A store with the same flows and nothing else. */
export async function startEmpty(place: BacklogPlace): Promise<ServerProcess> {
  return await startOn(place)
}

function progressFile({ folder }: BacklogPlace): string {
  return join(folder, 'seeded.json')
}

async function startOn({ folder, env }: BacklogPlace): Promise<ServerProcess> {
  const flowsDir = join(folder, 'flows')
  return await startServer({ dataDir: join(folder, 'data'), flowsDir, env })
}

export function writeFlows(folder: string): void {
  for (const { namespace, flowId, source } of backlogFlows())
    writeFileSync(join(folder, `${namespace}_${flowId}.yaml`), source)
  writeFileSync(join(folder, 'b01.yaml'), readFlow('b01'))
}

function readTemplates(file: string): Templates {
  const templates: Templates = JSON.parse(readFileSync(file, 'utf8'))
  return templates
}

async function makeTemplates(place: BacklogPlace, file: string): Promise<Templates> {
  const server = await startOn(place)
  const documents: ExecutionDocument[] = []
  try {
    for (const { namespace, flowId } of backlogFlows())
      documents.push(await call(server, 'GET', `webhook/${namespace}/${flowId}/${WEBHOOK_KEY}`))
    documents.push(await call(server, 'POST', `${namespaceAt(0)}/flow_0?wait=true&labels=${RARE_LABEL}`))
  } finally {
    await server.stop()
  }
  const templates: Template[] = []
  for (const { id } of documents) templates.push(templateOf(await readExecution(place.query, id)))
  if (!templates.some(({ namespace }) => namespace === OLD_NAMESPACE)) throw new Error('a template is missing')
  const made = { templates, documents }
  writeFileSync(file, JSON.stringify(made))
  return made
}

async function call(server: ServerProcess, method: string, path: string): Promise<ExecutionDocument> {
  const response = await fetch(`${server.address}/api/v1/executions/${path}`, { method })
  const { id }: { id: string } = JSON.parse(await response.text())
  const execution = await getExecution(server, id)
  if (!execution) throw new Error(`${path} started nothing`)
  return execution
}

/** Without its id and its moments. */
function bare(document: ExecutionDocument): string {
  return JSON.stringify(document)
    .replaceAll(document.id, 'ID')
    .replace(/"\d{4}-\d\d-\d\dT[^"]*"/g, '"MOMENT"')
    .replace(/"duration":("[^"]*"|[\d.]+)/g, '"duration":0')
    .replace(/"headers":\{[^}]*\}/g, '"headers":{}')
}
