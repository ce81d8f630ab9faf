// What the management port answers. Health is for everybody, its details and everything else only for the user where the port can be reached from
// outside.
import type { IncomingMessage } from 'node:http'
import { parseLogLevel, type EndpointName } from '../../config/telemetry.ts'
import { batutaFamilies } from '../../telemetry/batuta-families.ts'
import type { Family } from '../../telemetry/family.ts'
import type { HealthReport } from '../../telemetry/health.ts'
import { kestraFamilies } from '../../telemetry/kestra-families.ts'
import { ProcessFigures } from '../../telemetry/process-figures.ts'
import { EXPOSITION_TYPE, writeExposition } from '../../telemetry/write-exposition.ts'
import { newLoginCheck, type LoginCheck } from '../login.ts'
import { dataOf, readBytes, textOf } from '../read-body.ts'
import { json, type Reply } from '../reply.ts'
import { RequestError, notFound, refusalOf, unprocessable } from '../request-error.ts'
import { newOriginCheck, type OriginCheck } from '../trusted-origin.ts'
import { errorReply, writeReply } from '../write-reply.ts'
import { describeLogger, describeLoggers } from './describe-loggers.ts'
import { describeMetric, describeMetrics } from './describe-metrics.ts'
import type { ManagementDependencies, ManagementListener } from './start-management.ts'

const BODY_BYTES_MAX = 4_096

export function newManagementListener(dependencies: ManagementDependencies, port: number): ManagementListener {
  const { config, log } = dependencies
  const { host, user } = config
  const page: Page = {
    dependencies,
    figures: new ProcessFigures(),
    checkOrigin: newOriginCheck({ host, port, tenant: '', user }),
    checkLogin: newLoginCheck(user),
  }
  return async (incoming, outgoing) => {
    const path = pathOf(incoming)
    try {
      await writeReply(outgoing, await answer(page, incoming, path))
    } catch (error) {
      const { refusal, isOurs } = refusalOf(error)
      if (isOurs) log.error(`${incoming.method} ${path} of the management port failed`, refusal.cause ?? error)
      await writeReply(outgoing, errorReply(refusal, path))
    }
  }
}

interface Page {
  readonly dependencies: ManagementDependencies
  readonly figures: ProcessFigures
  readonly checkOrigin: OriginCheck
  readonly checkLogin: LoginCheck
}

function pathOf({ url = '' }: IncomingMessage): string {
  const path = url.split('?', 1)[0] ?? ''
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
}

/** The first segment names the endpoint. */
async function answer(page: Page, incoming: IncomingMessage, path: string): Promise<Reply> {
  const { method = '', headers } = incoming
  const [, first = '', ...rest] = path.split('/')
  const isSafe = method === 'GET' || method === 'HEAD'
  if (!isSafe && !(method === 'POST' && first === 'loggers'))
    throw new RequestError(405, 'method-not-allowed', `There is nothing to ${method} at ${path}.`)
  if (first === 'health') return await answerHealth(page, incoming, rest)
  const refusal = page.checkOrigin({ method, headers })
  if (refusal) throw refusal
  switch (first) {
    case 'prometheus':
      demand(page, 'prometheus', incoming)
      return await exposition(page)
    case 'metrics':
      demand(page, 'metrics', incoming)
      return await answerMetrics(page, incoming, rest)
    case 'info':
    case 'version':
      demand(page, 'info', incoming)
      return json(describe(page, first))
    case 'loggers':
      demand(page, 'loggers', incoming)
      return await answerLoggers(page, incoming, rest)
    case 'ping':
      return json('pong')
  }
  throw notFound(`"${path}"`)
}

/** @throws {RequestError} when it is switched off, or not for whoever asks. */
function demand(
  { dependencies: { config }, checkLogin }: Page,
  name: EndpointName,
  { headers }: IncomingMessage,
): void {
  const { isEnabled, isSensitive } = config.endpoints[name]
  if (!isEnabled) throw notFound(`"/${name}"`)
  if (!isSensitive) return
  if (config.user === undefined)
    throw new RequestError(401, 'login-required', `"/${name}" is for a user only, and none is configured.`)
  const refusal = checkLogin(headers.authorization)
  if (refusal) throw refusal
}

