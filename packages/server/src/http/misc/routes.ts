import { describeApi } from '@batuta/api'
import type { HttpDependencies } from '../dependencies.ts'
import type { Handlers } from '../exchange.ts'
import { VERSION } from '../../platform/version.ts'
import { json, plain, type Reply } from '../reply.ts'

/** Whether the server takes requests: false from the moment it is told to stop. */
export interface Readiness {
  isStopping: boolean
}

export function miscHandlers(dependencies: HttpDependencies, readiness: Readiness): Handlers<'misc'> {
  const { config, flows } = dependencies
  return {
    health: () => probe(dependencies, readiness),
    readiness: () => probe(dependencies, readiness),
    liveness: () => json({ status: 'UP' }),
    ping: () => plain('pong'),
    configs: () => json(describeServer(dependencies)),
    loginConfig: () => json({ isBasicAuthEnabled: config.user !== undefined, isBasicAuthInitialized: true }),
    authErrors: () => json([]),
    usages: () => {
      const entries = [...flows.all()].filter(entry => entry.tenant === config.tenant)
      return json({
        flows: { count: entries.length, namespacesCount: new Set(entries.map(entry => entry.namespace)).size },
      })
    },
    openApi: ({ query, dialect }) => json(describeApi(query.dialect ?? dialect, VERSION)),
  }
}

/** UP means that the store answers. */
async function probe({ store, config, isIn }: HttpDependencies, { isStopping }: Readiness): Promise<Reply> {
  const reason = isStopping ? 'stopping' : isIn?.() === false ? 'joining the database again' : undefined
  if (reason !== undefined)
    return json({ status: 'DOWN', details: { service: { status: 'DOWN', details: { reason } } } }, 503)
  try {
    await store.read.listFlows({ tenant: config.tenant, namespace: '', flowId: '' }, 1)
    return json({
      status: 'UP',
      details: { service: { status: 'UP' }, jdbc: { status: 'UP', details: { database: store.kind } } },
    })
  } catch {
    // The probe is asked every few seconds: the store's own notices tell why.
    return json({ status: 'DOWN', details: { jdbc: { status: 'DOWN', details: { database: store.kind } } } }, 503)
  }
}

function describeServer({ config }: HttpDependencies): Readonly<Record<string, unknown>> {
  return {
    uuid: 'batuta',
    version: VERSION,
    edition: 'OSS',
    isTaskRunEnabled: false,
    isTemplateEnabled: false,
    isCustomDashboardsEnabled: false,
    isAnonymousUsageEnabled: false,
    isUiAnonymousUsageEnabled: false,
    isAiEnabled: false,
    isBasicAuthEnabled: config.user !== undefined,
    isBasicAuthInitialized: true,
    isConcurrencyViewEnabled: false,
    chartDefaultDuration: 'P30D',
    preview: { initial: 100, max: 5000 },
    systemNamespace: 'system',
    hiddenLabelsPrefixes: ['system.'],
    tenant: config.tenant,
    ...(config.url === undefined ? {} : { url: config.url }),
  }
}
