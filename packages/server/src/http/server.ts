// The HTTP server: one listener, and the route table behind it.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { bindRoutes } from './bind-routes.ts'
import { openAccess, type Access } from '../access/access.ts'
import { PASSWORDS_ONLY } from '../config/sign-in.ts'
import { isLoopback } from '../config/user.ts'
import { newOutside, type Outside } from '../sign-in/outside.ts'
import type { HttpGiven } from './dependencies.ts'
import { PEOPLE } from './access/handlers-of-people.ts'
import { followSwitches } from './kill-switches/throw-switch.ts'
import { appHandlers } from './apps/routes.ts'
import { blueprintHandlers } from './blueprints/routes.ts'
import { newClientAddress } from './client-address.ts'
import { KeptTallies } from './executions/kept-tallies.ts'
import { dashboardHandlers } from './dashboards/routes.ts'
import { executionHandlers } from './executions/routes.ts'
import { flowHandlers } from './flows/routes.ts'
import { newHandlerTables, type HandlerMakers, type HandlerTables } from './handler-tables.ts'
import { instanceHandlers } from './instance/routes.ts'
import { keyHandlers } from './keys/routes.ts'
import { limitHandlers } from './limits/routes.ts'
import { liveHandlers } from './live/routes.ts'
import { logHandlers } from './logs/routes.ts'
import { mcpHandlers } from './mcp/routes.ts'
import { metricHandlers } from './metrics/routes.ts'
import { miscHandlers } from './misc/routes.ts'
import { namespaceHandlers } from './namespaces/routes.ts'
import { namespaceFileHandlers } from './namespace-files/routes.ts'
import { BulkRunner } from './operations/bulk-runner.ts'
import { operationHandlers } from './operations/routes.ts'
import { peopleHandlers } from './people/routes.ts'
import { planningHandlers } from './planning/routes.ts'
import { settleDefaultRole } from './sign-in/settle-default-role.ts'
import { instancePolicyHandlers, namespacePolicyHandlers, policyHandlers } from './policies/routes.ts'
import { pluginHandlers } from './plugins/routes.ts'
import { prepareLooks } from './prepare-looks.ts'
import { newProxyCallers } from './proxy-callers.ts'
import { signInHandlers } from './sign-in/routes.ts'
import { statsHandlers } from './stats/routes.ts'
import { taskRunHandlers } from './task-runs/routes.ts'
import { testHandlers } from './tests/routes.ts'
import { triggerHandlers } from './triggers/routes.ts'
import { refuseMalformed } from './refuse-malformed.ts'
import { secretHandlers } from './secrets/routes.ts'
import { SLOW_BODIES, cutSlowBodies } from './slow-bodies.ts'
import { newSecurityHeaders } from './security-headers.ts'
import { newHealth, type Health } from '../telemetry/health.ts'

export interface RunningHttp {
  /** `http://127.0.0.1:PORT` */
  readonly address: string
  connections(): Promise<number>
  readonly access: Access
  prepareLooks(signal: AbortSignal): Promise<void>
  stop(): Promise<void>
}

const HEADERS_BYTES_MAX = 32 * 1024
/** Nobody needs longer for a head; many who do hold a connection each. */
const HEADERS_TIMEOUT_MS = 20_000
const CONNECTIONS_LOOK_MS = 10_000
/** A request of 10 GB over a slow line takes its time. */
const REQUEST_TIMEOUT_MS = 60 * 60_000
const KEEP_ALIVE_MS = 65_000
const CONNECTIONS_MAX = 10_000
/** Connections that knock at once; beyond them the kernel lets a client try again after 1, 3, 7 … 31 s: 4,000 clients at the default of 511 saw that. */
const BACKLOG_MAX = 4_096
/** What is under way may end; streams are cut. */
const STOP_GRACE_MS = 2_000