async function answerHealth(
  page: Page,
  incoming: IncomingMessage,
  [which, ...rest]: readonly string[],
): Promise<Reply> {
  const { health, config } = page.dependencies
  if (!config.endpoints.health.isEnabled || rest.length > 0) throw notFound('this part of the health')
  const isOpen = !config.endpoints.health.isSensitive || knows(page, incoming)
  switch (which) {
    case undefined:
      return healthReply(await health.overall(), isOpen)
    case 'readiness':
      return healthReply(await health.readiness(), isOpen)
    case 'liveness':
      return healthReply(health.liveness(), isOpen)
  }
  throw notFound(`"/health/${which}"`)
}

function knows({ dependencies: { config }, checkLogin }: Page, { headers }: IncomingMessage): boolean {
  return config.user !== undefined && checkLogin(headers.authorization) === undefined
}

/** Whoever may not know more is told UP or DOWN. */
function healthReply({ isUp, body }: HealthReport, isOpen: boolean): Reply {
  return json(isOpen ? body : { status: isUp ? 'UP' : 'DOWN' }, isUp ? 200 : 503)
}

async function familiesOf({ dependencies: { observed, metrics }, figures }: Page): Promise<readonly Family[]> {
  const [own, kestra] = await Promise.all([
    batutaFamilies(observed),
    metrics.prefix === '' ? [] : kestraFamilies(observed, metrics.prefix),
  ])
  return [...own, ...kestra, ...figures.families()]
}

async function exposition(page: Page): Promise<Reply> {
  const body = writeExposition(await familiesOf(page), page.dependencies.metrics.tags)
  return { type: 'body', status: 200, contentType: EXPOSITION_TYPE, body }
}

/** Prometheus' text unless JSON is asked for, which Kestra answers here: the names of all, or one of them. */
async function answerMetrics(page: Page, incoming: IncomingMessage, [name]: readonly string[]): Promise<Reply> {
  if (name !== undefined) {
    const found = describeMetric(await familiesOf(page), name)
    if (!found) throw notFound(`The metric "${name}"`)
    return json(found)
  }
  const { accept = '' } = incoming.headers
  if (accept.includes('application/json')) return json(describeMetrics(await familiesOf(page)))
  return await exposition(page)
}

function describe({ dependencies: { about, observed } }: Page, which: 'info' | 'version'): unknown {
  const { version, node, roles, startedMs } = about
  const serverType = roles.length === 3 ? 'STANDALONE' : roles.join(',').toUpperCase()
  if (which === 'version') return { version, 'version-oss': version, serverType }
  return {
    build: { name: 'batuta', version },
    node: { id: node, roles, serverType, started: new Date(startedMs).toISOString() },
    runtime: { node: process.version, database: observed.storeKind },
  }
}

async function answerLoggers(page: Page, incoming: IncomingMessage, rest: readonly string[]): Promise<Reply> {
  const { levels } = page.dependencies.log
  const [name] = rest.map(decodeURIComponent)
  if (name === undefined) return json(describeLoggers(levels))
  if (incoming.method === 'POST') {
    levels.set(name, await readLevel(incoming))
    return { type: 'empty', status: 200 }
  }
  return json(describeLogger(levels, name))
}

/** `{"configuredLevel": "DEBUG"}`; null or NOT_SPECIFIED takes back what was said. */
async function readLevel(incoming: IncomingMessage): Promise<ReturnType<typeof parseLogLevel> | undefined> {
  const bytes = await readBytes(incoming, BODY_BYTES_MAX)
  const body = bytes ? dataOf(textOf(bytes)) : undefined
  const isObject = typeof body === 'object' && body !== null && !Array.isArray(body)
  const level = isObject && 'configuredLevel' in body ? body.configuredLevel : undefined
  if (!isObject || (level !== undefined && level !== null && typeof level !== 'string'))
    throw unprocessable('body-invalid', 'The body must be {"configuredLevel": "DEBUG"} with one of the levels.')
  return typeof level === 'string' && level !== 'NOT_SPECIFIED' ? parseLogLevel(level, 'configuredLevel') : undefined
}