export async function startHttp(given: HttpGiven): Promise<RunningHttp> {
  const health = given.health ?? healthOf(given)
  const patience = {
    headersMs: HEADERS_TIMEOUT_MS,
    lookEveryMs: CONNECTIONS_LOOK_MS,
    bodies: SLOW_BODIES,
    ...given.patience,
  }
  const server = createServer({
    maxHeaderSize: HEADERS_BYTES_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    headersTimeout: patience.headersMs,
    connectionsCheckingInterval: patience.lookEveryMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
  })
  server.maxConnections = CONNECTIONS_MAX
  // Before the door opens: from then on somebody may knock.
  const outside = newOutside(given.config.signIn ?? PASSWORDS_ONLY, () => given.platform.nowMs())
  const access = given.access ?? (await accessOf(given, outside))
  await settleDefaultRole(outside.config, { access, platform: given.platform, log: given.log })
  refuseMalformed(server, newSecurityHeaders(given.config.url))
  const port = await listen(server, given.config)
  const config = { ...given.config, port }
  const clientOf = newClientAddress(config.trustedProxies)
  const proxies = newProxyCallers(outside, access, () => given.platform.nowMs())
  const dependencies = { ...given, access, outside, proxies, clientOf, config, tallies: new KeptTallies(given) }
  const runner = new BulkRunner(dependencies, (grants, right) => tables.dependenciesFor(grants, right))
  const tables: HandlerTables = newHandlerTables(makersOf(health, runner), dependencies)
  const listener = bindRoutes(tables, dependencies)
  server.on('request', (incoming, outgoing) => void listener(incoming, outgoing))
  runner.start()
  const unfollow = followSwitches(dependencies)
  await access.setUp.announce()
  if (access.book.isOpen) given.log.info('No user is configured: whoever reaches this address may use the API.')
  const endLooks = cutSlowBodies(given.platform, patience.bodies)
  return {
    address: `http://${inAddress(given.config.host)}:${port}`,
    access,
    prepareLooks: signal => prepareLooks(dependencies, signal),
    connections: () =>
      new Promise((resolve, reject) => {
        server.getConnections((error, count) => (error ? reject(error) : resolve(count)))
      }),
    stop: async () => {
      unfollow()
      endLooks()
      await runner.stop()
      await stop(server, health)
      await access.stop()
    },
  }
}

function makersOf(health: Health, runner: BulkRunner): HandlerMakers {
  return {
    apps: appHandlers,
    blueprints: blueprintHandlers,
    dashboards: dashboardHandlers,
    flows: flowHandlers,
    executions: executionHandlers,
    live: liveHandlers,
    logs: logHandlers,
    keys: keyHandlers,
    limits: limitHandlers,
    mcp: mcpHandlers,
    metrics: metricHandlers,
    namespaces: namespaceHandlers,
    secrets: secretHandlers,
    namespaceFiles: namespaceFileHandlers,
    operations: dependencies => operationHandlers(dependencies, runner),
    people: peopleHandlers,
    planning: planningHandlers,
    plugins: pluginHandlers,
    policies: policyHandlers,
    namespacePolicies: namespacePolicyHandlers,
    instancePolicies: instancePolicyHandlers,
    instance: instanceHandlers,
    signIn: signInHandlers,
    stats: statsHandlers,
    taskRuns: taskRunHandlers,
    tests: testHandlers,
    triggers: triggerHandlers,
    misc: dependencies => miscHandlers(dependencies, health),
    ...PEOPLE,
  }
}

async function accessOf({ store, config, platform, log }: HttpGiven, outside: Outside): Promise<Access> {
  return await openAccess({
    store,
    tenant: config.tenant,
    platform,
    user: config.user,
    // Where people are asked who they are, this machine is no exception.
    isReachable: !isLoopback(config.host) || outside.isAsked,
    outside: outside.passwords,
    isSecure: config.url?.startsWith('https:') ?? false,
    costs: config.passwordCosts,
    tell: message => log.info(message),
    onNotice: (message, error) => log.warn(message, error),
  })
}

function healthOf({ store, config, platform }: HttpGiven): Health {
  const health = newHealth({
    store,
    tenant: config.tenant,
    nowMs: () => platform.nowMs(),
    at: (atMs, run) => platform.at(atMs, run),
  })
  health.phase = 'running'
  return health
}

/** An address of IPv6 stands in brackets; one that means every address is reached by this machine's own. */
export function inAddress(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
}

function listen(server: Server, { host, port }: { readonly host: string; readonly port: number }): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host, backlog: BACKLOG_MAX }, () => {
      server.off('error', reject)
      resolve(portOf(server.address(), port))
    })
  })
}

function portOf(address: AddressInfo | string | null, port: number): number {
  return typeof address === 'object' && address !== null ? address.port : port
}

function stop(server: Server, health: Health): Promise<void> {
  health.phase = 'draining'
  return new Promise((resolve, reject) => {
    const cut = setTimeout(() => server.closeAllConnections(), STOP_GRACE_MS)
    server.close(error => {
      clearTimeout(cut)
      if (error) reject(error)
      else resolve()
    })
    server.closeIdleConnections()
  })
}
